#include "lab/progress.h"

#include <gtest/gtest.h>

namespace hypnos::lab {
namespace {

TEST(ProgressText, TellsShareCellsAndTimeLeft) {
  EXPECT_EQ(ProgressText(25, 100, 1, 4, FromSeconds(20), 8),
            "██░░░░░░   25 %  1 of 4 cells  01:00 left");
  EXPECT_EQ(ProgressText(50, 100, 2, 4, FromSeconds(4000), 0), " 50 %  2 of 4 cells  1:06:40 left");
}

TEST(ProgressText, NamesNoTimeBeforeAnythingIsDone) {
  EXPECT_EQ(ProgressText(0, 100, 0, 4, FromSeconds(3), 0), "  0 %  0 of 4 cells");
}

TEST(ProgressText, IsFullOnlyAtTheEnd) {
  EXPECT_EQ(ProgressText(999, 1000, 3, 4, FromSeconds(999), 2),
            "█░   99 %  3 of 4 cells  00:01 left");
  EXPECT_EQ(ProgressText(1000, 1000, 4, 4, FromSeconds(999), 2),
            "██  100 %  4 of 4 cells  00:00 left");
  EXPECT_EQ(ProgressText(0, 0, 0, 0, FromSeconds(0), 2), "██  100 %  0 of 0 cells");
}

}  // namespace
}  // namespace hypnos::lab
