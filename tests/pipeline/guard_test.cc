// A network that collapses, and what becomes of it where the guard watches.
#include "hypnos/diagnostics/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "pipeline/fixture.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class GuardRecorder final : public Recorder {
 public:
  void OnGuard(const GuardReport& report) override {
    last = report.status;
    if (!report.news) return;
    events.push_back(report.news->event);
    text += ToString(*report.news) + "\n";
  }
  std::optional<GuardStatus> last;
  std::vector<GuardEvent> events;
};

// So high a rate that weights grow without end.
PipelineOptions Collapsing() {
  PipelineOptions options = SmallPipeline();
  options.network.learning.rule = LearningRule::kCarriedVelocity;
  options.network.learning.rate = 0.05f;
  options.network.learning.velocity = 0.99f;
  options.probe = {.sequences = 2, .interval_frames = 10, .locations = 5, .every_steps = 20};
  return options;
}

PipelineOptions Guarded(PipelineOptions options = Collapsing()) {
  options.guard.enabled = true;
  options.guard.keep_every_steps = 1;
  options.guard.limits.weight_norm = 2;
  options.guard.limits.scorings = 1;
  options.guard.rate_factor = 0.1;
  return options;
}

// A sound one, of which the weights grow just enough for the guard to think it is none.
PipelineOptions Nervous(PipelineOptions options) {
  options.probe = {.sequences = 2, .interval_frames = 8, .locations = 4, .every_steps = 12};
  options.guard.enabled = true;
  options.guard.keep_every_steps = 1;
  options.guard.limits = {.dead_units = {}, .weight_norm = 1.02, .margin = 0.005, .scorings = 1};
  options.guard.rate_factor = 0.7;
  options.guard.attempts = 3;
  return options;
}

struct Guarding {
  explicit Guarding(const PipelineOptions& options, std::vector<Frame> frames = MakeClip(300))
      : pipeline(options, clock, recorder) {
    FrameQueue queue(frames.size() + 1, OnFull::kBlock);
    Fill(queue, std::move(frames));
    const auto result = pipeline.Run(queue);
    EXPECT_TRUE(result.ok());
    if (result.ok()) summary = *result;
  }

  // In multiples of what it was when the probe set was whole.
  double NormGrowth() const {
    const double first = summary.probes.first->figures.layers[0].weights.mean;
    const Matrix weights = pipeline.network()->layer(0).parameters().weights;
    return RowNorms(weights.view()).mean / first;
  }
  std::vector<float> Weights() const {
    std::vector<float> all;
    for (size_t l = 0; l < pipeline.network()->layer_count(); ++l) {
      const Matrix weights = pipeline.network()->layer(l).parameters().weights;
      all.insert(all.end(), weights.values().begin(), weights.values().end());
    }
    return all;
  }
  Result<bool> Resume(bool full_rate) {
    std::optional<Result<bool>> answer;
    pipeline.Post(
        [&](PipelineControl& control) { answer.emplace(control.ResumeLearning(full_rate)); });
    return *answer;
  }

  SystemClock clock;
  GuardRecorder recorder;
  Pipeline pipeline;
  RunSummary summary;
};

TEST(PipelineGuard, WithoutItTheNetworkCollapses) {
  const Guarding collapsed(Collapsing());
  EXPECT_FALSE(collapsed.recorder.last);
  EXPECT_GT(collapsed.NormGrowth(), 10);
}

TEST(PipelineGuard, WithItTheNetworkLives) {
  const Guarding guarded(Guarded());
  EXPECT_LT(guarded.NormGrowth(), 2);
  EXPECT_GT(guarded.summary.learned_frames, 250);
  EXPECT_THAT(guarded.recorder.events, ::testing::Contains(GuardEvent::kRolledBack));
  ASSERT_TRUE(guarded.recorder.last);
  EXPECT_FALSE(guarded.recorder.last->stopped);
  EXPECT_LT(guarded.recorder.last->rate_factor, 0.5);
}

TEST(PipelineGuard, ChangesNoBitOfANetworkThatIsSound) {
  for (const LearningRule rule :
       {LearningRule::kRehearsed, LearningRule::kDeferredContrast, LearningRule::kInterleaved}) {
    PipelineOptions without = SmallPipeline();
    without.network.learning.rule = rule;
    without.probe = {.sequences = 2, .interval_frames = 10, .locations = 5, .every_steps = 7};
    PipelineOptions with = without;
    with.guard.enabled = true;
    with.guard.keep_every_steps = 1;
    const Guarding guarded(with, MakeClip(120)), alone(without, MakeClip(120));
    ASSERT_TRUE(guarded.recorder.last);
    EXPECT_TRUE(guarded.recorder.last->good_steps);
    EXPECT_THAT(guarded.recorder.events, IsEmpty());
    EXPECT_EQ(guarded.recorder.text, alone.recorder.text);
    EXPECT_EQ(guarded.Weights(), alone.Weights());
  }
}

