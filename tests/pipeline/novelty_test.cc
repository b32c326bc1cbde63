#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/novel.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

class NoveltyRecorder final : public PipelineObserver {
 public:
  void OnFrame(const FrameReport& report) override {
    scores.push_back(report.novelty ? report.novelty->score : NAN);
    warm.push_back(report.novelty && report.novelty->warm);
    places = report.places;
    if (on_frame) on_frame(report);
  }
  void OnNovelty(const NoveltyNews& told) override {
    news.push_back(told);
    if (on_news) on_news(told);
  }
  void OnStreamEnd(const StreamEnd&) override { news_before_end = news.size(); }

  std::vector<double> scores;
  std::vector<bool> warm;
  PlaceFigures places;
  std::vector<NoveltyNews> news;
  size_t news_before_end = 0;
  std::function<void(const FrameReport&)> on_frame;
  std::function<void(const NoveltyNews&)> on_news;
};

class NovelRun {
 public:
  explicit NovelRun(const PipelineOptions& options) : pipeline(options, clock, recorder) {}
  NovelRun(const PipelineOptions& options, std::vector<Frame> frames) : NovelRun(options) {
    Show(std::move(frames));
  }

  // As a source of the name `door`.
  void Show(std::vector<Frame> frames) {
    FrameQueue& queue = queues.emplace_back(frames.size() + 1, OnFull::kBlock);
    Fill(queue, std::move(frames));
    pipeline.Post([&queue](PipelineControl& control) {
      control.AddStream({.name = "door", .queue = &queue});
    });
    HYPNOS_CHECK(pipeline.Run().ok());
  }
  // From what was saved, and behind so many frames.
  void GoOn(const SavedState& saved, std::vector<Frame> frames, size_t seen) {
    MemoryLoader loader(saved);
    HYPNOS_CHECK(pipeline.Load(loader).ok());
    left = loader.left();
    frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(seen));
    FrameQueue& queue = queues.emplace_back(frames.size() + 1, OnFull::kBlock);
    Fill(queue, std::move(frames));
    pipeline.Post([&queue](PipelineControl& control) {
      control.AddStream({.name = "door", .queue = &queue, .continues = true});
    });
    HYPNOS_CHECK(pipeline.Run().ok());
  }
  SavedState Saved() {
    MemorySaver saver;
    pipeline.Post([&](PipelineControl& control) { HYPNOS_CHECK(control.SaveState(saver).ok()); });
    return saver.saved();
  }
  // Between two steps, soon after a frame.
  void At(int64_t frame, const PipelineCommand& command) {
    recorder.on_frame = [this, frame, command](const FrameReport& report) {
      if (report.index == frame) pipeline.Post(command);
    };
  }

  SystemClock clock;
  NoveltyRecorder recorder;
  std::deque<FrameQueue> queues;
  Pipeline pipeline;
  std::vector<std::string> left;  // that was saved, and that nobody has asked for
};

TEST(PipelineNovelty, EveryFrameHasAScoreAndItsMaps) {
  const NovelRun run(NovelPipeline(), MakeClip(50));
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
  PipelineOptions options = NovelPipeline();
  options.novelty.reset();
  const NovelRun run(options, MakeClip(20));
  EXPECT_TRUE(std::ranges::all_of(run.recorder.scores, [](double s) { return std::isnan(s); }));
}

TEST(PipelineNovelty, ScoresDoNotDependOnThreads) {
  PipelineOptions options = NovelPipeline();
  options.threads = 1;
  const NovelRun one(options, MakeClip(120));
  options.threads = 3;
  const NovelRun three(options, MakeClip(120));
  EXPECT_EQ(one.recorder.scores, three.recorder.scores);
}

TEST(PipelineNovelty, WatchingForItChangesNothingThatIsLearned) {
  PipelineOptions options = NovelPipeline();
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
  PipelineOptions with = NovelPipeline(), without = NovelPipeline(), other = NovelPipeline();
  without.novelty.reset();
  other.novelty->by = SurpriseKind::kPredictionError;
  const SavedState saved = StateAfter(with);
  EXPECT_TRUE(GoesOnFrom(with, saved));
  EXPECT_TRUE(GoesOnFrom(without, saved));
  EXPECT_TRUE(GoesOnFrom(other, saved));
  EXPECT_TRUE(GoesOnFrom(with, StateAfter(without)));
}

