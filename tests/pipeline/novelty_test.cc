#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "pipeline/fixture.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

// The square of the fixture; for some frames, beside it, something flickers.
std::vector<Frame> FlickeringClip(int64_t frames, int64_t from, int64_t until) {
  std::vector<Frame> clip = MakeClip(frames);
  Rng rng(3);
  for (int64_t i = from; i < until; ++i) {
    Image& image = clip[static_cast<size_t>(i)].image;
    for (size_t y = 8; y < 16; ++y) {
      for (size_t x = 16; x < 24; ++x) {
        image.bytes()[y * 32 + x] = rng.Below(2) == 0 ? 0 : 255;
      }
    }
  }
  return clip;
}

PipelineOptions Novel() {
  PipelineOptions options = SmallPipeline();
  options.encoder = VideoEncoderOptions{.motion = true, .place = true};
  options.network.input_scale = InputScale::kScaled;
  options.network.learning.rule = LearningRule::kInterleaved;
  options.network.learning.optimiser = Optimiser::kRms;
  options.network.learning.rate = 1e-3f;
  for (auto& layer : options.network.layers) layer.layer.constraint_units = layer.layer.units;
  options.negatives = {.dream = 0, .hurried = 1};
  options.probe.sequences = 0;
  options.novelty.emplace();
  options.novelty->options.events.warm_up_seconds = 20;
  options.novelty->options.events.begin_score = 2;
  options.novelty->options.events.least_seconds = 0.2;
  return options;
}

class NoveltyRecorder final : public PipelineObserver {
 public:
  void OnFrame(const FrameReport& report) override {
    scores.push_back(report.novelty ? report.novelty->score : NAN);
    places = report.places;
  }
  void OnNovelty(const NoveltyNews& told) override { news.push_back(told); }

  std::vector<double> scores;
  PlaceFigures places;
  std::vector<NoveltyNews> news;
};

struct NovelRun {
  explicit NovelRun(const PipelineOptions& options, std::vector<Frame> frames)
      : pipeline(options, clock, recorder), queue(frames.size() + 1, OnFull::kBlock) {
    Fill(queue, std::move(frames));
    pipeline.AddFor(queue);
  }

  SystemClock clock;
  NoveltyRecorder recorder;
  struct Named : Pipeline {
    using Pipeline::Pipeline;
    void AddFor(FrameQueue& queue) {
      Post([&queue](PipelineControl& control) {
        control.AddStream({.name = "door", .queue = &queue});
      });
      HYPNOS_CHECK(Run().ok());
    }
  } pipeline;
  FrameQueue queue;
};

TEST(PipelineNovelty, EveryFrameHasAScoreAndItsMaps) {
  const NovelRun run(Novel(), MakeClip(50));
  ASSERT_EQ(run.recorder.scores.size(), 50u);
  EXPECT_TRUE(std::ranges::all_of(run.recorder.scores, [](double s) { return std::isfinite(s); }));
  const PlaceFigures& places = run.recorder.places;
  EXPECT_EQ(places.rows, 3u);
  EXPECT_EQ(places.columns, 4u);
  ASSERT_EQ(places.log_odds.size(), 3u);
  for (const auto& layer : places.log_odds) {
    ASSERT_EQ(layer.size(), 12u);
    EXPECT_NE(*std::ranges::min_element(layer), *std::ranges::max_element(layer));
  }
  const auto latest = std::span(run.recorder.scores).last(20);
  EXPECT_GT(*std::ranges::max_element(latest), *std::ranges::min_element(latest) + 0.01);
  EXPECT_EQ(places.prediction_error.size(), 12u);
  EXPECT_EQ(places.change.size(), 12u);
}

TEST(PipelineNovelty, WithoutItNothingIsTold) {
  PipelineOptions options = Novel();
  options.novelty.reset();
  const NovelRun run(options, MakeClip(20));
  EXPECT_TRUE(std::ranges::all_of(run.recorder.scores, [](double s) { return std::isnan(s); }));
}

TEST(PipelineNovelty, ScoresDoNotDependOnThreads) {
  PipelineOptions options = Novel();
  options.threads = 1;
  const NovelRun one(options, MakeClip(120));
  options.threads = 3;
  const NovelRun three(options, MakeClip(120));
  EXPECT_EQ(one.recorder.scores, three.recorder.scores);
}

TEST(PipelineNovelty, WatchingForItChangesNothingThatIsLearned) {
  PipelineOptions options = Novel();
  const Watched with(options, MakeClip(80));
  options.novelty.reset();
  const Watched without(options, MakeClip(80));
  EXPECT_TRUE(with.recorder.text == without.recorder.text);
}

SavedState StateAfter(const PipelineOptions& options) {
  NovelRun run(options, MakeClip(60));
  MemorySaver saver;
  run.pipeline.Post([&](PipelineControl& control) { EXPECT_TRUE(control.SaveState(saver).ok()); });
  return saver.saved();
}

bool GoesOnFrom(const PipelineOptions& options, const SavedState& saved) {
  NovelRun run(options, MakeClip(30));
  MemoryLoader loader(saved);
  bool restored = false;
  run.pipeline.Post([&](PipelineControl& control) {
    const Status status = control.RestoreState(loader);
    restored = status.ok();
    EXPECT_TRUE(restored) << status.error().message;
  });
  return restored && loader.left().empty();
}

TEST(PipelineNovelty, CanBeSwitchedOnAndOffOverWhatWasLearned) {
  PipelineOptions with = Novel(), without = Novel(), other = Novel();
  without.novelty.reset();
  other.novelty->by = SurpriseKind::kPredictionError;
  const SavedState saved = StateAfter(with);
  EXPECT_TRUE(GoesOnFrom(with, saved));
  EXPECT_TRUE(GoesOnFrom(without, saved));
  EXPECT_TRUE(GoesOnFrom(other, saved));
  EXPECT_TRUE(GoesOnFrom(with, StateAfter(without)));
}

TEST(PipelineNovelty, WhatFlickersIsTold) {
  // It speaks of this whatever the layers have learned in half a minute.
  PipelineOptions options = Novel();
  options.novelty->by = SurpriseKind::kPredictionError;
  NovelRun run(options, FlickeringClip(400, 320, 345));
  const auto begun =
      std::ranges::find(run.recorder.news, NoveltyNews::What::kBegin, &NoveltyNews::what);
  ASSERT_NE(begun, run.recorder.news.end());
  EXPECT_EQ(begun->source, "door");
  EXPECT_GE(begun->event.begin, std::chrono::milliseconds(31800));
  EXPECT_LE(begun->event.begin, std::chrono::milliseconds(34500));
  EXPECT_EQ(begun->rows, 3u);
  // Decided about, after the run.
  bool known = false;
  bool unknown = true;
  run.pipeline.Post([&](PipelineControl& control) {
    known = control.JudgeNovelty("door", begun->event.number, PipelineControl::Verdict::kConfirmed);
    unknown = control.JudgeNovelty("door", 999, PipelineControl::Verdict::kConfirmed) ||
              control.JudgeNovelty("attic", 1, PipelineControl::Verdict::kDismissed);
  });
  EXPECT_TRUE(known);
  EXPECT_FALSE(unknown);
}

}  // namespace
}  // namespace hypnos
