#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/fixture.h"
#include "support/simulated_clock.h"

namespace hypnos {
namespace {

// Notes why each phase began, and does what a test wants in between.
class Observer final : public Recorder {
 public:
  void OnFrame(const FrameReport& report) override {
    Recorder::OnFrame(report);
    if (on_frame) on_frame(report);
  }
  void OnDream(const DreamReport& report) override {
    Recorder::OnDream(report);
    if (on_dream) on_dream(static_cast<int64_t>(dreams.size()));
  }
  void OnPhase(const PhaseReport& report) override {
    Recorder::OnPhase(report);
    course += std::string(report.asleep ? "asleep:" : "awake:") + ToString(report.cause) + " ";
  }
  void OnSleep(const SleepReport& report) override { sleeps.push_back(report); }

  std::function<void(const FrameReport&)> on_frame;
  std::function<void(int64_t)> on_dream;
  std::string course;
  std::vector<SleepReport> sleeps;
};

// One stream, live or not, of which a test gives the frames.
class ScheduleTest : public testing::Test {
 protected:
  ScheduleTest() {
    options.schedule = {.wake_steps = 0};
    options.frames_in_flight = 1;
  }

  void Run(bool live, size_t room, const std::function<void(FrameQueue&)>& begin,
           const Clock& by = SystemClock()) {
    const OnFull on_full = live ? OnFull::kDropOldest : OnFull::kBlock;
    queue.emplace(room, on_full);
    pipeline.emplace(options, by, observer);
    pipeline->Post([&](PipelineControl& control) {
      control.AddStream({.name = "", .queue = &*queue, .waited_for = !live});
    });
    begin(*queue);
    const auto result = pipeline->Run();
    ASSERT_TRUE(result.ok()) << result.error().message;
    summary = *result;
  }

  void WatchClip(int64_t frames, const Clock& by = SystemClock()) {
    Run(
        false, static_cast<size_t>(frames) + 1, [&](FrameQueue& to) { Fill(to, MakeClip(frames)); },
        by);
  }

  std::vector<float> Weights() const {
    const Matrix weights = pipeline->network()->layer(0).parameters().weights;
    return {weights.values().begin(), weights.values().end()};
  }