TEST(PipelineNovelty, WhatFlickersIsTold) {
  NovelRun run(NovelByError(), FlickeringClip(400, 320, 345));
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

// Before the end of the stream is told, and as it was when it was last seen.
void ExpectEndedAt(const NovelRun& run, Duration last) {
  ASSERT_FALSE(run.recorder.news.empty());
  const NoveltyNews& end = run.recorder.news.back();
  EXPECT_EQ(end.what, NoveltyNews::What::kEnd);
  EXPECT_EQ(end.source, "door");
  EXPECT_EQ(end.rows, 3u);
  EXPECT_EQ(end.event.last, last);
  EXPECT_LE(end.event.end, last);
  EXPECT_GE(end.event.end, end.event.begin);
}

TEST(PipelineNovelty, AnEventEndsWithItsStream) {
  const NovelRun run(NovelByError(), FlickeringClip(340, 320, 340));
  ExpectEndedAt(run, std::chrono::milliseconds(33900));
  EXPECT_EQ(run.recorder.news_before_end, run.recorder.news.size());
}

TEST(PipelineNovelty, AnEventEndsAtACut) {
  std::vector<Frame> clip = FlickeringClip(340, 320, 340);
  for (Frame& frame : MakeClip(30)) clip.push_back(std::move(frame));
  clip[340].discontinuity = Discontinuity::kClip;
  const NovelRun run(NovelByError(), std::move(clip));
  ExpectEndedAt(run, std::chrono::milliseconds(33900));
}

TEST(PipelineNovelty, AnEventEndsWhereItsStreamIsRemoved) {
  NovelRun run(NovelByError());
  run.recorder.on_news = [&run](const NoveltyNews& news) {
    if (news.what != NoveltyNews::What::kBegin) return;
    run.pipeline.Post([](PipelineControl& control) { control.RemoveStream("door"); });
  };
  run.Show(FlickeringClip(400, 320, 400));
  ASSERT_FALSE(run.recorder.news.empty());
  EXPECT_EQ(run.recorder.news.back().what, NoveltyNews::What::kEnd);
  EXPECT_LT(run.recorder.scores.size(), 400u);
}

TEST(PipelineNovelty, AVerdictIsOnNoEventOfALaterStreamOfThatName) {
  NovelRun run(NovelByError(), FlickeringClip(400, 320, 345));
  const uint64_t first = run.recorder.news.front().event.number;
  run.recorder.news.clear();
  run.Show(FlickeringClip(400, 320, 345));
  ASSERT_FALSE(run.recorder.news.empty());
  const uint64_t later = run.recorder.news.front().event.number;
  EXPECT_GT(later, first);
  bool knows_first = true;
  bool knows_later = false;
  run.pipeline.Post([&](PipelineControl& control) {
    const auto dismissed = PipelineControl::Verdict::kDismissed;
    knows_first = control.JudgeNovelty("door", first, dismissed);
    knows_later = control.JudgeNovelty("door", later, dismissed);
  });
  EXPECT_FALSE(knows_first);
  EXPECT_TRUE(knows_later);
}

TEST(PipelineNovelty, ScoresOfARunThatIsGoneOnWithAreThoseOfOneThatWasNotInterrupted) {
  const PipelineOptions options = NovelByError();
  const NovelRun whole(options, FlickeringClip(360, 320, 345));
  SavedState saved;
  NovelRun first(options);
  size_t seen = 0;
  first.At(330, [&](PipelineControl& control) {
    MemorySaver saver;
    EXPECT_TRUE(control.SaveState(saver).ok());
    seen = first.recorder.scores.size();
    saved = saver.saved();
  });
  first.Show(FlickeringClip(360, 320, 345));
  ASSERT_GT(seen, 0u);

  NovelRun second(options);
  second.GoOn(saved, FlickeringClip(360, 320, 345), seen);
  const auto later = std::span(whole.recorder.scores).subspan(seen);
  EXPECT_TRUE(std::ranges::equal(second.recorder.scores, later));
  // The event that was under way goes on, too.
  EXPECT_EQ(second.recorder.news.back().event.number, whole.recorder.news.back().event.number);
  EXPECT_EQ(second.recorder.news.back().event.end, whole.recorder.news.back().event.end);
}

// In the midst of an event, too.
TEST(PipelineNovelty, AStopChangesNothingThatIsSaved) {
  const PipelineOptions options = NovelByError();
  const NovelRun whole(options, FlickeringClip(360, 320, 345));
  NovelRun first(options);
  first.recorder.on_news = [&first](const NoveltyNews& news) {
    if (news.what == NoveltyNews::What::kBegin) first.pipeline.Stop();
  };
  first.Show(FlickeringClip(360, 320, 345));
  const size_t seen = first.recorder.scores.size();
  ASSERT_LT(seen, 345u);
  EXPECT_EQ(first.recorder.news.back().what, NoveltyNews::What::kEnd);

  NovelRun second(options);
  second.GoOn(first.Saved(), FlickeringClip(360, 320, 345), seen);
  const auto later = std::span(whole.recorder.scores).subspan(seen);
  EXPECT_TRUE(std::ranges::equal(second.recorder.scores, later));
  EXPECT_EQ(second.recorder.news.back().event.number, whole.recorder.news.back().event.number);
  EXPECT_EQ(second.recorder.news.back().event.end, whole.recorder.news.back().event.end);
}

// As in a checkpoint of another version of the program.
TEST(PipelineNovelty, WhatIsUsualInAnotherFormatIsLeftAside) {
  NovelRun run(NovelPipeline(), MakeClip(230));
  EXPECT_TRUE(run.recorder.warm.back());
  SavedState other = run.Saved();
  ASSERT_EQ(other.erase("streams.0.novelty.format"), 1u);
  ASSERT_EQ(other.erase("streams.0.novelty.by"), 1u);
  NovelRun later(NovelPipeline());
  later.GoOn(other, MakeClip(240), 230);
  EXPECT_EQ(later.left, std::vector<std::string>());
  EXPECT_FALSE(later.recorder.warm.back());
}

TEST(PipelineNovelty, WhatIsUsualInOtherUnitsIsLeftAside) {
  NovelRun run(NovelPipeline(), MakeClip(230));
  const SavedState saved = run.Saved();
  PipelineOptions wider = NovelPipeline();
  NovelRun same(wider);
  same.GoOn(saved, MakeClip(240), 230);
  EXPECT_TRUE(same.recorder.warm.back());
  wider.novelty->options.calibration.reach = 2;
  NovelRun other(wider);
  other.GoOn(saved, MakeClip(240), 230);
  EXPECT_FALSE(other.recorder.warm.back());
}

// As after a guard that has given up.
TEST(PipelineNovelty, ANetworkThatOnlyLooksWarmsUp) {
  NovelRun run(NovelByError());
  run.At(5, [](PipelineControl& control) { EXPECT_TRUE(control.SetLearning(false).ok()); });
  run.Show(FlickeringClip(400, 320, 345));
  EXPECT_TRUE(run.recorder.warm[300]);
  EXPECT_FALSE(run.recorder.news.empty());
}

TEST(PipelineNovelty, AnEventUnderWayEndsWhereOtherWeightsAreTakenOver) {
  const NovelRun other(NovelByError(), MakeClip(30));
  NovelRun run(NovelByError());
  bool imported = false;
  run.recorder.on_news = [&](const NoveltyNews& news) {
    if (news.what != NoveltyNews::What::kBegin || std::exchange(imported, true)) return;
    run.pipeline.Post([&](PipelineControl& control) {
      EXPECT_TRUE(control.Import(*other.pipeline.network()).ok());
    });
  };
  run.Show(FlickeringClip(400, 320, 400));
  ASSERT_TRUE(imported);
  ASSERT_EQ(run.recorder.news.back().what, NoveltyNews::What::kEnd);
  const uint64_t first = run.recorder.news.back().event.number;
  run.recorder.news.clear();
  // Numbers are not used again.
  run.Show(FlickeringClip(400, 320, 345));
  ASSERT_FALSE(run.recorder.news.empty());
  EXPECT_GT(run.recorder.news.front().event.number, first);
}

TEST(PipelineNovelty, WhatIsUsualIsLearnedAnewWhereOtherWeightsAreTakenOver) {
  const NovelRun other(NovelPipeline(), MakeClip(30));
  NovelRun run(NovelPipeline());
  run.At(240, [&](PipelineControl& control) {
    EXPECT_TRUE(control.Import(*other.pipeline.network()).ok());
  });
  run.Show(MakeClip(280));
  EXPECT_TRUE(run.recorder.warm[240]);
  EXPECT_FALSE(run.recorder.warm.back());
}

TEST(PipelineNovelty, WhatIsUsualGoesBackWithTheWeights) {
  NovelRun run(NovelPipeline());
  MemorySaver saver;
  run.At(220, [&](PipelineControl& control) { EXPECT_TRUE(control.SaveState(saver).ok()); });
  run.Show(MakeClip(230));
  // Of a stream of the same name, which is new and not warm by itself.
  run.At(30, [&](PipelineControl& control) {
    MemoryLoader loader(saver.saved());
    EXPECT_TRUE(control.RestoreState(loader).ok());
  });
  const size_t before = run.recorder.warm.size();
  run.Show(MakeClip(60));
  EXPECT_FALSE(run.recorder.warm[before + 30]);
  EXPECT_TRUE(run.recorder.warm.back());
}

}  // namespace
}  // namespace hypnos
