#include "lab/nab_score.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hypnos::lab {
namespace {

// A hundred rows, the first fifteen of which do not count, and a window in the middle.
NabScored File(const std::vector<size_t>& detections) {
  NabScored file{.scores = std::vector<double>(100, 0), .windows = {{50, 59}}};
  for (const size_t row : detections) file.scores[row] = 1;
  return file;
}

TEST(NabScore, IsAHundredAtTheFirstRowOfEveryWindow) {
  const NabResult result = ScoreNab({File({50}), File({50, 55})}, kNabStandard);
  EXPECT_NEAR(result.score, 100, 1e-9);
  EXPECT_EQ(result.found, 2u);
  EXPECT_EQ(result.windows, 2u);
  EXPECT_EQ(result.false_alarms, 0u);
}

TEST(NabScore, IsNothingWhereNothingIsDetectedOrEveryAlarmIsFalse) {
  EXPECT_EQ(ScoreNab({File({})}, kNabStandard).score, 0);
  EXPECT_EQ(ScoreNab({File({20, 90})}, kNabStandard).score, 0);
  EXPECT_TRUE(std::isinf(ScoreNab({File({20})}, kNabStandard).threshold));
}

TEST(NabScore, IsLowerTheLaterAWindowIsFound) {
  double before = 101;
  for (const size_t row : {50, 53, 56, 59}) {
    const double score = ScoreNab({File({row})}, kNabStandard).score;
    EXPECT_LT(score, before);
    EXPECT_GT(score, 50);
    before = score;
  }
}

TEST(NabScore, WeighsFalseAlarmsByTheirDistanceFromTheWindowBefore) {
  const auto lost = [](size_t row) {
    return 100 - ScoreNab({File({50, row})}, kNabStandard).score;
  };
  // All the weight before any window, next to nothing just behind one.
  EXPECT_NEAR(lost(30), 100 * 0.11 / 2, 1e-9);
  EXPECT_NEAR(lost(60), 100 * 0.11 / 2 * (1 - 2 / (1 + std::exp(5.0 / 9))), 1e-9);
  EXPECT_NEAR(100 - ScoreNab({File({50, 30})}, kNabLowFalseAlarms).score, 100 * 0.22 / 2, 1e-9);
  EXPECT_EQ(lost(10), 0);
}

TEST(NabScore, TakesTheThresholdThatIsBestForAllTogether) {
  NabScored file = File({});
  file.scores[30] = 0.5;
  file.scores[50] = 0.7;
  const NabResult result = ScoreNab({file}, kNabStandard);
  EXPECT_EQ(result.threshold, 0.7);
  EXPECT_NEAR(result.score, 100, 1e-9);
  // Where scores are equal they are detected together.
  file.scores[30] = 0.7;
  EXPECT_EQ(ScoreNab({file}, kNabStandard).false_alarms, 1u);
}

}  // namespace
}  // namespace hypnos::lab
