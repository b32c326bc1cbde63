#include "novelty/joint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

using Pair = std::array<double, 2>;

double Noise(Rng& rng) { return static_cast<double>(rng.Normal()); }

// Two figures that are nearly the same, in units of their own.
Pair Alike(Rng& rng, double unit = 1) {
  const double x = Noise(rng);
  return {x, unit * (x + 0.1 * Noise(rng))};
}

Joint Known(size_t rows, double unit = 1) {
  Joint joint;
  Rng rng(1);
  for (size_t i = 0; i < rows; ++i) (void)joint.Far(Alike(rng, unit), true);
  return joint;
}

TEST(Joint, IsFarWhereFiguresDoNotHangTogetherAsTheyDo) {
  Joint joint = Known(3000);
  EXPECT_LT(joint.Far(Pair{1, 1}, false), 1.2);
  // As usual, each by itself.
  EXPECT_GT(joint.Far(Pair{1, -1}, false), 8);
}

TEST(Joint, IsAboutOneOnAverage) {
  Joint joint = Known(3000);
  Rng rng(2);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double far = joint.Far(Alike(rng), false);
    sum += far * far;
  }
  EXPECT_NEAR(sum / 1000, 1, 0.1);
}

TEST(Joint, IsTheSameInAnyUnit) {
  Joint one = Known(500), other = Known(500, 4096);
  EXPECT_NEAR(one.Far(Pair{1, -1}, false), other.Far(Pair{1, -4096}, false), 1e-6);
}

TEST(Joint, SaysNothingOfFewRows) {
  EXPECT_TRUE(std::isnan(Known(19).Far(Pair{1, -1}, false)));
  EXPECT_FALSE(std::isnan(Known(20).Far(Pair{1, -1}, false)));
  EXPECT_TRUE(std::isnan(Joint().Far({}, true)));
}

TEST(Joint, DoesNotSoonTakeForARelationWhatBreaksOne) {
  Joint joint = Known(3000);
  Rng rng(2);
  for (int i = 0; i < 60; ++i) (void)joint.Far(Pair{Noise(rng), Noise(rng)}, true);
  EXPECT_GT(joint.Far(Pair{1, -1}, false), 5);
}

TEST(Joint, LearnsNothingOfWhatIsOnlyLookedAt) {
  Joint joint = Known(100);
  const double before = joint.Far(Pair{1, -1}, false);
  for (int i = 0; i < 100; ++i) (void)joint.Far(Pair{1, -1}, false);
  EXPECT_EQ(joint.Far(Pair{1, -1}, false), before);
}

TEST(Joint, BeginsAnewWithAnotherNumberOfFigures) {
  Joint joint = Known(3000);
  EXPECT_TRUE(std::isnan(joint.Far(std::vector<double>{1, 2, 3}, true)));
  EXPECT_TRUE(std::isnan(joint.Far(Pair{1, 1}, true)));
}

TEST(Joint, StandsWhatIsAbsurdAndWhatNeverMoves) {
  Joint joint;
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    const double far = joint.Far(Pair{Noise(rng), 0}, true);
    EXPECT_FALSE(std::isinf(far));
  }
  for (int i = 0; i < 5; ++i) {
    const double far = joint.Far(Pair{-1e308, 1e308}, true);
    EXPECT_TRUE(std::isfinite(far) && far > 100) << far;
  }
  EXPECT_LT(joint.Far(Pair{0.1, 0}, true), 1);
}

TEST(Joint, GoesOnFromASavedStateAsIfNeverInterrupted) {
  for (const size_t rows : {size_t{0}, size_t{7}, size_t{300}}) {
    Joint one = Known(rows), other;
    MemorySaver saving;
    one.ExchangeState(saving);
    MemoryLoader loading(saving.saved());
    other.ExchangeState(loading);
    ASSERT_TRUE(loading.status().ok()) << loading.status().error().message;
    EXPECT_THAT(loading.left(), testing::IsEmpty());
    Rng rng(3);
    for (int i = 0; i < 50; ++i) {
      const Pair row = Alike(rng);
      const double expected = one.Far(row, true), far = other.Far(row, true);
      EXPECT_TRUE(far == expected || (std::isnan(far) && std::isnan(expected))) << rows << " " << i;
    }
  }
}

}  // namespace
}  // namespace hypnos
