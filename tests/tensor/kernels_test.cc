#include "hypnos/tensor/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "tensor/naive.h"

namespace hypnos {
namespace {

constexpr size_t kLongest = 100;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Every length up to several vectors and every misalignment; the elements behind the end are
// guarded.
template <class Check>
void ForEachLengthAndOffset(Check check) {
  Rng rng(1);
  for (size_t n = 0; n <= kLongest; ++n) {
    for (size_t offset = 0; offset < 4; ++offset) check(n, offset, rng);
  }
}

TEST(Kernels, SumOfSquaresEqualsTheNaiveSum) {
  ForEachLengthAndOffset([](size_t n, size_t offset, Rng& rng) {
    const auto v = naive::RandomVector(n + offset, rng);
    const auto part = std::span(v).subspan(offset);
    EXPECT_NEAR(SumOfSquares(part), naive::SumOfSquares(part), 1e-5 * static_cast<double>(n + 1));
  });
}

TEST(Kernels, NormalisedVectorsHaveMeanSquareOne) {
  ForEachLengthAndOffset([](size_t n, size_t offset, Rng& rng) {
    if (n == 0) return;
    auto v = naive::RandomVector(n + offset, rng);
    const auto part = std::span(v).subspan(offset);
    NormaliseLength(part, 0.0f, part);
    EXPECT_NEAR(naive::SumOfSquares(part) / static_cast<double>(n), 1.0, 1e-5);
  });
}

TEST(Kernels, NoisePowerKeepsSilenceSilent) {
  std::vector<float> v(16, 1e-4f);
  NormaliseLength(v, 0.01f, v);
  for (const float x : v) EXPECT_NEAR(x, 1e-3f, 1e-6f);
}

TEST(Kernels, ActivateRectifiesDampsAndMeasuresGoodness) {
  ForEachLengthAndOffset([](size_t n, size_t offset, Rng& rng) {
    const auto a = naive::RandomVector(n + offset, rng);
    const auto bias = naive::RandomVector(n, rng);
    auto h = naive::RandomVector(n + 1, rng);
    const auto old = h;
    std::vector<float> r(n + 1, 7.0f);
    const Energy energy = Activate(std::span(a).subspan(offset), bias, 0.7f, std::span(r).first(n),
                                   std::span(h).first(n));
    double expected = 0, change = 0;
    for (size_t i = 0; i < n; ++i) {
      const float fresh = std::max(0.0f, a[offset + i] + bias[i]);
      EXPECT_FLOAT_EQ(r[i], fresh);
      EXPECT_NEAR(h[i], 0.3f * old[i] + 0.7f * fresh, 1e-6f);
      expected += static_cast<double>(fresh) * fresh;
      change += static_cast<double>(h[i] - old[i]) * (h[i] - old[i]);
    }
    EXPECT_NEAR(energy.fresh, expected, 1e-4 * (expected + 1));
    EXPECT_NEAR(energy.damped, naive::SumOfSquares(std::span(h).first(n)), 1e-4 * (expected + 1));
    EXPECT_NEAR(energy.change, change, 1e-4 * (change + 1));
    EXPECT_EQ(r[n], 7.0f) << "wrote behind the end";
    EXPECT_EQ(h[n], old[n]) << "wrote behind the end";
  });
}

TEST(Kernels, ActivateNeverHidesANaN) {
  for (size_t position = 0; position < 40; ++position) {
    std::vector<float> a(40, -1.0f), bias(40, 0.0f), r(40), h(40);
    a[position] = kNaN;
    const Energy energy = Activate(a, bias, 0.7f, r, h);
    EXPECT_TRUE(std::isnan(energy.fresh));
    EXPECT_TRUE(std::isnan(energy.damped));
    EXPECT_TRUE(std::isnan(energy.change));
  }
}

TEST(Kernels, CombineAddScaledAndScaleEqualTheNaiveLoops) {
  ForEachLengthAndOffset([](size_t n, size_t offset, Rng& rng) {
    const auto a = naive::RandomVector(n + offset, rng);
    const auto b = naive::RandomVector(n, rng);
    std::vector<float> combined(n + 1, 7.0f);
    Combine(std::span(a).subspan(offset), -1.5f, b, std::span(combined).first(n));
    auto added = naive::RandomVector(n, rng);
    const auto before = added;
    AddScaled(0.25f, b, added);
    auto blended = before, faded = b;
    BlendAndFade(0.5f, 2.0f, 0.25f, faded, blended);
    auto blended_only = before;
    Blend(0.5f, 2.0f, b, blended_only);
    auto scaled = b;
    Scale(3.0f, scaled);
    for (size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(combined[i], a[offset + i] - 1.5f * b[i], 1e-5f);
      EXPECT_NEAR(added[i], before[i] + 0.25f * b[i], 1e-5f);
      EXPECT_NEAR(blended[i], 0.5f * before[i] + 2.0f * b[i], 1e-5f);
      EXPECT_EQ(blended_only[i], blended[i]);
      EXPECT_EQ(faded[i], 0.25f * b[i]);
      EXPECT_EQ(scaled[i], 3.0f * b[i]);
    }
    EXPECT_EQ(combined[n], 7.0f) << "wrote behind the end";
  });
}

TEST(Kernels, NormalisedStepsEqualTheNaiveLoops) {
  ForEachLengthAndOffset([](size_t n, size_t offset, Rng& rng) {
    const NormalisedStep step{.memory = 0.75f,
                              .correction = 3.0f,
                              .epsilon = 0.5f,
                              .velocity = 0.5f,
                              .keep = 0.9f,
                              .rate = 2.0f};
    auto g = naive::RandomVector(n + offset, rng), s = naive::RandomVector(n + 1, rng),
         v = naive::RandomVector(n + 1, rng), w = naive::RandomVector(n + 1, rng);
    for (float& square : s) square *= square;
    const auto gradient = g, squares = s, velocity = v, weights = w;
    TakeNormalisedStep(step, std::span(g).subspan(offset), std::span(s).first(n),
                       std::span(v).first(n), std::span(w).first(n));
    for (size_t i = 0; i < n; ++i) {
      const float x = gradient[offset + i];
      const float square = 0.75f * squares[i] + 0.25f * x * x;
      const float moving = 0.5f * velocity[i] + x / (std::sqrt(3.0f * square) + 0.5f);
      EXPECT_NEAR(s[i], square, 1e-5f);
      EXPECT_NEAR(v[i], moving, 1e-5f);
      EXPECT_NEAR(w[i], 0.9f * weights[i] + 2.0f * moving, 1e-5f);
      EXPECT_EQ(g[offset + i], 0);
    }
    EXPECT_EQ(w[n], weights[n]) << "wrote behind the end";
  });
}

TEST(Kernels, HalfPrecisionKeepsElevenBits) {
  ForEachLengthAndOffset([](size_t n, size_t offset, Rng& rng) {
    const auto v = naive::RandomVector(n + offset, rng);
    std::vector<uint16_t> half(n + 1, 7);
    std::vector<float> back(n + 1, 7.0f);
    ToHalf(std::span(v).subspan(offset), std::span(half).first(n));
    FromHalf(std::span(half).first(n), std::span(back).first(n));
    for (size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(back[i], v[offset + i], std::abs(v[offset + i]) / 2048 + 1e-7f);
    }
    EXPECT_EQ(half[n], 7) << "wrote behind the end";
    EXPECT_EQ(back[n], 7.0f) << "wrote behind the end";
  });
}

float BackFromHalf(float value) {
  uint16_t half;
  ToHalf({&value, 1}, {&half, 1});
  FromHalf({&half, 1}, {&value, 1});
  return value;
}

TEST(Kernels, EveryHalfStandsForItsNumber) {
  std::vector<uint16_t> halves(1 << 16), back(1 << 16);
  std::iota(halves.begin(), halves.end(), uint16_t{0});
  std::vector<float> values(1 << 16);
  FromHalf(halves, values);
  ToHalf(values, back);
  for (size_t i = 0; i < halves.size(); ++i) {
    const float expected = naive::FromHalf(halves[i]);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(values[i])) << i;
      EXPECT_TRUE(std::isnan(naive::FromHalf(back[i]))) << i;
    } else {
      EXPECT_EQ(values[i], expected) << i;
      EXPECT_EQ(back[i], halves[i]);
    }
  }
}

// What lies between two halves, for every two that are neighbours.
TEST(Kernels, ToHalfRoundsToTheNearestAndToEvenFromTheMiddle) {
  constexpr uint16_t kLargest = 0x7bff;
  for (uint16_t i = 0; i < kLargest; ++i) {
    const float low = naive::FromHalf(i), high = naive::FromHalf(static_cast<uint16_t>(i + 1));
    const float middle = (low + high) / 2;
    EXPECT_EQ(BackFromHalf(std::nextafter(middle, 0.0f)), low);
    EXPECT_EQ(BackFromHalf(-middle), i % 2 == 0 ? -low : -high);
    EXPECT_EQ(BackFromHalf(std::nextafter(middle, high)), high);
  }
}

TEST(Kernels, WhatIsTooLargeForAHalfIsInfinity) {
  EXPECT_EQ(BackFromHalf(65519.0f), 65504.0f);
  for (const float value : {65520.0f, 1e6f, std::numeric_limits<float>::max(), INFINITY}) {
    EXPECT_EQ(BackFromHalf(value), INFINITY);
    EXPECT_EQ(BackFromHalf(-value), -INFINITY);
  }
}

}  // namespace
}  // namespace hypnos
