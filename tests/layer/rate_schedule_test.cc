#include "layer/rate_schedule.h"

#include <gtest/gtest.h>

#include <limits>

namespace hypnos {
namespace {

LearningOptions Falling() {
  LearningOptions options;
  options.rate = 0.4f;
  options.hold_steps = 100;
  options.fall_steps = 50;
  options.rate_floor = 0.25f;
  return options;
}

TEST(RateSchedule, HoldsThenFallsThenStays) {
  const LearningOptions options = Falling();
  EXPECT_EQ(RateAfter(0, options), 0.4f);
  EXPECT_EQ(RateAfter(100, options), 0.4f);
  EXPECT_FLOAT_EQ(RateAfter(125, options), 0.25f);
  EXPECT_FLOAT_EQ(RateAfter(150, options), 0.1f);
  EXPECT_FLOAT_EQ(RateAfter(std::numeric_limits<uint64_t>::max(), options), 0.1f);
}

TEST(RateSchedule, NeverFallsUnlessAskedTo) {
  LearningOptions options;
  EXPECT_EQ(RateAfter(0, options), options.rate);
  EXPECT_EQ(RateAfter(uint64_t{1} << 60, options), options.rate);
}

}  // namespace
}  // namespace hypnos
