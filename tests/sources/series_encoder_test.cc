#include "hypnos/sources/series_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sources/robust_scale.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatNear;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

Frame Row(std::vector<double> values, std::optional<Duration> when = {}) {
  Frame frame;
  frame.readings = {std::move(values), when};
  return frame;
}

std::vector<float> Encoded(SeriesEncoder& encoder, const Frame& frame) {
  Planes planes;
  encoder.Encode(frame, &planes);
  return {planes.values().begin(), planes.values().end()};
}

TEST(RobustScale, OutliersHaveLittleHoldOnIt) {
  RobustScale scale;
  for (int i = 0; i < 200; ++i) scale.Count(i % 2 == 0 ? 9 : 11, 1000);
  EXPECT_NEAR(scale.statistics().mean, 10, 0.1);
  EXPECT_NEAR(scale.spread(), 1, 0.2);
  scale.Count(1e9, 1000);
  EXPECT_NEAR(scale.statistics().mean, 10, 0.2);
  EXPECT_LT(scale.spread(), 1.5);
  EXPECT_EQ(scale.Scaled(1e9), RobustScale::kLimit);
}

TEST(RobustScale, TakesANewLevelForUsualInTime) {
  RobustScale scale;
  for (int i = 0; i < 100; ++i) scale.Count(i % 2, 100);
  for (int i = 0; i < 600; ++i) scale.Count(1000 + i % 2, 100);
  EXPECT_LT(std::abs(scale.Scaled(1000)), 1.5);
}

TEST(RobustScale, IsFiniteWhereNothingMoves) {
  RobustScale scale;
  for (int i = 0; i < 100; ++i) scale.Count(3, 100);
  EXPECT_EQ(scale.Scaled(3), 0);
  EXPECT_EQ(scale.Scaled(4), RobustScale::kLimit);
  scale.Count(4, 100);
  EXPECT_GT(scale.spread(), 0);
}

TEST(SeriesEncoder, ScalesByWhatCameBeforeAndTellsTheDifference) {
  SeriesEncoder encoder({});
  EXPECT_THAT(Encoded(encoder, Row({10})), ElementsAre(0, 0));
  for (int i = 0; i < 100; ++i) Encoded(encoder, Row({i % 2 == 0 ? 9.0 : 11.0}));
  const auto jump = Encoded(encoder, Row({13}));
  EXPECT_THAT(jump, ElementsAre(FloatNear(3, 0.1f), FloatNear(2, 0.1f)));
}

TEST(SeriesEncoder, WhatIsMissingIsNothing) {
  SeriesEncoder encoder({.bumps = 4});
  for (int i = 0; i < 20; ++i) Encoded(encoder, Row({double(i % 3), double(i)}));
  const auto values = Encoded(encoder, Row({kMissing, 5}));
  EXPECT_THAT(std::vector(values.begin(), values.begin() + 6), Each(0));
  // There is nothing to differ from.
  EXPECT_EQ(Encoded(encoder, Row({2, 5}))[1], 0);
}

TEST(SeriesEncoder, BumpsStandWhereTheValueIs) {
  SeriesEncoder encoder({.difference = false, .bumps = 7});
  for (int i = 0; i < 400; ++i) Encoded(encoder, Row({i % 2 == 0 ? -1.0 : 1.0}));
  const auto middle = Encoded(encoder, Row({0}));
  ASSERT_EQ(middle.size(), 8u);
  EXPECT_NEAR(middle[4], 1, 0.02);
  EXPECT_NEAR(middle[5], std::exp(-0.5), 0.05);
  // The outermost stand for what is as far off as it can be.
  EXPECT_NEAR(Encoded(encoder, Row({1e6}))[7], 1, 1e-5);
  EXPECT_NEAR(Encoded(encoder, Row({-1e6}))[1], 1, 1e-5);
}

