#include "novelty/frame_history.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hypnos {
namespace {

// z of 0.01 to 10, a hundred times each.
FrameHistory Uniform() {
  FrameHistory history;
  for (int round = 0; round < 100; ++round) {
    for (int i = 1; i <= 1000; ++i) history.Learn(i / 100.0, 1);
  }
  return history;
}

TEST(FrameHistory, AScoreIsInDecades) {
  const FrameHistory history = Uniform();
  EXPECT_NEAR(history.Score(5), 0.301, 0.01);
  EXPECT_NEAR(history.Score(9), 1, 0.02);
}

TEST(FrameHistory, WhatWasNeverSeenHasAScoreThatGrows) {
  const FrameHistory history = Uniform();
  double before = history.Score(9.9);
  for (const double z : {10.0, 11.0, 15.0, 40.0, 1000.0}) {
    EXPECT_GT(history.Score(z), before) << z;
    before = history.Score(z);
  }
}

// What is unusual is seldom, and must not make unusual what comes after it less so.
TEST(FrameHistory, AFewFramesFarOutDoNotChangeTheScale) {
  FrameHistory history = Uniform();
  const double before = history.Score(20);
  for (int i = 0; i < 100; ++i) history.Learn(1000, 1);
  EXPECT_NEAR(history.Score(20), before, 0.2 * before);
}

// Of an exponential tail, decades are what they say.
TEST(FrameHistory, BeyondTheTailsBeginningScoresAreThoseOfAnExponential) {
  FrameHistory history;
  constexpr int kFrames = 20'000;
  for (int i = 0; i < kFrames; ++i) history.Learn(-std::log((i + 0.5) / kFrames), 1);
  for (const double decades : {2.5, 3.0, 3.5}) {
    EXPECT_NEAR(history.Score(decades * std::log(10.0)), decades, 0.1) << decades;
  }
}

TEST(FrameHistory, NothingCanBeSaidBeforeThereIsAHistory) {
  EXPECT_EQ(FrameHistory().Score(100), FrameHistory::kNothing);
}

TEST(FrameHistory, WhatIsMadeUsualNoLongerReachesTheScore) {
  FrameHistory history = Uniform();
  ASSERT_GT(history.Score(30), 4);
  history.MakeUsual(30, 3);
  EXPECT_LT(history.Score(30), 3);
  // What is far beyond it is unusual still.
  EXPECT_GT(history.Score(3000), 3);
}

TEST(FrameHistory, OldFramesFadeAndWithThemWhatWasUsual) {
  FrameHistory history;
  for (int i = 0; i < 1000; ++i) history.Learn(100 + i % 10, 1);
  const double before = history.Score(20);
  for (int i = 0; i < 3000; ++i) history.Learn(1 + i % 10 * 0.1, 0.995);
  EXPECT_LT(before, 0.01);
  EXPECT_GT(history.Score(20), 3);
}

}  // namespace
}  // namespace hypnos
