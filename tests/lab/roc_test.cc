#include "lab/roc.h"

#include <gtest/gtest.h>

namespace hypnos::lab {
namespace {

TEST(AreaUnderRoc, IsTheChanceThatAnUnusualFrameScoresHigher) {
  EXPECT_EQ(AreaUnderRoc(std::vector<JudgedScore>{{1, false}, {2, true}, {3, true}}), 1);
  EXPECT_EQ(AreaUnderRoc(std::vector<JudgedScore>{{3, false}, {2, true}, {1, true}}), 0);
  EXPECT_EQ(AreaUnderRoc(std::vector<JudgedScore>{{1, false}, {2, true}, {3, false}, {4, true}}),
            0.75);
}

TEST(AreaUnderRoc, EqualScoresCountHalf) {
  EXPECT_EQ(AreaUnderRoc(std::vector<JudgedScore>{{5, true}, {5, false}, {5, true}}), 0.5);
  EXPECT_EQ(AreaUnderRoc(std::vector<JudgedScore>{{5, true}, {5, false}, {4, false}}), 0.75);
}

TEST(AreaUnderRoc, OfOneKindNothingCanBeSaid) {
  EXPECT_EQ(AreaUnderRoc({}), 0.5);
  EXPECT_EQ(AreaUnderRoc(std::vector<JudgedScore>{{1, true}, {2, true}}), 0.5);
}

}  // namespace
}  // namespace hypnos::lab
