#include "telemetry/time_spans.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TimeSpans, WhatIsLeftLiesBetweenThem) {
  const std::vector<TimeSpan> spans = {{10, 20}, {30, 40}};
  EXPECT_THAT(Without(spans, {0, 100}),
              ElementsAre(TimeSpan{0, 10}, TimeSpan{20, 30}, TimeSpan{40, 100}));
  EXPECT_THAT(Without(spans, {15, 35}), ElementsAre(TimeSpan{20, 30}));
  EXPECT_THAT(Without(spans, {10, 20}), IsEmpty());
  EXPECT_THAT(Without(spans, {12, 18}), IsEmpty());
  EXPECT_THAT(Without(spans, {20, 30}), ElementsAre(TimeSpan{20, 30}));
  EXPECT_THAT(Without(spans, {50, 60}), ElementsAre(TimeSpan{50, 60}));
  EXPECT_THAT(Without({}, {1, 2}), ElementsAre(TimeSpan{1, 2}));
  EXPECT_THAT(Without(spans, {5, 5}), IsEmpty());
}

TEST(TimeSpans, ThoseThatTouchAreOne) {
  EXPECT_THAT(Joined({{30, 40}, {0, 10}, {10, 20}, {12, 15}}),
              ElementsAre(TimeSpan{0, 20}, TimeSpan{30, 40}));
  EXPECT_THAT(Joined({}), IsEmpty());
}

}  // namespace
}  // namespace hypnos
