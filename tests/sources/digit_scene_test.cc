#include "sources/digit_scene.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace hypnos {
namespace {

bool SameBits(const Image& a, const Image& b) { return std::ranges::equal(a.bytes(), b.bytes()); }

TEST(DigitScene, HoldsEachDigitForItsTimeAndThenWritesAnother) {
  DigitScene scene(24, 24, 0.5, 3);
  std::set<int> digits;
  for (int i = 0; i < 60; ++i) {
    const double begin = 0.5 * i;
    const int digit = *scene.Digit(begin);
    digits.insert(digit);
    EXPECT_EQ(scene.Digit(begin + 0.49), digit);
  }
  EXPECT_EQ(digits.size(), 10u) << "of sixty, all ten have come";
}

TEST(DigitScene, WritesADigitAnewEachTime) {
  DigitScene scene(24, 24, 1, 3);
  std::vector<int> same;
  for (int i = 0; same.size() < 2; ++i) {
    if (*scene.Digit(i) == *scene.Digit(0)) same.push_back(i);
  }
  const Image one = scene.Render(same[0]), other = scene.Render(same[1]);
  EXPECT_FALSE(SameBits(one, other));
}

TEST(DigitScene, DependsOnTheTimeAndNotOnWhatWasLookedAtBefore) {
  DigitScene one(24, 24, 0.5, 3), other(24, 24, 0.5, 3);
  const Image there = one.Render(7.25);
  for (const double seconds : {0.0, 3.0, 7.25}) other.Render(seconds);
  EXPECT_TRUE(SameBits(other.Render(7.25), there));
  DigitScene another_seed(24, 24, 0.5, 4);
  EXPECT_FALSE(SameBits(another_seed.Render(7.25), there));
}

// The fifth frame at 25 a second is the first of the second digit, rounded as times may be.
TEST(DigitScene, CountsWholeFrames) {
  DigitScene scene(24, 24, 4 / 25.0, 3);
  for (int digit = 0; digit < 1000; ++digit) {
    const Image first = scene.Render(4 * digit / 25.0);
    DigitScene middle(24, 24, 4 / 25.0, 3);
    middle.Render((4 * digit + 2) / 25.0);
    EXPECT_TRUE(SameBits(middle.Render(4 * digit / 25.0), first));
    EXPECT_EQ(scene.Digit(4 * digit / 25.0), scene.Digit((4 * digit + 3) / 25.0));
  }
}

}  // namespace
}  // namespace hypnos
