#include "hypnos/base/rng.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace hypnos {
namespace {

std::vector<uint64_t> Draw(Rng rng, int count) {
  std::vector<uint64_t> numbers(static_cast<size_t>(count));
  for (uint64_t& number : numbers) number = rng();
  return numbers;
}

// Of the authors' C code, prng.di.unimi.it/splitmix64.c.
TEST(Rng, GivesTheNumbersOfSplitMix64) {
  EXPECT_EQ(Draw(Rng(1234567), 5),
            (std::vector<uint64_t>{6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                   4593380528125082431u, 16408922859458223821u}));
  EXPECT_EQ(Draw(Rng(0), 3),
            (std::vector<uint64_t>{0xE220A8397B1DCDAFu, 0x6E789E6AA1B965F4u, 0x06C45D188009454Fu}));
}

// Whole runs are compared bit for bit, across versions and machines: these may never change.
TEST(Rng, NeverChangesWhatItDraws) {
  Rng rng(1);
  EXPECT_EQ(rng.Below(1000), 566u);
  EXPECT_EQ(rng.Uniform(), 0x1.7dd71ap-1f);
  EXPECT_EQ(rng.Normal(), -0x1.b92eb8p+0f);
  EXPECT_EQ(rng.Fork("layer 1")(), 9677983026580016551u);
}

RC_GTEST_PROP(Rng, GoesOnFromASavedState, (uint64_t seed, uint8_t before)) {
  Rng rng(seed);
  for (int i = 0; i < before; ++i) rng.Normal();
  const Rng resumed(rng.seed(), rng.state());
  RC_ASSERT(Draw(resumed, 10) == Draw(rng, 10));
  RC_ASSERT(Draw(resumed.Fork("child"), 10) == Draw(rng.Fork("child"), 10));
}

RC_GTEST_PROP(Rng, ForksTheSameHoweverMuchWasDrawn, (uint64_t seed, uint8_t before)) {
  Rng rng(seed);
  const auto expected = Draw(rng.Fork("dreamer"), 10);
  for (int i = 0; i < before; ++i) rng();
  RC_ASSERT(Draw(rng.Fork("dreamer"), 10) == expected);
}

TEST(Rng, ForksDifferentStreamsForDifferentLabelsAndSeeds) {
  std::set<std::vector<uint64_t>> streams;
  int made = 0;
  for (const uint64_t seed : {0u, 1u, 2u}) {
    streams.insert(Draw(Rng(seed), 4));
    ++made;
    for (const std::string label : {"", "a", "b", "ab", "ba", "layer 1", "layer 2"}) {
      streams.insert(Draw(Rng(seed).Fork(label), 4));
      streams.insert(Draw(Rng(seed).Fork(label).Fork(label), 4));
      made += 2;
    }
  }
  EXPECT_EQ(streams.size(), static_cast<size_t>(made));
}

TEST(Rng, ForksDoNotMoveTogether) {
  Rng one = Rng(7).Fork("one");
  Rng two = Rng(7).Fork("two");
  constexpr int kCount = 10000;
  double product = 0;
  for (int i = 0; i < kCount; ++i) product += one.Normal() * two.Normal();
  // Four standard deviations of the mean of independent products.
  EXPECT_LT(std::abs(product / kCount), 4 / std::sqrt(kCount));
}

RC_GTEST_PROP(Rng, StaysBelowTheBound, (uint64_t seed)) {
  const auto bound = *rc::gen::nonZero<uint64_t>();
  Rng rng(seed);
  for (int i = 0; i < 20; ++i) RC_ASSERT(rng.Below(bound) < bound);
}

TEST(Rng, BelowOneIsZero) { EXPECT_EQ(Rng(3).Below(1), 0u); }

TEST(Rng, BelowReachesEachValueEquallyOften) {
  constexpr int kBuckets = 10;
  constexpr int kCount = 100000;
  std::array<int, kBuckets> counts{};
  Rng rng(11);
  for (int i = 0; i < kCount; ++i) ++counts[rng.Below(kBuckets)];
  double chi_squared = 0;
  for (const int count : counts) {
    const double expected = static_cast<double>(kCount) / kBuckets;
    chi_squared += (count - expected) * (count - expected) / expected;
  }
  EXPECT_LT(chi_squared, 27.9);  // 9 degrees of freedom, 0.1 %
}

// A plain remainder would draw numbers of the first third twice as often as the others.
TEST(Rng, BelowIsEvenForBoundsThatDivideNothing) {
  constexpr uint64_t kBound = 3ull << 62;
  constexpr int kCount = 30000;
  int first_third = 0;
  Rng rng(5);
  for (int i = 0; i < kCount; ++i) first_third += rng.Below(kBound) < kBound / 3 ? 1 : 0;
  EXPECT_NEAR(first_third, kCount / 3.0, 4 * std::sqrt(kCount * 2.0 / 9.0));
}

TEST(Rng, UniformIsEvenAndBelowOne) {
  Rng rng(13);
  constexpr int kCount = 100000;
  double sum = 0;
  double sum_of_squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const float value = rng.Uniform();
    ASSERT_GE(value, 0.0f);
    ASSERT_LT(value, 1.0f);
    ASSERT_EQ(value * 0x1.0p24f, std::floor(value * 0x1.0p24f));
    sum += value;
    sum_of_squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 0.5, 4 * std::sqrt(1.0 / 12 / kCount));
  EXPECT_NEAR(sum_of_squares / kCount, 1.0 / 3, 4 * std::sqrt(4.0 / 45 / kCount));
}

TEST(Rng, NormalHasMeanZeroDeviationOneAndTails) {
  Rng rng(17);
  constexpr int kCount = 100000;
  double sum = 0;
  double sum_of_squares = 0;
  int beyond_two = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = rng.Normal();
    sum += value;
    sum_of_squares += value * value;
    beyond_two += std::abs(value) > 2 ? 1 : 0;
  }
  EXPECT_NEAR(sum / kCount, 0, 4 / std::sqrt(kCount));
  EXPECT_NEAR(sum_of_squares / kCount, 1, 4 * std::sqrt(2.0 / kCount));
  EXPECT_NEAR(beyond_two, 0.0455 * kCount, 4 * std::sqrt(0.0455 * 0.9545 * kCount));
}

TEST(RngDeathTest, BelowZeroIsOurMistake) {
  EXPECT_DEATH(Rng(1).Below(0), "broken promise: bound > 0");
}

}  // namespace
}  // namespace hypnos