  PipelineOptions options = SmallPipeline();
  Observer observer;
  std::optional<FrameQueue> queue;
  std::optional<Pipeline> pipeline;
  RunSummary summary;
};

TEST_F(ScheduleTest, SleepsWhereTheProbesSaySoAndReportsWhatBecameOfThem) {
  options.probe = {.sequences = 2, .interval_frames = 4, .locations = 4, .every_steps = 7};
  options.schedule.need.auc = 1;  // whatever it is, it could be better
  options.schedule.least_wake_steps = 20;
  options.schedule.longest_sleep_steps = 9;
  WatchClip(120);
  ASSERT_GE(observer.sleeps.size(), 2u);
  EXPECT_THAT(observer.course,
              testing::StartsWith("asleep:need awake:longest asleep:need awake:longest "));
  for (const SleepReport& sleep : observer.sleeps) {
    EXPECT_EQ(sleep.began, PhaseCause::kNeed);
    EXPECT_EQ(sleep.ended, PhaseCause::kLongest);
    EXPECT_EQ(sleep.steps, 9u);
    ASSERT_TRUE(sleep.before && sleep.after);
    EXPECT_EQ(sleep.after->reason, ProbeReason::kAfterSleep);
    EXPECT_LT(sleep.before->learned_steps, sleep.after->learned_steps);
  }
  EXPECT_EQ(observer.sleeps[1].number, 2u);
}

TEST_F(ScheduleTest, ASleepByCountEndsWhereItWouldHarm) {
  options.probe = {.sequences = 2, .interval_frames = 4, .locations = 4, .every_steps = 7};
  options.schedule = {.wake_steps = 30, .sleep_steps = 1000};
  options.schedule.need.positives_below = 1e-9;  // some are, after so little learning
  WatchClip(60);
  EXPECT_THAT(observer.course, testing::StartsWith("asleep:steps awake:overslept "));
  ASSERT_FALSE(observer.sleeps.empty());
  EXPECT_LE(observer.sleeps[0].steps, 2 * 7u + static_cast<uint64_t>(options.dream_steps));
}

TEST_F(ScheduleTest, TheSameFramesSleepAtTheSameStepsWhateverTheThreads) {
  options.probe = {.sequences = 2, .interval_frames = 4, .locations = 4, .every_steps = 7};
  options.schedule.need.auc = 1;
  options.schedule.least_wake_steps = 20;
  options.schedule.longest_sleep_steps = 9;
  std::vector<std::string> texts;
  for (const int threads : {1, 2, 4}) {
    options.threads = threads;
    options.frames_in_flight = static_cast<size_t>(threads);
    observer.text.clear();
    WatchClip(90);
    texts.push_back(observer.text);
  }
  EXPECT_NE(texts[0].find("asleep"), std::string::npos);
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_EQ(texts[0], texts[2]);
}

TEST_F(ScheduleTest, SleepsInItsHours) {
  SimulatedClock clock;  // which begins at 13:46:40
  options.schedule.hours = DailyHours::Create({{.begin = 14 * 60, .end = 15 * 60}}, "UTC").value();
  observer.on_frame = [&](const FrameReport& report) {
    if (report.index == 40) clock.AdvanceSeconds(1000);
  };
  observer.on_dream = [&](int64_t dreams) {
    if (dreams == 25) clock.AdvanceSeconds(3600);
  };
  WatchClip(80, clock);
  EXPECT_EQ(observer.course, "asleep:hours awake:hours ");
  ASSERT_EQ(observer.sleeps.size(), 1u);
  EXPECT_GE(observer.sleeps[0].steps, 25u);
  EXPECT_LT(observer.sleeps[0].steps, 25u + 2 * static_cast<uint64_t>(options.dream_steps));
  EXPECT_EQ(observer.sleeps[0].took, std::chrono::seconds(3600));
  EXPECT_EQ(observer.frames.size(), 80u);
}

TEST_F(ScheduleTest, SleepsWhileNothingComesUntilSomethingDoes) {
  options.schedule.quiet = std::chrono::milliseconds(30);
  observer.on_dream = [&](int64_t dreams) {
    if (dreams == 20) queue->Push(MakeFrame(40));
  };
  observer.on_frame = [&](const FrameReport& report) {
    if (report.index == 40) queue->Finish(FrameOrEnd(EndOfStream{}));
  };
  Run(true, 50, [](FrameQueue& to) {
    for (Frame& frame : MakeClip(40)) to.Push(std::move(frame));
  });
  EXPECT_THAT(observer.course, testing::EndsWith("asleep:quiet awake:frames "));
  EXPECT_EQ(observer.frames.size(), 41u);
}

// Frames of a camera that come during sleep: 20 before it, then one with each dreamed step.
class WhileAsleepTest : public ScheduleTest {
 protected:
  void Watch(WhileAsleep what, bool frames_come) {
    options.while_asleep = what;
    options.asleep_frames = 100;
    options.schedule = {.wake_steps = 20, .sleep_steps = 12};
    observer = Observer();
    observer.on_dream = [this, frames_come](int64_t dreams) {
      if (dreams > 12) return;
      if (frames_come) queue->Push(MakeFrame(19 + dreams));
      if (dreams == 12) queue->Finish(FrameOrEnd(EndOfStream{}));
    };
    Run(true, 20, [](FrameQueue& to) {
      for (Frame& frame : MakeClip(20)) to.Push(std::move(frame));
    });
    while_asleep = after = 0;
    for (const FrameReport& frame : observer.frames) {
      EXPECT_EQ(frame.kept_back, frame.asleep);
      while_asleep += frame.asleep ? 1 : 0;
      after += !frame.asleep && frame.index >= 20 ? 1 : 0;
    }
  }

  int while_asleep = 0, after = 0;
};

TEST_F(WhileAsleepTest, TheyAreLookedAtAndNothingIsLearnedFromThem) {
  Watch(WhileAsleep::kLook, false);
  const auto without = Weights();
  Watch(WhileAsleep::kLook, true);
  EXPECT_GE(while_asleep, 10);
  EXPECT_EQ(while_asleep + after, 12);
  if (after == 0) {
    EXPECT_EQ(Weights(), without);
  }
  for (const FrameReport& frame : observer.frames) {
    if (frame.index == 20) {
      EXPECT_TRUE(frame.prediction_error) << "the stream goes on";
    }
    EXPECT_EQ(frame.learn, !frame.asleep);
  }
  EXPECT_EQ(queue->drops().asleep, 0);
}

TEST_F(WhileAsleepTest, OrTheyWait) {
  Watch(WhileAsleep::kWait, true);
  EXPECT_EQ(while_asleep, 0);
  EXPECT_EQ(after, 12);
}

TEST_F(WhileAsleepTest, OrTheyAreLostButForThoseThatMayAlwaysWait) {
  options.schedule.wake_steps = 20;
  Watch(WhileAsleep::kDrop, true);
  EXPECT_EQ(while_asleep, 0);
  EXPECT_EQ(after, 12) << "there is room for 20";
  EXPECT_EQ(queue->drops().asleep, 0);
}

}  // namespace
}  // namespace hypnos
