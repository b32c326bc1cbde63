#include "hypnos/tensor/bfloat16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tensor/naive.h"

namespace hypnos {
namespace {

float Rounded(float value, uint32_t draw, uint32_t index) {
  RoundToBfloat16({&value, 1}, draw, index);
  return value;
}

TEST(Bfloat16, RoundsToOneOfTheTwoNeighbours) {
  Rng rng(1);
  for (uint32_t i = 0; i < 1000; ++i) {
    const float value = rng.Normal() * std::pow(10.0f, rng.Normal() * 5);
    EXPECT_NEAR(Rounded(value, i, 7), value, std::abs(value) / 128);
  }
}

TEST(Bfloat16, KeepsWhatItCanHold) {
  for (const float value : {0.0f, -0.0f, 1.0f, -1.5f, 3.25f, 1e30f, 0x1p-120f}) {
    const float held = Rounded(value, 0, 0);
    for (uint32_t draw = 1; draw < 50; ++draw) EXPECT_EQ(Rounded(held, draw, draw), held);
  }
}

TEST(Bfloat16, KeepsWhatIsNotFiniteNotFinite) {
  for (uint32_t draw = 0; draw < 1000; ++draw) {
    EXPECT_EQ(Rounded(INFINITY, draw, 3), INFINITY);
    EXPECT_EQ(Rounded(-INFINITY, draw, 3), -INFINITY);
    EXPECT_FALSE(std::isfinite(Rounded(std::numeric_limits<float>::quiet_NaN(), draw, 3)));
  }
}

// 1 + 1/512 lies a quarter of the way from 1 to the next value, 1 + 1/128.
TEST(Bfloat16, IsRightOnAverageOverDrawsAndOverElements) {
  constexpr float kValue = 1 + 1.0f / 512;
  constexpr uint32_t kCount = 40000;
  double over_draws = 0, over_elements = 0;
  for (uint32_t i = 0; i < kCount; ++i) {
    over_draws += static_cast<double>(Rounded(kValue, i, 5)) / kCount;
    over_elements += static_cast<double>(Rounded(kValue, 5, i)) / kCount;
  }
  // Five standard deviations of the mean.
  const double tolerance = 5 * std::sqrt(0.25 * 0.75 / kCount) / 128;
  EXPECT_NEAR(over_draws, static_cast<double>(kValue), tolerance);
  EXPECT_NEAR(over_elements, static_cast<double>(kValue), tolerance);
}

// Updates far below the last bit: lost if rounded to nearest, kept on average here.
TEST(Bfloat16, ManySmallUpdatesAddUp) {
  constexpr size_t kWeights = 256;
  std::vector<float> weights(kWeights, 1.0f);
  for (uint32_t step = 0; step < 1000; ++step) {
    for (float& w : weights) w += 1e-4f;
    RoundToBfloat16(weights, step, 0);
  }
  double mean = 0;
  for (const float w : weights) mean += static_cast<double>(w) / kWeights;
  EXPECT_NEAR(mean, 1.1, 0.01);
}

TEST(Bfloat16, BothFormsAndAnyLengthGiveTheSameBits) {
  Rng rng(2);
  for (size_t n = 0; n <= 70; ++n) {
    for (size_t offset = 0; offset < 3; ++offset) {
      const auto v = naive::RandomVector(n + offset, rng);
      std::vector<float> in_place(v.begin() + static_cast<ptrdiff_t>(offset), v.end());
      std::vector<uint16_t> halves(n + 1, 7);
      std::vector<float> back(n + 1, 7.0f);
      RoundToBfloat16(std::span(v).subspan(offset), 9, 100, std::span(halves).first(n));
      FromBfloat16(std::span(halves).first(n), std::span(back).first(n));
      RoundToBfloat16(in_place, 9, 100);
      for (size_t i = 0; i < n; ++i) {
        EXPECT_EQ(back[i], in_place[i]);
        EXPECT_EQ(back[i], Rounded(v[offset + i], 9, static_cast<uint32_t>(100 + i)));
      }
      EXPECT_EQ(halves[n], 7) << "wrote behind the end";
      EXPECT_EQ(back[n], 7.0f) << "wrote behind the end";
    }
  }
}

}  // namespace
}  // namespace hypnos
