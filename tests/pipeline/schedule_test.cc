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
    if (on_phase) on_phase(report.asleep);
  }
  void OnSleep(const SleepReport& report) override {
    sleeps.push_back(report);
    if (on_sleep) on_sleep();
  }

  std::function<void(const FrameReport&)> on_frame;
  std::function<void(int64_t)> on_dream;
  std::function<void(bool)> on_phase;
  std::function<void()> on_sleep;
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
           std::optional<OnFull> on_full = {}) {
    queue.emplace(room, on_full.value_or(live ? OnFull::kDropOldest : OnFull::kBlock));
    pipeline.emplace(options, clock, observer);
    pipeline->Post([&](PipelineControl& control) {
      control.AddStream({.name = "", .queue = &*queue, .waited_for = !live});
    });
    begin(*queue);
    const auto result = pipeline->Run();
    ASSERT_TRUE(result.ok()) << result.error().message;
    summary = *result;
  }

  void WatchClip(int64_t frames) {
    Run(false, static_cast<size_t>(frames) + 1,
        [&](FrameQueue& to) { Fill(to, MakeClip(frames)); });
  }

  std::vector<float> Weights() const {
    const Matrix weights = pipeline->network()->layer(0).parameters().weights;
    return {weights.values().begin(), weights.values().end()};
  }

  SimulatedClock clock;  // which begins at 13:46:40
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
  options.schedule.longest_need_steps = 9;
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
  options.schedule.longest_need_steps = 9;
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
  options.schedule.hours = DailyHours::Create({{.begin = 14 * 60, .end = 15 * 60}}, "UTC").value();
  observer.on_frame = [&](const FrameReport& report) {
    if (report.index == 40) clock.AdvanceSeconds(1000);
  };
  observer.on_dream = [&](int64_t dreams) {
    if (dreams == 25) clock.AdvanceSeconds(3600);
  };
  WatchClip(80);
  EXPECT_EQ(observer.course, "asleep:hours awake:hours ");
  ASSERT_EQ(observer.sleeps.size(), 1u);
  EXPECT_GE(observer.sleeps[0].steps, 25u);
  EXPECT_LT(observer.sleeps[0].steps, 25u + 2 * static_cast<uint64_t>(options.dream_steps));
  EXPECT_EQ(observer.sleeps[0].took, std::chrono::seconds(3600));
  EXPECT_EQ(observer.frames.size(), 80u);
}

// A camera that has shown 40 frames. The clock goes on while it waits.
class QuietTest : public ScheduleTest {
 protected:
  QuietTest() { options.schedule.quiet = std::chrono::seconds(10); }

  void Watch() {
    Run(true, 50, [this](FrameQueue& to) {
      for (Frame& frame : MakeClip(40)) to.Push(std::move(frame));
      clock.AdvanceSeconds(1);
    });
  }
  void OnFrame(int64_t index, const std::function<void()>& then) {
    observer.on_frame = [index, then](const FrameReport& report) {
      if (report.index == index) then();
    };
  }
};

TEST_F(QuietTest, SleepsWhileNothingComesUntilSomethingDoes) {
  OnFrame(39, [this] { clock.AdvanceSeconds(11); });
  observer.on_dream = [&](int64_t dreams) {
    // One frame alone, which is looked at long before the dream has ended.
    if (dreams == 21) queue->Push(MakeFrame(40));
    clock.AdvanceSeconds(11);
    if (!observer.frames.empty() && observer.frames.back().index == 40) {
      queue->Finish(FrameOrEnd(EndOfStream{}));
    }
  };
  Watch();
  EXPECT_EQ(observer.course, "asleep:quiet awake:frames ");
  EXPECT_EQ(observer.frames.size(), 41u);
}

TEST_F(QuietTest, TheEndOfTheStreamEndsItToo) {
  OnFrame(39, [this] { clock.AdvanceSeconds(11); });
  observer.on_dream = [&](int64_t dreams) {
    if (dreams == 21) queue->Finish(Error{Code::kUnavailable, "LOST", "the camera is gone"});
    clock.AdvanceSeconds(11);
  };
  Watch();
  EXPECT_EQ(observer.course, "asleep:quiet awake:frames ");
  ASSERT_EQ(summary.failures.size(), 1u);
}

// Frames of a camera that come during sleep, so many with each dreamed step up to the eighth,
// of 12.
class WhileAsleepTest : public ScheduleTest {
 protected:
  static constexpr int64_t kBefore = 20, kRoom = 20;

  WhileAsleepTest() {
    options.asleep_frames = 100;
    options.schedule = {.wake_steps = 20, .sleep_steps = 12};
  }

