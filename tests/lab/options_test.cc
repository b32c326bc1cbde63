#include "lab/options.h"

#include <gtest/gtest.h>

namespace hypnos::lab {
namespace {

TEST(Options, PositiveNumbersPassAndOthersAreNamed) {
  for (const char* text : {"1", "0.5", "1e-6", "+2"}) EXPECT_EQ(CheckPositive(text), "") << text;
  for (const char* text : {"", "0", "-1", "nan", "inf", "1x", "fast"}) {
    EXPECT_NE(CheckPositive(text).find(text), std::string::npos) << text;
    EXPECT_NE(CheckPositive(text), "") << text;
  }
}

TEST(Options, FiguresAreShort) {
  EXPECT_EQ(Number(0.1f), "0.1");
  EXPECT_EQ(Percent(0.98765), "98.77");
}

}  // namespace
}  // namespace hypnos::lab