TEST(PipelineGuard, GivesTheSameBitsWhateverTheThreads) {
  for (const LearningRule rule : {LearningRule::kRehearsed, LearningRule::kDeferredContrast,
                                  LearningRule::kInterleaved, LearningRule::kCarriedVelocity}) {
    PipelineOptions one = SmallPipeline();
    one.network.learning.rule = rule;
    one.network.learning.rate = 0.01f;
    one = Nervous(one);
    PipelineOptions many = one;
    one.threads = 1;
    one.frames_in_flight = 1;
    many.threads = 4;
    const Guarding first(one), second(many);
    EXPECT_THAT(first.recorder.events, ::testing::Contains(GuardEvent::kRolledBack));
    EXPECT_EQ(first.recorder.text, second.recorder.text);
    EXPECT_EQ(first.Weights(), second.Weights());
  }
}

// Whatever is waited for: an alarm is decided on before the next frame, or after it, not as it
// comes.
TEST(PipelineGuard, GivesTheSameBitsHoweverSlowlyFramesCome) {
  PipelineOptions options = SmallPipeline();
  options.network.learning.rule = LearningRule::kCarriedVelocity;
  options.network.learning.rate = 0.01f;
  options = Nervous(options);
  const Guarding at_once(options, MakeClip(100));
  ASSERT_THAT(at_once.recorder.events, ::testing::Contains(GuardEvent::kRolledBack));
  SystemClock clock;
  GuardRecorder recorder;
  Pipeline pipeline(options, clock, recorder);
  FrameQueue queue(1, OnFull::kBlock);
  std::thread feeder([&] {
    for (int64_t i = 0; i < 100; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      queue.Push(MakeFrame(i));
    }
    queue.Finish(FrameOrEnd(EndOfStream{}));
  });
  const auto result = pipeline.Run(queue);
  feeder.join();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(recorder.text, at_once.recorder.text);
}

TEST(PipelineGuard, AttemptsSurviveThatAnOlderStateIsRestored) {
  PipelineOptions options = Nervous(SmallPipeline());
  options.network.learning.rate = 0.01f;
  SystemClock clock;
  GuardRecorder recorder;
  Pipeline pipeline(options, clock, recorder);
  FrameQueue first(100, OnFull::kBlock), second(301, OnFull::kBlock);
  Fill(first, MakeClip(20));
  ASSERT_TRUE(pipeline.Run(first).ok());
  MemorySaver saver;
  pipeline.Post([&](PipelineControl& control) { ASSERT_TRUE(control.SaveState(saver).ok()); });
  const uint64_t before = recorder.last->attempt;
  Fill(second, MakeClip(300));
  ASSERT_TRUE(pipeline.Run(second).ok());
  const GuardStatus after = *recorder.last;
  ASSERT_GT(after.attempt, before);
  pipeline.Post([&](PipelineControl& control) {
    MemoryLoader loader(saver.saved());
    ASSERT_TRUE(control.RestoreState(loader).ok());
    EXPECT_EQ(control.learns(), !after.stopped);
  });
  MemorySaver restored;
  pipeline.Post([&](PipelineControl& control) { ASSERT_TRUE(control.SaveState(restored).ok()); });
  MemoryLoader loader(restored.saved());
  Pipeline again(options, clock, recorder);
  ASSERT_TRUE(again.Load(loader).ok());
  EXPECT_EQ(recorder.last->attempt, after.attempt);
  EXPECT_EQ(recorder.last->rate_factor, after.rate_factor);
  EXPECT_EQ(recorder.last->decisions.size(), after.decisions.size());
}

TEST(PipelineGuard, GivesUpAfterSoManyAttemptsAndGoesOnLooking) {
  PipelineOptions options = Guarded();
  options.guard.rate_factor = 1;  // which does not help
  options.guard.attempts = 2;
  const Guarding guarded(options);
  EXPECT_THAT(guarded.recorder.events,
              ElementsAre(GuardEvent::kRolledBack, GuardEvent::kRolledBack, GuardEvent::kGaveUp));
  EXPECT_TRUE(guarded.recorder.last->stopped);
  EXPECT_EQ(guarded.summary.frames, 300);
  EXPECT_FALSE(guarded.recorder.frames.back().learn);
  // With what was good, not with what was not.
  EXPECT_LT(guarded.NormGrowth(), 2);
}

