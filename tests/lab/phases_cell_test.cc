#include "lab/phases_cell.h"

#include <gtest/gtest.h>

#include "hypnos/base/file_system.h"
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

PhasesCell SmallCell(const char* rule_name, NegativeKind negatives) {
  PhasesCell cell;
  for (const PhaseRule& rule : PhaseRules()) {
    if (rule.name != rule_name) continue;
    cell.order = rule.order;
    cell.wake = cell.sleep = 4;
    cell.learning = {.rule = rule.rule,
                     .rate = rule.RateAt(4),
                     .velocity = rule.velocity,
                     .weight_decay = 0,
                     .online_share = rule.online_share};
  }
  cell.negatives = negatives;
  cell.units = {60, 60};
  cell.temperature = 10;
  cell.batches = 200;
  return cell;
}

double Accuracy(const PhasesCell& cell, const ImageSet& set) {
  const auto score = RunPhasesCell(cell, set, [] { return true; });
  EXPECT_TRUE(score.ok());
  return score.ok() ? score->accuracy : 0;
}

TEST(PhasesCell, EveryRuleThatLearnsBeatsChanceByLabels) {
  const ImageSet set = Bars();
  for (const char* rule : {"interleaved", "deferred", "rehearsed"}) {
    EXPECT_GT(Accuracy(SmallCell(rule, NegativeKind::kLabel), set), 0.5) << rule;
  }
}

TEST(PhasesCell, LookingKnowsNothingOfLabels) {
  EXPECT_LT(Accuracy(SmallCell("looking", NegativeKind::kLabel), Bars()), 0.3);
}

TEST(PhasesCell, ReadOutNamesTheClassBesideMasks) {
  EXPECT_GT(Accuracy(SmallCell("interleaved", NegativeKind::kMask), Bars()), 0.5);
}

TEST(PhasesCell, SameSeedSameScoreOtherSeedOtherScore) {
  const ImageSet set = Bars();
  PhasesCell cell = SmallCell("rehearsed", NegativeKind::kLabel);
  cell.batches = 30;
  cell.sleep = 2;
  const auto run = [&] { return *RunPhasesCell(cell, set, [] { return true; }); };
  const PhasesScore first = run();
  EXPECT_EQ(run().accuracy, first.accuracy);
  EXPECT_EQ(run().layer_accuracy, first.layer_accuracy);
  cell.seed = 2;
  EXPECT_NE(run().layer_accuracy, first.layer_accuracy);
}

TEST(PhasesCell, StopsWhenToldTo) {
  const ImageSet set = Bars(100, 10);
  int batches = 0;
  const auto score = RunPhasesCell(SmallCell("deferred", NegativeKind::kLabel), set,
                                   [&] { return ++batches < 5; });
  ASSERT_FALSE(score.ok());
  EXPECT_EQ(score.error().code, Code::kCancelled);
  EXPECT_EQ(batches, 5);
}

}  // namespace
}  // namespace hypnos::lab
