#include "hypnos/pipeline/label_score.h"

#include <gtest/gtest.h>

#include "hypnos/pipeline/report.h"

namespace hypnos {
namespace {

TEST(OnlineAccuracy, IsUnknownBeforeTheFirstFrame) {
  const OnlineAccuracy accuracy;
  EXPECT_EQ(accuracy.frames(), 0u);
  EXPECT_EQ(accuracy.total(), std::nullopt);
  EXPECT_EQ(accuracy.recent(), std::nullopt);
}

TEST(OnlineAccuracy, CountsAllAndTheLastOnes) {
  OnlineAccuracy accuracy;
  for (int i = 0; i < 300; ++i) accuracy.Add(false);
  for (int i = 0; i < 100; ++i) accuracy.Add(true);
  EXPECT_EQ(accuracy.total(), 0.25);
  EXPECT_EQ(accuracy.recent(), 0.25) << "of fewer than a thousand";
  for (int i = 0; i < 800; ++i) accuracy.Add(true);
  EXPECT_EQ(accuracy.total(), 0.75);
  EXPECT_EQ(accuracy.recent(), 0.9) << "two hundred are forgotten";
  for (int i = 0; i < 2500; ++i) accuracy.Add(i % 2 == 0);
  EXPECT_EQ(accuracy.recent(), 0.5);
  EXPECT_EQ(accuracy.frames(), 3700u);
}

FrameReport Report(std::optional<size_t> label, std::vector<float> read_out,
                   std::vector<float> goodness = {}) {
  FrameReport report;
  report.label = label;
  report.label_read_out = std::move(read_out);
  report.label_goodness = std::move(goodness);
  report.label_learned = true;
  return report;
}

TEST(LabelScores, KeepWhatIsLearnedFromAndWhatIsNotApart) {
  LabelScores scores;
  scores.Count(Report(1, {0.1f, 0.9f}, {0.6f, 0.4f}));
  FrameReport held_out = Report(0, {0.1f, 0.9f});
  held_out.label_learned = false;
  held_out.label_before = 0;
  scores.Count(held_out);
  EXPECT_EQ(scores.learned.read_out.total(), 1);
  EXPECT_EQ(scores.learned.goodness.total(), 0);
  EXPECT_EQ(scores.learned.same_as_before.total(), 0);
  EXPECT_EQ(scores.held_out.read_out.total(), 0);
  EXPECT_EQ(scores.held_out.goodness.frames(), 0u);
  EXPECT_EQ(scores.held_out.same_as_before.total(), 1);
}

TEST(LabelScores, CountNoFrameWithoutALabel) {
  LabelScores scores;
  scores.Count(Report(std::nullopt, {0.1f, 0.9f}));
  scores.Count(Report(0, {}));
  EXPECT_EQ(scores.learned.read_out.frames(), 0u);
}

}  // namespace
}  // namespace hypnos
