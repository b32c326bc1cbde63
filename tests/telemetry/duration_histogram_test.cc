#include "hypnos/telemetry/duration_histogram.h"

#include <gtest/gtest.h>

#include <numeric>

namespace hypnos {
namespace {

constexpr auto& kBounds = DurationHistogram::kBounds;

size_t PlaceOf(double seconds) {
  DurationHistogram histogram;
  histogram.Add(FromSeconds(seconds));
  const auto found = std::ranges::find(histogram.counts(), uint64_t{1});
  return static_cast<size_t>(found - histogram.counts().begin());
}

TEST(DurationHistogram, PutsEachDurationUnderTheFirstBoundThatItDoesNotExceed) {
  EXPECT_EQ(PlaceOf(0), 0U);
  for (size_t i = 0; i < kBounds.size(); ++i) {
    EXPECT_EQ(PlaceOf(kBounds[i]), i);
    EXPECT_EQ(PlaceOf(kBounds[i] * 1.01), i + 1);
  }
  EXPECT_EQ(PlaceOf(1e6), kBounds.size());
}

TEST(DurationHistogram, AddsUpWhatItWasGiven) {
  DurationHistogram histogram;
  for (const int milliseconds : {1, 2, 3, 4000, 100000}) {
    histogram.Add(std::chrono::milliseconds(milliseconds));
  }
  EXPECT_DOUBLE_EQ(histogram.sum(), 104.006);
  EXPECT_EQ(std::accumulate(histogram.counts().begin(), histogram.counts().end(), uint64_t{0}), 5U);
}

}  // namespace
}  // namespace hypnos
