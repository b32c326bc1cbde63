#include "sources/truncation.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

using std::chrono::milliseconds;

constexpr VideoProperties kHundredSeconds = {.frame_rate_hz = 10, .frame_count = 1000};

TEST(IsClearlyShort, WhenFramesAndTimeAreMissing) {
  EXPECT_TRUE(IsClearlyShort(kHundredSeconds, 600, milliseconds(59'900)));
  EXPECT_TRUE(IsClearlyShort(kHundredSeconds, 0, {}));
}

TEST(IsClearlyShort, NotForTheLastFewFrames) {
  EXPECT_FALSE(IsClearlyShort(kHundredSeconds, 1000, milliseconds(99'900)));
  EXPECT_FALSE(IsClearlyShort(kHundredSeconds, 960, milliseconds(95'900)));
  const VideoProperties tiny = {.frame_rate_hz = 10, .frame_count = 5};
  EXPECT_FALSE(IsClearlyShort(tiny, 2, milliseconds(100)));
}

TEST(IsClearlyShort, NotForAVaryingFrameRateThatReachesTheEnd) {
  EXPECT_FALSE(IsClearlyShort(kHundredSeconds, 400, milliseconds(99'000)));
}

TEST(IsClearlyShort, NotForAFileThatPromisedNothing) {
  EXPECT_FALSE(IsClearlyShort({.frame_rate_hz = 10}, 3, milliseconds(200)));
}

TEST(IsClearlyShort, CountsAloneWhereThereIsNoFrameRate) {
  EXPECT_TRUE(IsClearlyShort({.frame_count = 100}, 60, {}));
}

}  // namespace
}  // namespace hypnos
