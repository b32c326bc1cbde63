#include "hypnos/replay/real_or_dream.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace hypnos {
namespace {

// Goodness at four locations.
struct Pairs {
  std::vector<float> real, dream;
};

double Accuracy(const Pairs& pairs) {
  RealOrDream judge;
  judge.Count(pairs.real, pairs.dream);
  return judge.pairwise_accuracy();
}

TEST(RealOrDream, WithoutAPairItIsChance) {
  const RealOrDream judge;
  EXPECT_EQ(judge.pairs(), 0u);
  EXPECT_EQ(judge.pairwise_accuracy(), 0.5);
}

TEST(RealOrDream, TheHigherGoodnessIsTakenForReal) {
  EXPECT_EQ(Accuracy({{3, 4, 5, 6}, {1, 2, 3, 4}}), 1.0);
  EXPECT_EQ(Accuracy({{1, 2, 3, 4}, {3, 4, 5, 6}}), 0.0);
  EXPECT_EQ(Accuracy({{3, -1, 5, 0}, {1, 2, -3, -4}}), 0.75);
}

TEST(RealOrDream, TiesCountHalf) {
  EXPECT_EQ(Accuracy({{1, 1, 1, 1}, {1, 1, 1, 1}}), 0.5);
  EXPECT_EQ(Accuracy({{2, 1, 1, 0}, {1, 1, 1, 1}}), 0.5);
  EXPECT_EQ(Accuracy({{2, 2, 2, 1}, {1, 1, 1, 1}}), 0.875);
}

// Every real value is above the median of the dreams; but a location is compared with itself only.
TEST(RealOrDream, ComparesEachLocationWithItself) {
  EXPECT_EQ(Accuracy({{10, 20, 30, 40}, {11, 21, 31, 41}}), 0.0);
}

TEST(RealOrDream, CountsOverSteps) {
  RealOrDream judge;
  judge.Count(std::vector<float>{2, 2}, std::vector<float>{1, 1});
  judge.Count(std::vector<float>{1, 2, 3}, std::vector<float>{2, 2, 4});
  EXPECT_EQ(judge.pairs(), 5u);
  EXPECT_EQ(judge.pairwise_accuracy(), 2.5 / 5);
}

TEST(RealOrDream, WhatIsNotANumberIsNotTakenForReal) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Accuracy({{nan, 2, 2, 2}, {1, 1, 1, 1}}), 0.75);
  EXPECT_EQ(Accuracy({{2, 2, 2, 2}, {nan, 1, 1, 1}}), 0.75);
}

TEST(RealOrDream, ManyPairsLoseNoCount) {
  RealOrDream judge;
  const std::vector<float> high(1000, 1), low(1000, 0);
  for (int step = 0; step < 3000; ++step) judge.Count(high, low);
  for (int step = 0; step < 1000; ++step) judge.Count(low, high);
  EXPECT_EQ(judge.pairs(), 4'000'000u);
  EXPECT_EQ(judge.pairwise_accuracy(), 0.75);
}

TEST(RealOrDream, TakesAsManyDreamedValuesAsRealOnes) {
  RealOrDream judge;
  const std::vector<float> three(3), two(2);
  EXPECT_DEATH(judge.Count(three, two), "broken promise");
}

}  // namespace
}  // namespace hypnos
