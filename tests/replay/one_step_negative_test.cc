#include "replay/one_step_negative.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "replay/remembered.h"

namespace hypnos {
namespace {

std::vector<int64_t> Beginnings(int64_t hold, int64_t frames) {
  const Remembered r(0);
  const OneStepNegative negative(r.grid, hold, frames, Rng(1));
  std::vector<int64_t> beginnings;
  for (int64_t frame = 0; frame < frames; ++frame) beginnings.push_back(negative.Beginning(frame));
  return beginnings;
}

using Frames = std::vector<int64_t>;

TEST(OneStepNegative, IsHeldAndThenBeginsAgain) {
  EXPECT_EQ(Beginnings(2, 8), (Frames{0, 0, 2, 2, 4, 4, 6, 6}));
  EXPECT_EQ(Beginnings(1, 3), (Frames{0, 1, 2}));
}

TEST(OneStepNegative, IsNeverHeldForLess) {
  EXPECT_EQ(Beginnings(3, 8), (Frames{0, 0, 0, 3, 3, 3, 3, 3}));
  EXPECT_EQ(Beginnings(5, 8), (Frames{0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(Beginnings(9, 3), (Frames{0, 0, 0})) << "a sequence that is too short for one";
}

TEST(OneStepNegative, IsThePredictionWithARealError) {
  Remembered r(0);
  OneStepNegative negative(r.grid, 2, 8, Rng(1));
  Planes frame;
  std::set<float> errors;
  for (int64_t i = 0; i < 400; ++i) {
    const auto predicted = static_cast<float>(i % 7);
    std::ranges::fill(r.prediction.values(), predicted * 0.25f);
    negative.Next(r.Sources(), i % 2, frame);
    if (i % 2 != 0) continue;
    for (const float value : frame.values()) ASSERT_EQ(value, frame.values()[0]) << "one error";
    errors.insert(frame.values()[0] - predicted * 0.25f);
  }
  EXPECT_EQ(errors, (std::set<float>{1, 2, 4}));
}

TEST(OneStepNegative, IsHeldWhateverIsPredictedMeanwhile) {
  Remembered r(0);
  OneStepNegative negative(r.grid, 4, 8, Rng(1));
  Planes first, frame;
  for (int64_t i = 0; i < 8; ++i) {
    std::ranges::fill(r.prediction.values(), 0.125f * static_cast<float>(i));
    negative.Next(r.Sources(), i, frame);
    if (i % 4 == 0) {
      EXPECT_FALSE(Equal(frame, first)) << i;
      first = frame;
    }
    EXPECT_TRUE(Equal(frame, first)) << i;
  }
}

}  // namespace
}  // namespace hypnos