TEST(SeriesEncoder, NamesAreOneHotAndWordsShareTheLength) {
  SeriesEncoder encoder({.columns = {{.name = "state", .kind = ColumnKind::kCategory, .buckets = 4},
                                     {.name = "text", .kind = ColumnKind::kLog, .buckets = 8}}});
  EXPECT_EQ(encoder.shape(), (PlaneShape{12, 1, 1}));
  const auto values = Encoded(encoder, Row({2, 1, 0, 0, 0, 1, 0, 0, 0}));
  EXPECT_THAT(values, ElementsAre(0, 0, 2, 0, 2, 0, 0, 0, 2, 0, 0, 0));
  EXPECT_THAT(Encoded(encoder, Row({kMissing, 0, 0, 0, 0, 0, 0, 0, 0})), Each(0));
  EXPECT_THAT(Encoded(encoder, Row({1e300, 0, 0, 0, 0, 0, 0, 0, 0})), Each(0));
}

TEST(SeriesEncoder, TellsTheTimeOfDayAndWeek) {
  SeriesEncoder encoder({.difference = false, .time_of_day = true, .time_of_week = true});
  const auto values = Encoded(encoder, Row({0}, std::chrono::hours(6)));
  const auto root = std::sqrt(2.0f);
  EXPECT_NEAR(values[1], root, 1e-5);
  EXPECT_NEAR(values[2], 0, 1e-5);
  EXPECT_NEAR(values[3], root * std::sin(2 * M_PI / 28), 1e-5);
  const auto timeless = Encoded(encoder, Row({0}));
  EXPECT_EQ(timeless[1], 0);
}

TEST(SeriesEncoder, KeepsRowsInViewUntilThereIsACut) {
  SeriesEncoder encoder(
      {.columns = {{.name = "state", .kind = ColumnKind::kCategory, .buckets = 2}}, .window = 2});
  const float one = std::sqrt(2.0f);
  EXPECT_THAT(Encoded(encoder, Row({0})), ElementsAre(one, 0, 0, 0));
  EXPECT_THAT(Encoded(encoder, Row({1})), ElementsAre(0, one, one, 0));
  Frame cut = Row({1});
  cut.discontinuity = Discontinuity::kGap;
  EXPECT_THAT(Encoded(encoder, cut), ElementsAre(0, one, 0, 0));
}

TEST(SeriesEncoder, SaysThatARowHasAnotherWidth) {
  SeriesEncoder encoder({});
  Planes planes;
  EXPECT_FALSE(encoder.Encode(Row({1, 2}), &planes).resized);
  EXPECT_TRUE(encoder.Encode(Row({1}), &planes).resized);
  EXPECT_TRUE(encoder.Encode(Row({1, 2, 3}), &planes).resized);
  EXPECT_EQ(planes.shape(), (PlaneShape{4, 1, 1}));
}

TEST(SeriesEncoder, LeavesStatisticsAloneWhereNothingIsLearned) {
  SeriesEncoder encoder({});
  Encoded(encoder, Row({1}));
  Frame held_out = Row({100});
  held_out.learn = false;
  Encoded(encoder, held_out);
  EXPECT_EQ(encoder.channels()[0].frames, 1);
}

TEST(SeriesEncoder, GoesOnFromASavedStateAsIfNeverInterrupted) {
  const SeriesEncoderOptions options = {.bumps = 3, .window = 3};
  SeriesEncoder one(options), other(options);
  for (int i = 0; i < 30; ++i) Encoded(one, Row({std::sin(i), double(i * i)}));
  MemorySaver saving;
  one.ExchangeState(saving);
  MemoryLoader loading(saving.saved());
  other.ExchangeState(loading);
  EXPECT_THAT(loading.left(), testing::IsEmpty());
  ASSERT_TRUE(loading.status().ok()) << loading.status().error().message;
  EXPECT_EQ(Encoded(one, Row({0.3, 1000})), Encoded(other, Row({0.3, 1000})));
}

}  // namespace
}  // namespace hypnos
