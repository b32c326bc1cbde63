#include "lab/negatives.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "lab/image_set.h"

namespace hypnos::lab {
namespace {

TEST(EmbedLabel, WritesOneOfTenAndLeavesTheRestOfTheImage) {
  std::vector<float> pixels(12, 0.5f);
  EmbedLabel(3, pixels);
  EXPECT_EQ(pixels, (std::vector<float>{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0.5f, 0.5f}));
  EmbedLabel(0, pixels);
  EXPECT_EQ(pixels, (std::vector<float>{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5f, 0.5f}));
}

TEST(WrongLabel, IsEachOtherLabelAboutAsOften) {
  Rng rng(1);
  std::map<int, int> drawn;
  for (int i = 0; i < 9000; ++i) ++drawn[WrongLabel(7, rng)];
  EXPECT_EQ(drawn.size(), kClasses - 1);
  EXPECT_EQ(drawn.count(7), 0U);
  for (const auto& [label, count] : drawn) {
    EXPECT_NEAR(count, 1000, 150) << label;  // five standard deviations
  }
}

TEST(LikelyWrongLabel, IsAsOftenAsItIsLikelyOnceTheTruthIsTakenOut) {
  const std::vector<float> likely = {0, 0.06f, 0, 0.9f, 0, 0.03f, 0, 0, 0, 0.01f};
  Rng rng(1);
  std::map<int, int> drawn;
  for (int i = 0; i < 1000; ++i) ++drawn[LikelyWrongLabel(3, likely, rng)];
  EXPECT_EQ(drawn.size(), 3U);
  EXPECT_NEAR(drawn[1], 600, 80);  // five standard deviations
  EXPECT_NEAR(drawn[5], 300, 75);
  EXPECT_NEAR(drawn[9], 100, 50);
}

TEST(LikelyWrongLabel, IsAnyOtherWhereNoneIsLikely) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float rest : {0.0f, nan}) {
    std::vector<float> likely(kClasses, rest);
    likely[7] = 1;
    Rng rng(1);
    std::map<int, int> drawn;
    for (int i = 0; i < 500; ++i) ++drawn[LikelyWrongLabel(7, likely, rng)];
    EXPECT_EQ(drawn.size(), kClasses - 1) << rest;
    EXPECT_EQ(drawn.count(7), 0U) << rest;
  }
}

std::vector<float> DrawMask(size_t height, size_t width, Rng& rng) {
  std::vector<float> mask(height * width);
  MaskDrawer(height, width).Draw(rng, mask);
  return mask;
}

TEST(Mask, IsBlackAndWhiteAndAboutHalfOfEach) {
  Rng rng(1);
  double white = 0;
  for (int i = 0; i < 200; ++i) {
    for (const float value : DrawMask(28, 28, rng)) {
      ASSERT_TRUE(value == 0.0f || value == 1.0f);
      white += static_cast<double>(value);
    }
  }
  EXPECT_NEAR(white / (200 * 28 * 28), 0.5, 0.03);
}

TEST(Mask, HasLargeRegions) {
  Rng rng(1);
  int same = 0, pairs = 0;
  for (int i = 0; i < 50; ++i) {
    const std::vector<float> mask = DrawMask(28, 28, rng);
    for (size_t y = 0; y < 28; ++y) {
      for (size_t x = 0; x + 1 < 28; ++x) {
        same += mask[y * 28 + x] == mask[y * 28 + x + 1] ? 1 : 0;
        ++pairs;
      }
    }
  }
  // Half of them without any blur.
  EXPECT_GT(static_cast<double>(same) / pairs, 0.8);
}

TEST(Mask, FollowsTheGenerator) {
  Rng rng(1), same(1), other(2);
  const auto mask = DrawMask(28, 28, rng);
  EXPECT_EQ(mask, DrawMask(28, 28, same));
  EXPECT_NE(mask, DrawMask(28, 28, other));
}

TEST(Mix, TakesEachPixelFromOneOfTheTwo) {
  const std::vector<float> mask = {1, 0, 0.25f}, a = {8, 8, 8}, b = {4, 4, 4};
  std::vector<float> out(3);
  Mix(mask, a, b, out);
  EXPECT_EQ(out, (std::vector<float>{8, 4, 5}));
  std::vector<float> in_place = a;
  Mix(mask, in_place, b, in_place);
  EXPECT_EQ(in_place, out);
}

}  // namespace
}  // namespace hypnos::lab
