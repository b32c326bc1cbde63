#include "layer/gradient_sketch.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/naive.h"

namespace hypnos {
namespace {

constexpr size_t kBatch = 50, kUnits = 40, kInputs = 60;

struct Gradient {
  explicit Gradient(Rng& rng)
      : terms(naive::RandomMatrix(kBatch, kUnits, rng)),
        inputs(naive::RandomMatrix(kBatch, kInputs, rng)) {}

  void AddTo(GradientSketch& sketch, Phase phase) const {
    Matrix projected(kBatch, GradientSketch::kColumns);
    const Segment segment{inputs, 0};
    sketch.Add(phase, terms, {&segment, 1}, projected);
  }

  Matrix terms, inputs;
};

TEST(GradientSketch, OppositeGradientsLeaveNothingToLearn) {
  Rng rng(1);
  Gradient gradient(rng);
  GradientSketch sketch(kUnits, kInputs, rng);
  gradient.AddTo(sketch, Phase::kPositive);
  for (float& term : gradient.terms.values()) term = -term;
  for (int dream = 0; dream < 3; ++dream) gradient.AddTo(sketch, Phase::kNegative);
  EXPECT_NEAR(sketch.Contrast(), 0, 1e-6) << "three dreams count as much as one real step";
}

TEST(GradientSketch, EqualGradientsAgree) {
  Rng rng(1);
  const Gradient gradient(rng);
  GradientSketch sketch(kUnits, kInputs, rng);
  gradient.AddTo(sketch, Phase::kPositive);
  gradient.AddTo(sketch, Phase::kNegative);
  EXPECT_NEAR(sketch.Contrast(), 1, 1e-6);
}

// For orthogonal gradients of one length: sqrt(2) / 2.
TEST(GradientSketch, EstimatesTheContrastOfTheWholeGradients) {
  Rng rng(1);
  double mean = 0;
  for (int trial = 0; trial < 20; ++trial) {
    GradientSketch sketch(kUnits, kInputs, rng);
    Gradient(rng).AddTo(sketch, Phase::kPositive);
    Gradient(rng).AddTo(sketch, Phase::kNegative);
    EXPECT_NEAR(sketch.Contrast(), std::sqrt(0.5), 0.15);
    mean += sketch.Contrast() / 20;
  }
  EXPECT_NEAR(mean, std::sqrt(0.5), 0.03);
}

TEST(GradientSketch, OnePhaseAloneHasEverythingToLearn) {
  Rng rng(1);
  GradientSketch sketch(kUnits, kInputs, rng);
  EXPECT_EQ(sketch.Contrast(), 1);
  Gradient(rng).AddTo(sketch, Phase::kPositive);
  EXPECT_EQ(sketch.Contrast(), 1);
  sketch.Clear();
  EXPECT_EQ(sketch.steps(), 0u);
}

}  // namespace
}  // namespace hypnos
