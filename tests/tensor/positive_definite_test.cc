#include "hypnos/tensor/positive_definite.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "hypnos/base/rng.h"

namespace hypnos {
namespace {

constexpr size_t kSize = 70;

std::vector<double> Random(size_t count, Rng& rng) {
  std::vector<double> values(count);
  for (double& value : values) value = static_cast<double>(rng.Normal());
  return values;
}

// B B^T + I
std::vector<double> Definite(Rng& rng) {
  const std::vector<double> b = Random(kSize * kSize, rng);
  std::vector<double> a(kSize * kSize);
  for (size_t i = 0; i < kSize; ++i) {
    for (size_t j = 0; j < kSize; ++j) {
      for (size_t k = 0; k < kSize; ++k) a[i * kSize + j] += b[i * kSize + k] * b[j * kSize + k];
    }
    a[i * kSize + i] += 1;
  }
  return a;
}

TEST(PositiveDefinite, SolvesForEachRightSide) {
  Rng rng(1);
  const std::vector<double> a = Definite(rng), x = Random(3 * kSize, rng);
  std::vector<double> b(3 * kSize);
  for (size_t side = 0; side < 3; ++side) {
    for (size_t i = 0; i < kSize; ++i) {
      for (size_t j = 0; j < kSize; ++j) {
        b[side * kSize + i] += a[i * kSize + j] * x[side * kSize + j];
      }
    }
  }
  std::vector<double> factor = a;
  ASSERT_TRUE(Factorise(kSize, factor));
  SolveFactorised(kSize, factor, b);
  for (size_t i = 0; i < b.size(); ++i) EXPECT_NEAR(b[i], x[i], 1e-8);
}

TEST(PositiveDefinite, ReadsTheLowerTriangleOnly) {
  Rng rng(2);
  const std::vector<double> a = Definite(rng);
  std::vector<double> whole = a, half = a;
  for (size_t i = 0; i < kSize; ++i) {
    for (size_t j = i + 1; j < kSize; ++j) half[i * kSize + j] = -7;
  }
  ASSERT_TRUE(Factorise(kSize, whole));
  ASSERT_TRUE(Factorise(kSize, half));
  for (size_t i = 0; i < kSize; ++i) {
    for (size_t j = 0; j <= i; ++j) EXPECT_EQ(whole[i * kSize + j], half[i * kSize + j]);
  }
}

TEST(PositiveDefinite, SaysWhereThereIsNoFactor) {
  std::vector<double> a = {1, 0, 0, -1};
  EXPECT_FALSE(Factorise(2, a));
  std::vector<double> zero(4);
  EXPECT_FALSE(Factorise(2, zero));
  std::vector<double> none = {1, 0, std::numeric_limits<double>::quiet_NaN(), 1};
  EXPECT_FALSE(Factorise(2, none));
}

}  // namespace
}  // namespace hypnos
