#include "hypnos/replay/negative_choice.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace hypnos {
namespace {

constexpr int kDraws = 40'000;

std::array<int, kNegativeKinds> Counts(const NegativeWeights& weights, size_t remembered = 2,
                                       bool labelled = true) {
  NegativeChoice choice(weights, Rng(1));
  std::array<int, kNegativeKinds> counts{};
  for (int i = 0; i < kDraws; ++i) {
    ++counts[static_cast<size_t>(choice.Draw(remembered, labelled))];
  }
  return counts;
}

TEST(NegativeChoice, IsOfDreamsUnlessToldOtherwise) {
  EXPECT_EQ(Counts({}), (std::array{kDraws, 0, 0, 0, 0, 0, 0}));
}

TEST(NegativeChoice, KeepsToTheWeights) {
  for (const NegativeWeights& weights :
       {NegativeWeights{1, 1, 1, 1}, NegativeWeights{1, 2, 3, 4}, NegativeWeights{0.5, 0, 0.01, 0},
        NegativeWeights{0, 1000, 0, 3000}, NegativeWeights{1, 0, 0, 1, 2, 3},
        NegativeWeights{0, 1, 0, 0, 0, 0, 3}}) {
    const auto counts = Counts(weights);
    for (const NegativeKind kind : kAllNegativeKinds) {
      const double share = weights.Of(kind) / weights.Total();
      // Four standard deviations; what has no weight never comes.
      EXPECT_NEAR(counts[static_cast<size_t>(kind)], kDraws * share,
                  4 * std::sqrt(kDraws * share * (1 - share)))
          << ToString(kind);
    }
  }
}

TEST(NegativeChoice, OnlyProportionsCount) {
  EXPECT_EQ(Counts({1, 2, 3, 4}), Counts({0.25, 0.5, 0.75, 1}));
}

TEST(NegativeChoice, DreamsWhereThereAreNotTwoSequencesToRecall) {
  for (const size_t remembered : {0u, 1u}) {
    const auto few = Counts({0, 1, 1, 2}, remembered);
    const auto enough = Counts({0, 1, 1, 2});
    EXPECT_EQ(few[0], enough[2] + enough[3]);
    EXPECT_EQ(few[1], enough[1]);
  }
}

TEST(NegativeChoice, DreamsAsleepWhereNothingIsThereToBeHurried) {
  NegativeChoice choice({.dream = 0, .hurried = 1}, Rng(1));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(choice.Draw(2, false, false), NegativeKind::kDream);
    EXPECT_EQ(choice.Draw(2, false, true), NegativeKind::kHurried);
  }
}

TEST(NegativeChoice, HurriesByTwoFramesOrThree) {
  NegativeChoice choice({.dream = 0, .hurried = 1}, Rng(1));
  std::array<int, kMostPace + 1> counts{};
  for (int i = 0; i < 1000; ++i) ++counts.at(static_cast<size_t>(choice.DrawPace()));
  EXPECT_EQ(counts[0] + counts[1], 0);
  EXPECT_NEAR(counts[2], 500, 70);
}

TEST(NegativeChoice, DreamsWhereThereIsNoLabelToGetWrong) {
  const auto without = Counts({0, 1, 0, 0, 1, 2}, 2, false);
  const auto with = Counts({0, 1, 0, 0, 1, 2});
  EXPECT_EQ(without[0], with[4] + with[5]);
  EXPECT_EQ(without[1], with[1]);
}

TEST(NegativeChoice, WhatIsDrawnLaterDoesNotHangOnWhatWasRemembered) {
  NegativeChoice one({1, 1, 1, 1}, Rng(3)), other({1, 1, 1, 1}, Rng(3));
  for (int i = 0; i < 100; ++i) {
    one.Draw(0);
    other.Draw(9);
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.Draw(2), other.Draw(2));
}

TEST(NegativeChoice, EqualSeedsDrawEqually) {
  NegativeChoice one({1, 1, 1, 1}, Rng(3)), same({1, 1, 1, 1}, Rng(3)), other({1, 1, 1, 1}, Rng(4));
  int differ = 0;
  for (int i = 0; i < 200; ++i) {
    const NegativeKind kind = one.Draw(2);
    EXPECT_EQ(kind, same.Draw(2));
    differ += kind != other.Draw(2);
  }
  EXPECT_GT(differ, 50);
}

TEST(NegativeChoice, NeedsAWeight) {
  EXPECT_DEATH(NegativeChoice({0, 0, 0, 0}, Rng(1)), "broken promise");
  EXPECT_DEATH(NegativeChoice({2, -1, 0, 0}, Rng(1)), "broken promise");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_DEATH(NegativeChoice({1, nan, 0, 0}, Rng(1)), "broken promise");
}

}  // namespace
}  // namespace hypnos
