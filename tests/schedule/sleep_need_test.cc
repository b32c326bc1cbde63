#include "hypnos/schedule/sleep_need.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(SleepNeed, WhoLooksAtNothingNeedsNothing) {
  EXPECT_FALSE(SleepNeed().any());
  EXPECT_FALSE(
      NeedsSleep({}, {.negatives_above = 1, .goodness_ratio = 9, .auc = 0, .saturated = 1}));
}

TEST(SleepNeed, EachSignalAloneIsEnoughAndBringsItsMargin) {
  struct Case {
    SleepNeed need;
    ProbeSignals good, between, bad;
  };
  const Case cases[] = {
      {{.negatives_above = 0.2},
       {.negatives_above = 0.1},
       {.negatives_above = 0.16},
       {.negatives_above = 0.2}},
      {{.goodness_ratio = 0.9},
       {.goodness_ratio = 0.8},
       {.goodness_ratio = 0.87},
       {.goodness_ratio = 1.2}},
      {{.saturated = 0.99}, {.saturated = 0.5}, {.saturated = 0.95}, {.saturated = 0.995}},
      {{.auc = 0.6}, {.auc = 0.7}, {.auc = 0.63}, {.auc = 0.6}},
  };
  for (const Case& c : cases) {
    EXPECT_TRUE(c.need.any());
    EXPECT_FALSE(NeedsSleep(c.need, c.good));
    EXPECT_FALSE(NeedsSleep(c.need, c.between));
    EXPECT_TRUE(NeedsSleep(c.need, c.bad));
    EXPECT_TRUE(HasRecovered(c.need, c.good));
    EXPECT_FALSE(HasRecovered(c.need, c.between));
    EXPECT_FALSE(HasRecovered(c.need, c.bad));
  }
}

TEST(SleepNeed, HasRecoveredOnlyWhereEverySignalHas) {
  const SleepNeed need = {.negatives_above = 0.2, .auc = 0.6};
  EXPECT_FALSE(HasRecovered(need, {.negatives_above = 0.1, .auc = 0.5}));
  EXPECT_FALSE(HasRecovered(need, {.negatives_above = 0.3, .auc = 0.9}));
  EXPECT_TRUE(HasRecovered(need, {.negatives_above = 0.1, .auc = 0.9}));
}

TEST(SleepNeed, WhoHasSleptTooMuchNeedsNoMore) {
  const SleepNeed need = {.negatives_above = 0.2, .positives_below = 0.3};
  EXPECT_TRUE(NeedsSleep(need, {.negatives_above = 0.5, .positives_below = 0.2}));
  EXPECT_FALSE(NeedsSleep(need, {.negatives_above = 0.5, .positives_below = 0.3}));
  EXPECT_TRUE(HasOverslept(need, {.positives_below = 0.3}));
  EXPECT_FALSE(HasOverslept({}, {.positives_below = 1}));
}

}  // namespace
}  // namespace hypnos
