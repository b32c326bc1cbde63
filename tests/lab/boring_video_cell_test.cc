#include "lab/boring_video_cell.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "hypnos/base/check.h"
#include "lab/idx_files.h"
#include "support/memory_file_system.h"

namespace hypnos::lab {
namespace {

ImageSet Bars(uint32_t train = 1000, uint32_t test = 250) {
  MemoryFileSystem disk;
  SyntheticImages(train, test, 1).WriteTo(disk, "bars");
  auto set = LoadImageSet(disk, "bars");
  HYPNOS_CHECK(set.ok());
  return *std::move(set);
}

BoringVideoCell SmallCell() {
  BoringVideoCell cell;
  cell.batches = 60;
  cell.units = {60, 60};
  cell.learning = {.rule = LearningRule::kInterleaved, .rate = 0.005f, .weight_decay = 0};
  cell.temperature_per_unit = 0.1f;
  return cell;
}

BoringVideoScore Score(const BoringVideoCell& cell, const ImageSet& set) {
  const auto score = RunBoringVideoCell(
      cell, set, {.learned = [] { return true; }, .judged = [](size_t, double) {}});
  HYPNOS_CHECK(score.ok());
  return *score;
}

TEST(BoringVideoCell, NamesImagesItHasNotSeen) {
  const BoringVideoScore score = Score(SmallCell(), Bars());
  EXPECT_LT(score.error, 0.3);
  EXPECT_LT(score.read_out_error, 0.3);
}

TEST(BoringVideoCell, LearnsFromLikelyLabelsAndFromAnyAndWithNormalisedSteps) {
  const ImageSet set = Bars();
  BoringVideoCell cell = SmallCell();
  for (const float share : {0.0f, 1.0f}) {
    cell.own_share = share;
    EXPECT_LT(Score(cell, set).error, 0.5) << share;
  }
  cell.learning.optimiser = Optimiser::kRms;
  cell.learning.rate = 5e-4f;
  EXPECT_LT(Score(cell, set).error, 0.5);
}

// Layer 1 sees the label after two steps only.
TEST(BoringVideoCell, SettlingIsWhatBringsTheLabelDown) {
  const BoringVideoScore score = Score(SmallCell(), Bars());
  ASSERT_EQ(score.error_by_steps.size(), kJudgedSteps);
  EXPECT_EQ(score.error_by_steps[kAnswerStep - 1], score.error);
  EXPECT_GT(score.error_by_steps[0], score.error);
  ASSERT_EQ(score.layer_errors.size(), 2U);
  for (const double error : score.layer_errors) EXPECT_LT(error, 0.5);
}

TEST(BoringVideoCell, WithoutLearningItKnowsNothing) {
  BoringVideoCell cell = SmallCell();
  cell.learning.rate = 0;
  EXPECT_GT(Score(cell, Bars()).error, 0.7);
}

TEST(BoringVideoCell, SameSeedSameScoreOtherSeedOtherScore) {
  const ImageSet set = Bars();
  BoringVideoCell cell = SmallCell();
  cell.batches = 10;
  cell.shift = 1;
  const BoringVideoScore first = Score(cell, set), again = Score(cell, set);
  EXPECT_EQ(again.error_by_steps, first.error_by_steps);
  EXPECT_EQ(again.read_out_error, first.read_out_error);
  cell.seed = 2;
  EXPECT_NE(Score(cell, set).error_by_steps, first.error_by_steps);
}

TEST(BoringVideoCell, TellsOfEveryPass) {
  const ImageSet set = Bars(300, 130);
  BoringVideoCell cell = SmallCell();
  cell.batches = 7;
  std::vector<size_t> passes;
  const auto score = RunBoringVideoCell(cell, set,
                                        {.learned = [] { return true; },
                                         .judged =
                                             [&](size_t pass, double error) {
                                               passes.push_back(pass);
                                               EXPECT_GE(error, 0);
                                               EXPECT_LE(error, 1);
                                             }});
  ASSERT_TRUE(score.ok());
  EXPECT_EQ(passes, (std::vector<size_t>{1, 2}));
}

TEST(BoringVideoCell, StopsWhenToldTo) {
  int batches = 0;
  const auto score = RunBoringVideoCell(
      SmallCell(), Bars(100, 10),
      {.learned = [&] { return ++batches < 5; }, .judged = [](size_t, double) {}});
  ASSERT_FALSE(score.ok());
  EXPECT_EQ(score.error().code, Code::kCancelled);
  EXPECT_EQ(batches, 5);
}

// Weights that overflow end learning, not the program.
TEST(BoringVideoCell, SurvivesARateThatIsFarTooHigh) {
  BoringVideoCell cell = SmallCell();
  cell.batches = 5;
  cell.learning.rate = 1e30f;
  EXPECT_GT(Score(cell, Bars(100, 100)).error, 0.5);
}

TEST(BoringVideoCell, OptionsOutOfRangeAreNamed) {
  BoringVideoCell cell = SmallCell();
  cell.learning.velocity = 1;
  const auto score = RunBoringVideoCell(
      cell, Bars(100, 10), {.learned = [] { return true; }, .judged = [](size_t, double) {}});
  ASSERT_FALSE(score.ok());
  EXPECT_NE(score.error().message.find("velocity"), std::string::npos);
}

}  // namespace
}  // namespace hypnos::lab
