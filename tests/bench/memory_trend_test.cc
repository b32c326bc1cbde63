#include "bench/memory_trend.h"

#include <gtest/gtest.h>

#include <vector>

namespace hypnos::bench {
namespace {

TEST(MemoryTrend, SteadyGrowthIsItsSlope) {
  const MemoryTrend trend = TrendOf({{0, 1000}, {1, 1010}, {2, 1020}, {4, 1040}});
  EXPECT_DOUBLE_EQ(trend.slope_kib_per_minute, 10);
  EXPECT_EQ(trend.samples, 4U);
  EXPECT_EQ(trend.first_kib, 1000);
  EXPECT_EQ(trend.last_kib, 1040);
}

TEST(MemoryTrend, ComingAndGoingIsNoGrowth) {
  const MemoryTrend trend = TrendOf({{0, 1000}, {1, 1300}, {2, 1300}, {3, 1000}});
  EXPECT_DOUBLE_EQ(trend.slope_kib_per_minute, 0);
  EXPECT_EQ(trend.smallest_kib, 1000);
  EXPECT_EQ(trend.largest_kib, 1300);
}

TEST(MemoryTrend, TooFewSamplesHaveNoSlope) {
  EXPECT_EQ(TrendOf({}).samples, 0U);
  EXPECT_EQ(TrendOf({{1, 1000}}).slope_kib_per_minute, 0);
}

TEST(MemoryTrend, ResidentMemoryIsWhatWasTouched) {
  const auto before = ResidentKib();
  ASSERT_TRUE(before.ok());
  const std::vector<char> touched(64 << 20, 1);
  EXPECT_GT(*ResidentKib() - *before, 60 << 10) << touched.size();
}

}  // namespace
}  // namespace hypnos::bench