TEST(PipelineGuard, WithoutRoomForAGoodStateItStops) {
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{1000}}) {
    PipelineOptions options = Guarded();
    options.guard.good_state_bytes = bytes;
    const Guarding guarded(options);
    EXPECT_EQ(guarded.recorder.events.back(), GuardEvent::kNothingToGoBackTo);
    EXPECT_EQ(guarded.recorder.events.front() == GuardEvent::kCannotKeep, bytes > 0);
    EXPECT_TRUE(guarded.recorder.last->stopped);
    EXPECT_FALSE(guarded.recorder.last->good_steps);
    EXPECT_EQ(guarded.summary.frames, 300);
  }
}

TEST(PipelineGuard, ResumesWhenItIsToldTo) {
  PipelineOptions options = Guarded();
  options.guard.good_state_bytes = 0;
  Guarding guarded(options);
  ASSERT_TRUE(guarded.recorder.last->stopped);
  std::optional<Result<bool>> on;
  guarded.pipeline.Post([&](PipelineControl& control) { on.emplace(control.SetLearning(true)); });
  EXPECT_EQ(on->error().reason, "GUARD_STOPPED_LEARNING");
  EXPECT_TRUE(*guarded.Resume(false));
  EXPECT_FALSE(guarded.recorder.last->stopped);
  EXPECT_EQ(guarded.recorder.events.back(), GuardEvent::kResumed);
  EXPECT_FALSE(*guarded.Resume(false)) << "there is nothing to resume from";
}

TEST(PipelineGuard, KeepsTheLowRateUnlessTheFullOneIsAskedFor) {
  Guarding guarded(Guarded());
  const double factor = guarded.recorder.last->rate_factor;
  ASSERT_LT(factor, 1);
  EXPECT_TRUE(*guarded.Resume(false));
  EXPECT_EQ(guarded.recorder.last->rate_factor, factor);
  EXPECT_EQ(guarded.recorder.last->attempt, 0u);
  EXPECT_TRUE(*guarded.Resume(true));
  EXPECT_EQ(guarded.recorder.last->rate_factor, 1);
}

TEST(PipelineGuard, SaysThatItIsOff) {
  Guarding alone(Collapsing(), MakeClip(20));
  EXPECT_EQ(alone.Resume(false).error().reason, "GUARD_IS_OFF");
}

// The frame after is the first of a new past, and sources go on where they are.
TEST(PipelineGuard, ReadsNoFrameTwiceAndCutsWhatIsRemembered) {
  const Guarding guarded(Guarded());
  ASSERT_THAT(guarded.recorder.frames, SizeIs(300));
  int64_t cuts = 0;
  for (size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(guarded.recorder.frames[i].index, static_cast<int64_t>(i));
    cuts += guarded.recorder.frames[i].discontinuity == Discontinuity::kSwitch ? 1 : 0;
  }
  const auto rolled_back = std::ranges::count(guarded.recorder.events, GuardEvent::kRolledBack);
  EXPECT_GE(rolled_back, 1);
  EXPECT_LE(cuts, rolled_back);
  EXPECT_GE(cuts, 1);
}

TEST(PipelineGuard, ANetworkThatOverflowsGoesBack) {
  PipelineOptions options = Guarded();
  options.network.learning.rate = 10;
  options.guard.limits = {.dead_units = {}, .weight_norm = {}};
  options.guard.rate_factor = 1e-4;
  const Guarding alone([&] {
    PipelineOptions without = options;
    without.guard.enabled = false;
    return without;
  }());
  EXPECT_TRUE(alone.recorder.frames.back().layers[0].stopped);
  const Guarding guarded(options);
  ASSERT_TRUE(guarded.recorder.last);
  if (guarded.recorder.last->good_steps) {
    EXPECT_FALSE(guarded.recorder.frames.back().layers[0].stopped);
  } else {
    // It was so from the first scoring on.
    EXPECT_THAT(guarded.recorder.events, ElementsAre(GuardEvent::kNothingToGoBackTo));
  }
}

TEST(PipelineGuard, WhoOnlyAsksForTheProbesChangesNothing) {
  Guarding guarded(Guarded(), MakeClip(60));
  const uint64_t judged = guarded.recorder.last->judged;
  guarded.pipeline.Post([](PipelineControl& control) { EXPECT_TRUE(control.Probe().ok()); });
  EXPECT_EQ(guarded.recorder.last->judged, judged);
}

}  // namespace
}  // namespace hypnos
