#include "lab/softmax_read_out.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hypnos/base/rng.h"

namespace hypnos::lab {
namespace {

constexpr size_t kBatch = 20, kFeatures = 6;
constexpr size_t kNumberOfClasses = 3;

// Noise in which the first numbers tell the class.
struct Examples {
  explicit Examples(Rng& rng) : features(kBatch, kFeatures), labels(kBatch) {
    for (size_t i = 0; i < kBatch; ++i) {
      labels[i] = static_cast<uint8_t>(rng.Below(kNumberOfClasses));
      for (float& value : features.row(i)) value = 0.3f * rng.Normal();
      features.row(i)[labels[i]] += 2;
    }
  }
  // In two parts, as from two layers.
  std::vector<Segment> parts() const {
    return {{features.view().Cols(0, 2), 0}, {features.view().Cols(2, kFeatures - 2), 2}};
  }

  Matrix features;
  std::vector<uint8_t> labels;
};

TEST(SoftmaxReadOut, LearnsToNameTheClass) {
  SoftmaxReadOut read_out(kBatch, kFeatures, kNumberOfClasses, {});
  Rng rng(1);
  for (int i = 0; i < 100; ++i) {
    const Examples seen(rng);
    read_out.Learn(seen.parts(), seen.labels);
  }
  const Examples unseen(rng);
  std::vector<uint8_t> named(kBatch);
  read_out.Predict(unseen.parts(), named);
  EXPECT_EQ(named, unseen.labels);
}

TEST(SoftmaxReadOut, ProbabilitiesAddUpAndTheLikeliestIsNamed) {
  SoftmaxReadOut read_out(kBatch, kFeatures, kNumberOfClasses, {});
  Rng rng(1);
  const Examples seen(rng);
  read_out.Learn(seen.parts(), seen.labels);
  Matrix likely(kBatch, kNumberOfClasses);
  read_out.Probabilities(seen.parts(), likely);
  std::vector<uint8_t> named(kBatch);
  read_out.Predict(seen.parts(), named);
  for (size_t i = 0; i < kBatch; ++i) {
    float sum = 0;
    for (const float q : likely.row(i)) {
      EXPECT_GT(q, 0);
      EXPECT_LE(q, likely.row(i)[named[i]]);
      sum += q;
    }
    EXPECT_NEAR(sum, 1, 1e-5);
  }
}

TEST(SoftmaxReadOut, NormalisedStepsLearnToo) {
  const SoftmaxReadOut::Options options{
      .rate = 0.01f, .velocity = 0.9f, .optimiser = Optimiser::kRms};
  SoftmaxReadOut read_out(kBatch, kFeatures, kNumberOfClasses, options);
  Rng rng(1);
  for (int i = 0; i < 100; ++i) {
    const Examples seen(rng);
    read_out.Learn(seen.parts(), seen.labels);
  }
  const Examples unseen(rng);
  Matrix log_q(kBatch, kNumberOfClasses);
  read_out.LogProbabilities(unseen.parts(), log_q);
  for (size_t i = 0; i < kBatch; ++i) {
    float sum = 0;
    for (const float value : log_q.row(i)) sum += std::exp(value);
    EXPECT_NEAR(sum, 1, 1e-5f);
    EXPECT_GT(std::exp(log_q.row(i)[unseen.labels[i]]), 0.9f);
  }
}

TEST(SoftmaxReadOut, NamesTheFirstClassBeforeItHasLearned) {
  SoftmaxReadOut read_out(kBatch, kFeatures, kNumberOfClasses, {});
  Rng rng(1);
  std::vector<uint8_t> named(kBatch, 2);
  read_out.Predict(Examples(rng).parts(), named);
  EXPECT_EQ(named, std::vector<uint8_t>(kBatch, 0));
}

// After one step from zero weights: W = rate/F mean((target - 1/3) x^T).
TEST(SoftmaxReadOut, StepsAlongTheGradientOfTheLikelihood) {
  const SoftmaxReadOut::Options options{.rate = 6, .velocity = 0};
  SoftmaxReadOut read_out(1, 1, kNumberOfClasses, options);
  Matrix x(1, 1);
  x.row(0)[0] = 1;
  const std::vector<Segment> features = {{x, 0}};
  // Weights and bias of class 1 rise by 6 (1 - 1/3) / 1, those of the others fall by half of that:
  // with x = -1 weight and bias cancel, and slightly above it they do not.
  read_out.Learn(features, std::vector<uint8_t>{1});
  std::vector<uint8_t> named(1);
  x.row(0)[0] = -0.99f;
  read_out.Predict(features, named);
  EXPECT_EQ(named[0], 1);
  x.row(0)[0] = -1.01f;
  read_out.Predict(features, named);
  EXPECT_EQ(named[0], 0);
}

}  // namespace
}  // namespace hypnos::lab
