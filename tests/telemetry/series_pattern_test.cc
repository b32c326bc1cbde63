#include "telemetry/series_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace hypnos {
namespace {

TEST(SeriesPattern, StarsStandForAnythingAndQuestionMarksForOneByte) {
  EXPECT_TRUE(MatchesPattern("goodness_real/1", "goodness_real/1"));
  EXPECT_TRUE(MatchesPattern("goodness_*", "goodness_real/1"));
  EXPECT_TRUE(MatchesPattern("*/1", "goodness_real/1"));
  EXPECT_TRUE(MatchesPattern("*@door", "goodness_real/1@door"));
  EXPECT_TRUE(MatchesPattern("p_*/?", "p_real/2"));
  EXPECT_TRUE(MatchesPattern("**", ""));
  EXPECT_TRUE(MatchesPattern("", ""));
  EXPECT_TRUE(MatchesPattern("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(MatchesPattern("goodness_*", "my_goodness_real/1"));
  EXPECT_FALSE(MatchesPattern("p_*/?", "p_real/12"));
  EXPECT_FALSE(MatchesPattern("", "x"));
  EXPECT_FALSE(MatchesPattern("a*b*c", "a-b-b-"));
}

TEST(SeriesPattern, WhatANameHoldsIsMeantAsItStands) {
  EXPECT_TRUE(MatchesPattern("x@[a]\\", "x@[a]\\"));
  EXPECT_FALSE(MatchesPattern("x@[a]", "x@a"));
  EXPECT_TRUE(MatchesPattern("x@*", "x@*"));
}

// With fnmatch, or with recursion, this would take years.
TEST(SeriesPattern, TakesNoTimeWhateverIsAsked) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(MatchesPattern(pattern + "b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace hypnos
