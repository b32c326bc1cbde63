#include "hypnos/replay/dreamer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

namespace hypnos {
namespace {

constexpr PlaneShape kShape{1, 2, 3};

Planes Plain(float value, const PlaneShape& shape = kShape) {
  Planes planes(shape);
  std::ranges::fill(planes.values(), value);
  return planes;
}

// Two patches of 2 x 2 that share the middle column.
struct Bench {
  Bench() {
    for (const float residual : {1.0f, 2.0f, 4.0f}) residuals.Observe(Plain(residual));
  }

  Planes Imagine() {
    Planes dream;
    dreamer.Imagine(prediction, residuals, dream);
    return dream;
  }

  PatchGrid grid = PatchGrid::Create(kShape, {.size = 2, .stride = 1}).value();
  Matrix prediction = Matrix(2, 4);
  ResidualMemory residuals = ResidualMemory(3);
  Dreamer dreamer = Dreamer(grid, Rng(1));
};

// One place of two symbols in view, of three.
TEST(Dreamer, DrawsSymbolsAsOftenAsTheyAreLikely) {
  const PatchGrid grid = PatchGrid::Create({6, 1, 2}, {.size = 1}).value();
  Matrix prediction(2, 6);
  std::ranges::copy(std::vector<float>{0.5f, 0.5f, 0, 0, 0, 1}, prediction.row(0).begin());
  std::ranges::copy(std::vector<float>{0, 0.25f, 0.75f, 1, 0, 0}, prediction.row(1).begin());
  Dreamer dreamer(grid, Rng(1), 3);
  const ResidualMemory none(1);
  Planes dream;
  std::array<int, 6> drawn{};
  constexpr int kDreams = 2000;
  for (int i = 0; i < kDreams; ++i) {
    dreamer.Imagine(prediction, none, dream);
    for (size_t place = 0; place < 2; ++place) {
      for (size_t symbol = 0; symbol < 3; ++symbol) {
        const float value = dream.plane(static_cast<int>(symbol))[place];
        EXPECT_TRUE(value == 0 || value == std::sqrt(3.0f));
        drawn[place * 3 + symbol] += value > 0 ? 1 : 0;
      }
    }
    EXPECT_EQ(dream.plane(5)[0], 1) << "what was in view stays";
  }
  EXPECT_EQ(drawn[2] + drawn[3], 0);
  EXPECT_NEAR(drawn[0], kDreams / 2, 100);
  EXPECT_NEAR(drawn[4], kDreams / 4, 100);
  EXPECT_EQ(drawn[4] + drawn[5], kDreams);
}

TEST(Dreamer, AddsARealErrorToThePrediction) {
  Bench bench;
  std::ranges::fill(bench.prediction.values(), 0.25f);
  std::set<float> errors;
  for (int dream = 0; dream < 50; ++dream) {
    const Planes frame = bench.Imagine();
    for (const float value : frame.values()) EXPECT_EQ(value, frame.values()[0]) << "one error";
    errors.insert(frame.values()[0] - 0.25f);
  }
  EXPECT_EQ(errors, (std::set<float>{1, 2, 4}));
}

TEST(Dreamer, AddsEachPixelsOwnError) {
  Bench bench;
  Planes residual(kShape);
  for (size_t i = 0; i < 6; ++i) residual.values()[i] = static_cast<float>(i);
  bench.residuals.Clear();
  bench.residuals.Observe(residual);
  EXPECT_TRUE(std::ranges::equal(bench.Imagine().values(), residual.values()));
}

TEST(Dreamer, AveragesWhatOverlappingPatchesPredict) {
  Bench bench;
  bench.residuals.Clear();
  bench.residuals.Observe(Plain(0));
  std::ranges::fill(bench.prediction.row(0), 1.0f);
  std::ranges::fill(bench.prediction.row(1), 3.0f);
  const float expected[] = {1, 2, 3, 1, 2, 3};
  EXPECT_TRUE(std::ranges::equal(bench.Imagine().values(), expected));
}

TEST(Dreamer, DreamsNoValueThatCannotBeReal) {
  Bench bench;
  bench.prediction.row(0)[0] = 100;
  bench.prediction.row(0)[2] = -100;
  const Planes dream = bench.Imagine();
  EXPECT_EQ(dream.values()[0], 8);
  EXPECT_EQ(dream.values()[3], -8);
}

TEST(Dreamer, EqualSeedsDreamEqually) {
  Bench one, same;
  Dreamer other(one.grid, Rng(2));
  Planes dream;
  bool differs = false;
  for (int i = 0; i < 30; ++i) {
    const Planes frame = one.Imagine();
    EXPECT_TRUE(std::ranges::equal(frame.values(), same.Imagine().values()));
    other.Imagine(one.prediction, one.residuals, dream);
    differs = differs || dream.values()[0] != frame.values()[0];
  }
  EXPECT_TRUE(differs);
}

TEST(Dreamer, CannotDreamWithoutAnErrorOfItsShape) {
  Bench bench;
  bench.residuals.Observe(Plain(1, {1, 4, 4}));
  EXPECT_DEATH(bench.Imagine(), "broken promise");
  bench.residuals.Clear();
  EXPECT_DEATH(bench.Imagine(), "broken promise");
}

}  // namespace
}  // namespace hypnos
