#include "hypnos/replay/wrong_labels.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace hypnos {
namespace {

constexpr int kDraws = 40'000;
constexpr size_t kClasses = 4;

std::array<int, kClasses> Counts(size_t truth, std::span<const float> guess) {
  WrongLabels labels(kClasses, Rng(1));
  std::array<int, kClasses> counts{};
  for (int i = 0; i < kDraws; ++i) {
    labels.Begin(guess);
    ++counts[*labels.Next(truth)];
  }
  return counts;
}

void ExpectShares(const std::array<int, kClasses>& counts,
                  const std::array<double, kClasses>& shares) {
  for (size_t c = 0; c < kClasses; ++c) {
    // Four standard deviations; what has no share never comes.
    EXPECT_NEAR(counts[c], kDraws * shares[c], 4 * std::sqrt(kDraws * shares[c] * (1 - shares[c])))
        << "label " << c;
  }
}

TEST(WrongLabels, AreAllOthersAlike) {
  ExpectShares(Counts(1, {}), {1 / 3.0, 0, 1 / 3.0, 1 / 3.0});
}

TEST(WrongLabels, AreGuessedAsOftenAsTheNetworkGuessesThem) {
  const std::array guess = {0.6f, 0.1f, 0.3f, 0.0f};
  ExpectShares(Counts(0, guess), {0, 0.25, 0.75, 0});
  ExpectShares(Counts(3, guess), {0.6, 0.1, 0.3, 0});
}

TEST(WrongLabels, AreAllOthersAlikeWhereTheGuessLeavesNothingOrIsNone) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  ExpectShares(Counts(2, std::array{0.0f, 0.0f, 1.0f, 0.0f}), {1 / 3.0, 1 / 3.0, 0, 1 / 3.0});
  ExpectShares(Counts(2, std::array{nan, nan, nan, nan}), {1 / 3.0, 1 / 3.0, 0, 1 / 3.0});
}

TEST(WrongLabels, StayAsLongAsTheTruthStays) {
  WrongLabels labels(1000, Rng(1));
  labels.Begin({});
  const auto first = labels.Next(7);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(labels.Next(7), first);
  const auto second = labels.Next(8);
  EXPECT_NE(second, first);
  EXPECT_NE(second, 8u);
  EXPECT_EQ(labels.Next(std::nullopt), std::nullopt);
  EXPECT_NE(labels.Next(8), second) << "drawn anew";
  labels.Begin({});
  EXPECT_NE(labels.Next(8), 8u);
}

TEST(WrongLabels, OfTwoAreTheOther) {
  WrongLabels labels(2, Rng(1));
  for (int i = 0; i < 20; ++i) {
    labels.Begin({});
    EXPECT_EQ(labels.Next(0), 1u);
    EXPECT_EQ(labels.Next(1), 0u);
  }
}

// How sure a guess was must not move what is drawn after it.
TEST(WrongLabels, WhatIsDrawnLaterDoesNotHangOnTheGuess) {
  WrongLabels one(kClasses, Rng(1)), other(kClasses, Rng(1));
  for (int i = 0; i < 50; ++i) {
    one.Begin({});
    one.Next(0);
    other.Begin(std::array{1.0f, 0.0f, 0.0f, 0.0f});
    other.Next(0);
  }
  for (int i = 0; i < 50; ++i) {
    one.Begin({});
    other.Begin({});
    EXPECT_EQ(one.Next(3), other.Next(3));
  }
}

}  // namespace
}  // namespace hypnos