  // Returns the weights at the end of the sleep.
  std::vector<float> Watch(WhileAsleep what, int64_t frames_a_step, OnFull on_full = kDropOldest) {
    options.while_asleep = what;
    observer.course.clear();
    observer.frames.clear();
    observer.dreams.clear();
    std::vector<float> awoken;
    observer.on_sleep = [&] {
      if (awoken.empty()) awoken = Weights();
    };
    observer.on_dream = [this, frames_a_step](int64_t dreams) {
      for (int64_t i = 0; i < frames_a_step && dreams <= 8; ++i) {
        queue->Push(MakeFrame(kBefore + (dreams - 1) * frames_a_step + i));
      }
      if (dreams == 12) queue->Finish(FrameOrEnd(EndOfStream{}));
    };
    Run(
        true, kRoom,
        [](FrameQueue& to) {
          for (Frame& frame : MakeClip(kBefore)) to.Push(std::move(frame));
        },
        on_full);
    while_asleep = after = 0;
    for (const FrameReport& frame : observer.frames) {
      EXPECT_EQ(frame.kept_back, frame.asleep);
      EXPECT_EQ(frame.learn, !frame.asleep);
      while_asleep += frame.asleep ? 1 : 0;
      after += !frame.asleep && frame.index >= kBefore ? 1 : 0;
    }
    return awoken;
  }

  static constexpr OnFull kDropOldest = OnFull::kDropOldest;
  int while_asleep = 0, after = 0;
};

TEST_F(WhileAsleepTest, TheyAreLookedAtAndNothingIsLearnedFromThem) {
  const auto without = Watch(WhileAsleep::kLook, 0);
  EXPECT_EQ(Watch(WhileAsleep::kLook, 1), without);
  EXPECT_EQ(while_asleep, 8);
  EXPECT_EQ(after, 0);
  EXPECT_EQ(queue->drops().asleep, 0);
  EXPECT_TRUE(observer.frames[kBefore].prediction_error) << "the stream goes on";
  Watch(WhileAsleep::kWait, 1);
  EXPECT_NE(Weights(), without) << "learned from, they would change something";
}

TEST_F(WhileAsleepTest, OfTooManyTheOldestAreLost) {
  Watch(WhileAsleep::kLook, 5);
  EXPECT_GE(while_asleep, 8);
  EXPECT_GE(queue->drops().asleep, 5);
  EXPECT_EQ(queue->drops().queue_full, 0);
  EXPECT_EQ(while_asleep + after + queue->drops().asleep, 40);
}

// Of ten frames that come with each dream of a short memory, which the sleep goes through again.
TEST_F(WhileAsleepTest, OrTheyAreRememberedAndDreamedFromLater) {
  options.memory.sequences = 2;
  options.memory.interval_frames = 1;
  const auto without = Watch(WhileAsleep::kRemember, 0);
  EXPECT_EQ(Watch(WhileAsleep::kLook, 0), without);
  const auto looked = Watch(WhileAsleep::kLook, 1);
  EXPECT_EQ(looked, without);
  EXPECT_NE(Watch(WhileAsleep::kRemember, 1), without);
  EXPECT_EQ(while_asleep, 8) << "and reported as held back, like those that are looked at";
  EXPECT_TRUE(observer.frames[kBefore].prediction_error) << "the stream goes on";
}

// The one that is being recalled never makes room.
TEST_F(WhileAsleepTest, WhereOnlyOneSequenceIsRememberedItStaysUntilTheSleepIsOver) {
  options.memory.sequences = 1;
  options.memory.interval_frames = 1;
  const auto without = Watch(WhileAsleep::kLook, 0);
  EXPECT_EQ(Watch(WhileAsleep::kRemember, 1), without);
}

TEST_F(WhileAsleepTest, OrTheyWait) {
  Watch(WhileAsleep::kWait, 5);
  EXPECT_EQ(while_asleep, 0);
  EXPECT_EQ(after, 40);
}

TEST_F(WhileAsleepTest, OrTheyAreLostButForThoseForWhichThereIsAlwaysRoom) {
  Watch(WhileAsleep::kDrop, 5);
  EXPECT_EQ(while_asleep, 0);
  EXPECT_EQ(after, kRoom);
  EXPECT_EQ(queue->drops().asleep, 40 - kRoom);
}

// The standard input, say, which nobody waits for, and which loses nothing.
TEST_F(WhileAsleepTest, WhatCanWaitIsLearnedFromLater) {
  Watch(WhileAsleep::kLook, 2, OnFull::kBlock);
  EXPECT_EQ(while_asleep, 0);
  EXPECT_EQ(after, 16);
}

TEST_F(WhileAsleepTest, OneThatIsAddedMeanwhileIsLookedAtFromItsFirstFrameOn) {
  FrameQueue late(4, OnFull::kDropOldest);
  for (int64_t i = 0; i < 3; ++i) late.Push(MakeFrame(i));
  late.Finish(FrameOrEnd(EndOfStream{}));
  observer.on_phase = [&](bool asleep) {
    if (!asleep) return;
    pipeline->Post([&](PipelineControl& control) {
      control.AddStream({.name = "late", .queue = &late, .waited_for = false});
    });
  };
  Watch(WhileAsleep::kLook, 0);
  EXPECT_EQ(while_asleep, 3);
}

}  // namespace
}  // namespace hypnos
