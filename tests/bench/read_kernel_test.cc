#include "bench/read_kernel.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace hypnos::bench {
namespace {

// A whole number of vectors for each of the eight sums, whatever the width of a vector.
constexpr size_t kWhole = 8 * 64;

TEST(ReadKernel, EveryValueIsReadOnce) {
  for (const size_t count : {kWhole, 3 * kWhole, 17 * kWhole}) {
    std::vector<float> values(count);
    // Small whole numbers: sums are exact in any order.
    for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i % 97);
    const float sum = std::accumulate(values.begin(), values.end(), 0.0f);
    EXPECT_EQ(SumOf(values, ReadPattern::kOneStream), sum) << count;
    EXPECT_EQ(SumOf(values, ReadPattern::kFourStreams), sum) << count;
  }
}

TEST(ReadKernel, NothingBehindTheEndIsRead) {
  for (size_t count = 0; count < kWhole; ++count) {
    std::vector<float> values(count, 1.0f);
    EXPECT_LE(SumOf(values, ReadPattern::kFourStreams), static_cast<float>(count));
  }
}

}  // namespace
}  // namespace hypnos::bench
