#include "replay/blurred_mask.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hypnos {
namespace {

constexpr int kHeight = 96, kWidth = 128;

BlurredMask Mask(int patch, int height = kHeight, int width = kWidth) {
  return BlurredMask(PatchGrid::Create({2, height, width}, {.size = patch}).value());
}

struct Look {
  double mean = 0;
  double whole = 0;  // the share that is 0 or 1
  double step = 0;   // mean difference of neighbours
};

// Over several masks.
Look LookAt(int patch) {
  BlurredMask mask = Mask(patch);
  Rng rng(1);
  Look look;
  constexpr int kMasks = 20;
  for (int n = 0; n < kMasks; ++n) {
    mask.Draw(rng);
    const auto values = mask.values();
    EXPECT_EQ(values.size(), static_cast<size_t>(kHeight * kWidth));
    for (size_t i = 0; i < values.size(); ++i) {
      const double value = static_cast<double>(values[i]);
      EXPECT_TRUE(value >= 0 && value <= 1) << value;
      const double share = 1.0 / static_cast<double>(values.size()) / kMasks;
      look.mean += share * value;
      look.whole += value == 0 || value == 1 ? share : 0;
      if (i % kWidth > 0) look.step += share * std::abs(value - static_cast<double>(values[i - 1]));
    }
  }
  return look;
}

TEST(BlurredMask, IsMostlyOneOrTheOtherInEqualParts) {
  for (const int patch : {8, 16, 32}) {
    const Look look = LookAt(patch);
    EXPECT_NEAR(look.mean, 0.5, 0.03) << patch;
    EXPECT_GT(look.whole, 0.5) << patch;
    EXPECT_LT(look.whole, 0.8) << "edges are soft, " << patch;
  }
}

// Neighbouring bits that nobody blurred would differ by a half.
TEST(BlurredMask, ItsRegionsGrowWithThePatch) {
  const double small = LookAt(16).step, large = LookAt(32).step, whole = LookAt(64).step;
  EXPECT_LT(small, 0.3);
  EXPECT_NEAR(small / large, 2, 0.4);
  EXPECT_NEAR(large / whole, 2, 0.4);
}

TEST(BlurredMask, EqualSeedsDrawEqually) {
  BlurredMask one = Mask(16), same = Mask(16), other = Mask(16);
  Rng a(1), b(1), c(2);
  one.Draw(a);
  same.Draw(b);
  other.Draw(c);
  EXPECT_TRUE(std::ranges::equal(one.values(), same.values()));
  EXPECT_FALSE(std::ranges::equal(one.values(), other.values()));
}

TEST(BlurredMask, SuitsTheSmallestFrame) {
  BlurredMask mask = Mask(0, 1, 1);
  Rng rng(1);
  mask.Draw(rng);
  EXPECT_TRUE(mask.values()[0] == 0 || mask.values()[0] == 1);
}

}  // namespace
}  // namespace hypnos
