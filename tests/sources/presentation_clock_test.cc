#include "sources/presentation_clock.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

using std::chrono::milliseconds;

TEST(PresentationClock, StartsAtZeroWhereverTheContainerStarts) {
  PresentationClock clock(25);
  EXPECT_EQ(clock.Next(milliseconds(1040)), milliseconds(0));
  EXPECT_EQ(clock.Next(milliseconds(1080)), milliseconds(40));
}

TEST(PresentationClock, NeverDecreases) {
  PresentationClock clock(25);
  clock.Next(milliseconds(0));
  EXPECT_EQ(clock.Next(milliseconds(80)), milliseconds(80));
  EXPECT_EQ(clock.Next(milliseconds(40)), milliseconds(80));
  EXPECT_EQ(clock.Next(milliseconds(120)), milliseconds(120));
}

TEST(PresentationClock, FillsInWhatTheContainerLeavesOut) {
  PresentationClock clock(25);
  EXPECT_EQ(clock.Next(std::nullopt), milliseconds(0));
  EXPECT_EQ(clock.Next(std::nullopt), milliseconds(40));
  PresentationClock no_rate(0);
  no_rate.Next(std::nullopt);
  EXPECT_EQ(no_rate.Next(std::nullopt), milliseconds(0));
}

}  // namespace
}  // namespace hypnos
