#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hypnos/pipeline/series_readings.h"
#include "pipeline/series_clip.h"

namespace hypnos {
namespace {

using testing::IsNan;

TEST(PipelineSeries, IsPredictedBetterAndBetter) {
  const Watched run(SeriesPipeline(), SeriesClip(400));
  const auto& frames = run.recorder.frames;
  ASSERT_EQ(frames.size(), 400u);
  const auto mean = [&](size_t from, size_t to) {
    double sum = 0;
    for (size_t i = from; i < to; ++i) sum += frames[i].prediction_error.value();
    return sum / static_cast<double>(to - from);
  };
  EXPECT_LT(mean(300, 400), 0.5 * mean(1, 40));
}

TEST(PipelineSeries, IsTheSameOnAnyNumberOfThreads) {
  PipelineOptions options = SeriesPipeline();
  options.threads = 1;
  const Watched one(options, SeriesClip(100));
  options.threads = 4;
  const Watched four(options, SeriesClip(100));
  EXPECT_EQ(one.recorder.text, four.recorder.text);
}

TEST(PipelineSeries, TellsARowThatIsUnusual) {
  std::vector<Frame> clip = SeriesClip(600);
  clip[550].readings.values[0] = 8;
  const Watched run(SeriesPipeline(), std::move(clip));
  const auto score = [&](size_t row) { return run.recorder.frames[row].novelty.value().score; };
  double usual = 0;
  for (size_t row = 200; row < 550; ++row) usual = std::max(usual, score(row));
  EXPECT_GT(std::max({score(550), score(551), score(552)}), usual);
}

TEST(PipelineSeries, ReportsWhatItReadAndHowFarOffItWas) {
  const Watched run(SeriesPipeline(), SeriesClip(50));
  const PlaceFigures& first = run.recorder.frames[0].places;
  const PlaceFigures& last = run.recorder.frames[49].places;
  EXPECT_TRUE(first.row_error.empty());
  EXPECT_EQ(last.readings, SeriesClip(50)[49].readings.values);
  EXPECT_EQ(last.row.size(), 24u);
  EXPECT_EQ(last.row_error.size(), 24u);
}

TEST(SeriesReadings, WhatIsMissingWasNotMissed) {
  const SeriesEncoderOptions encoder = {.columns = {{.name = "level"}}, .difference = false};
  PlaceFigures row;
  row.readings = {NAN};
  row.row = {0};
  row.row_error = {0.5f};
  EXPECT_THAT(ReadingsOf(row, encoder, SurpriseKind::kPredictionError).at(0).error, IsNan());
  row.readings = {1};
  EXPECT_TRUE(std::isfinite(ReadingsOf(row, encoder, SurpriseKind::kPredictionError).at(0).error));
}

TEST(SeriesReadings, AreThoseOfNumbersAndOneForAllElse) {
  const SeriesEncoderOptions encoder = {
      .columns = {{.name = "level"},
                  {.name = "state", .kind = ColumnKind::kCategory, .buckets = 3}},
      .difference = false};
  PlaceFigures row;
  row.readings = {7, 2};
  row.row = {0.5f, 0, 0, 1};
  auto readings = ReadingsOf(row, encoder, SurpriseKind::kPredictionError);
  ASSERT_EQ(readings.size(), 2u);
  EXPECT_EQ(readings[0].value, 7);
  EXPECT_THAT(readings[0].error, IsNan());
  EXPECT_THAT(readings[1].value, IsNan());
  row.row_error = {0.25f, 0, 0, 0};
  row.prediction_error = {4.0f};
  readings = ReadingsOf(row, encoder, SurpriseKind::kPredictionError);
  EXPECT_FLOAT_EQ(static_cast<float>(readings[0].error), std::asinh(0.75f) - std::asinh(0.375f));
  EXPECT_EQ(readings[1].error, 4);
  row.log_odds = {{2.0f}, {-3.0f}};
  EXPECT_EQ(ReadingsOf(row, encoder, SurpriseKind::kGoodness)[0].error, 1);
}

}  // namespace
}  // namespace hypnos
