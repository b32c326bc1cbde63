#include "sources/channel_scaling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hypnos/base/rng.h"

namespace hypnos {
namespace {

constexpr double kEndless = 1e9;

Moments Naive(const std::vector<double>& values) {
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  double variance = 0;
  for (const double value : values) {
    variance += (value - mean) * (value - mean) / static_cast<double>(values.size());
  }
  return {.mean = mean, .variance = variance};
}

TEST(ChannelStatistics, AreThoseOfAllPixelsTogetherUpToTheHorizon) {
  Rng rng(7);
  std::vector<double> all;
  ChannelStatistics statistics;
  for (int frame = 0; frame < 20; ++frame) {
    std::vector<float> values(50);
    for (float& value : values) value = rng.Normal() + 0.3f * static_cast<float>(frame);
    all.insert(all.end(), values.begin(), values.end());
    Update(MomentsOf(values), {kEndless, kEndless}, &statistics);
  }
  EXPECT_EQ(statistics.frames, 20);
  EXPECT_NEAR(statistics.mean, Naive(all).mean, 1e-12);
  EXPECT_NEAR(statistics.variance, Naive(all).variance, 1e-12);
}

TEST(ChannelStatistics, ForgetExponentiallyAfterTheHorizon) {
  ChannelStatistics statistics;
  for (int i = 0; i < 10; ++i) Update({.mean = 1}, {.horizon_frames = 10}, &statistics);
  for (int i = 0; i < 10; ++i) Update({.mean = 0}, {.horizon_frames = 10}, &statistics);
  EXPECT_NEAR(statistics.mean, std::pow(0.9, 10), 1e-12);
  for (int i = 0; i < 1000; ++i) Update({.mean = 0}, {.horizon_frames = 10}, &statistics);
  EXPECT_NEAR(statistics.mean, 0, 1e-12);
  EXPECT_NEAR(statistics.variance, 0, 1e-12);
}

TEST(ChannelStatistics, HardlyMoveOnceTheyHaveSettled) {
  ChannelStatistics statistics;
  const ScalingMemory memory{.horizon_frames = 10'000, .settle_frames = 10};
  for (int i = 0; i < 5; ++i) Update({.mean = 1}, memory, &statistics);
  for (int i = 0; i < 5; ++i) Update({.mean = 3}, memory, &statistics);
  EXPECT_NEAR(statistics.mean, 2, 1e-12);
  for (int i = 0; i < 10; ++i) Update({.mean = 12}, memory, &statistics);
  EXPECT_NEAR(statistics.mean, 12 - 10 * std::pow(1 - 1e-4, 10), 1e-9);
}

TEST(Histogram, HasTheMomentsOfWhatWasCounted) {
  Histogram histogram;
  std::vector<double> values;
  for (const int steps : {-255, -3, 0, 0, 7, 255}) {
    histogram.Count(steps);
    values.push_back(steps / 255.0);
  }
  EXPECT_NEAR(histogram.moments().mean, Naive(values).mean, 1e-15);
  EXPECT_NEAR(histogram.moments().variance, Naive(values).variance, 1e-15);
}

TEST(Scaling, FloorsTheDeviationAndLimitsTheValue) {
  const Scaling scaling({.frames = 1, .mean = 0.5, .variance = 0}, 0.25);
  EXPECT_EQ(scaling(0.5), 0);
  EXPECT_EQ(scaling(0.75), 1);
  EXPECT_EQ(scaling(100), 8);
  EXPECT_EQ(scaling(-100), -8);
}

TEST(Scaling, DividesByTheDeviationWhereThatIsAboveTheFloor) {
  const Scaling scaling({.frames = 1, .mean = 0.5, .variance = 0.25}, 0.25);
  EXPECT_EQ(scaling(1), 1);
  EXPECT_EQ(scaling(0), -1);
}

TEST(ScalingTable, HasForEveryStepWhatTheScalingGives) {
  const Scaling scaling({.frames = 1, .mean = 0.1, .variance = 0.04}, 1.0 / 255);
  const ScalingTable table(scaling);
  for (int steps = -kLargestStep; steps <= kLargestStep; ++steps) {
    EXPECT_EQ(table(steps), scaling(steps / 255.0)) << steps;
  }
}

}  // namespace
}  // namespace hypnos
