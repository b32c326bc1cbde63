#include "hypnos/diagnostics/probe_figures.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(LearningFinished, WhenUpdatesCancelAlthoughTheFrozenSetIsToldApart) {
  EXPECT_TRUE(LearningFinished(0.0005, 0.8));
}

TEST(LearningFinished, NotWhileUpdatesStillDiffer) { EXPECT_FALSE(LearningFinished(0.01, 0.8)); }

TEST(LearningFinished, NotWhereTheyCancelSinceAllIsTheSame) {
  EXPECT_FALSE(LearningFinished(0, 0.5)) << "collapse is not success";
}

}  // namespace
}  // namespace hypnos
