#include "lab/turn.h"

#include <gtest/gtest.h>

#include <string>

namespace hypnos::lab {
namespace {

TEST(Turn, IsWakeColonSleep) {
  const auto turn = ParseTurn("32:16");
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn->wake, 32U);
  EXPECT_EQ(turn->sleep, 16U);
  EXPECT_EQ(CheckTurn("1:1"), "");
}

TEST(Turn, EverythingElseIsNone) {
  for (const std::string text : {"", ":", "8", "8:", ":8", "0:0", "8:0", "8:9", "8:8:8", "8:8x",
                                 " 8:8", "-8:8", "8:-8", "1e3:1", "99999999999999999999:1"}) {
    EXPECT_FALSE(ParseTurn(text)) << text;
    EXPECT_EQ(CheckTurn(text), "'" + text +
                                   "' is not WAKE:SLEEP, both at least 1 and no more asleep "
                                   "than awake");
  }
}

}  // namespace
}  // namespace hypnos::lab
