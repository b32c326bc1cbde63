#include "hypnos/pipeline/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "pipeline/fixture.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;

// Posts commands at chosen frames and dreamed steps, from within the pipeline's own reports.
class Commander final : public Recorder {
 public:
  void OnFrame(const FrameReport& report) override {
    Recorder::OnFrame(report);
    if (on_frame) on_frame(report.index);
    ++reported;
    reported.notify_one();
  }
  void OnDream(const DreamReport& report) override {
    Recorder::OnDream(report);
    if (on_dream) on_dream(static_cast<int64_t>(dreams.size()));
  }

  // Returns when so many frames were reported.
  void WaitFor(int64_t count) const {
    for (int64_t seen = reported; seen < count; seen = reported) reported.wait(seen);
  }

  std::function<void(int64_t)> on_frame, on_dream;
  std::atomic<int64_t> reported = 0;
};

class CommandTest : public ::testing::Test {
 protected:
  // The frames come one at a time, each when the one before has been reported, so that a command is
  // done before the next frame.
  void Watch(int64_t frames) { Watch(pipeline, frames); }
  void Watch(Pipeline& watched, int64_t frames) const {
    FrameQueue queue(1, OnFull::kBlock);
    std::thread feeder([&] {
      for (int64_t i = 0; i < frames; ++i) {
        queue.Push(MakeFrame(i));
        commander.WaitFor(i + 1);
      }
      queue.Finish(FrameOrEnd(EndOfStream{}));
    });
    const auto result = watched.Run(queue);
    feeder.join();
    EXPECT_TRUE(result.ok()) << result.error().message;
  }

  std::vector<float> Weights() const {
    const Matrix weights = pipeline.network()->layer(0).parameters().weights;
    return {weights.values().begin(), weights.values().end()};
  }

  // One frame under way at a time, so that what is posted in a report is done before the next.
  static PipelineOptions OneByOne() {
    PipelineOptions options = SmallPipeline();
    options.frames_in_flight = 1;
    return options;
  }

  SystemClock clock;
  Commander commander;
  Pipeline pipeline{OneByOne(), clock, commander};
};

// Of a result that must be there.
template <class T>
T Must(Result<T> result) {
  EXPECT_TRUE(result.ok());
  return std::move(result).value();
}

TEST_F(CommandTest, LookingChangesNothing) {
  Recorder alone;
  {
    Pipeline undisturbed(SmallPipeline(), clock, alone);
    FrameQueue queue(61, OnFull::kBlock);
    Fill(queue, MakeClip(60));
    ASSERT_TRUE(undisturbed.Run(queue).ok());
    Pipeline watched(SmallPipeline(), clock, commander);
    int looks = 0;
    const auto look = [&](int64_t) {
      watched.Post([&](PipelineControl& control) {
        const Look taken =
            Must(control.TakeLook({.weights = true, .picture = true, .residuals = true}));
        auto dream = Rollout::Create(taken, Rng(1));
        ASSERT_TRUE(dream.ok());
        dream->Next();
        ++looks;
      });
    };
    commander.on_frame = commander.on_dream = look;
    FrameQueue again(61, OnFull::kBlock);
    Fill(again, MakeClip(60));
    ASSERT_TRUE(watched.Run(again).ok());
    EXPECT_GT(looks, 60);
    for (size_t l = 0; l < watched.network()->layer_count(); ++l) {
      const Matrix without = undisturbed.network()->layer(l).parameters().weights;
      const Matrix with = watched.network()->layer(l).parameters().weights;
      const auto a = without.values(), b = with.values();
      EXPECT_TRUE(std::ranges::equal(a, b));
    }
  }
  EXPECT_EQ(commander.text, alone.text);
}

TEST_F(CommandTest, WithoutLearningTheWeightsStay) {
  std::vector<float> at_off, at_on;
  commander.on_frame = [&](int64_t frame) {
    if (frame != 5 && frame != 15) return;
    pipeline.Post([this, frame, &at_off, &at_on](PipelineControl& control) {
      EXPECT_TRUE(Must(control.SetLearning(frame == 15)));
      EXPECT_FALSE(Must(control.SetLearning(frame == 15))) << "it was so already";
      (frame == 5 ? at_off : at_on) = Weights();
    });
  };
  Watch(18);
  EXPECT_EQ(at_off, at_on);
  EXPECT_NE(Weights(), at_on);
  ASSERT_EQ(commander.frames.size(), 18u);
  const auto when = [&](auto what) {
    std::vector<int64_t> frames;
    for (const auto& frame : commander.frames) {
      if (what(frame)) frames.push_back(frame.index);
    }
    return frames;
  };
  EXPECT_THAT(when([](const FrameReport& f) { return !f.learn; }), testing::SizeIs(10));
  EXPECT_THAT(when([](const FrameReport& f) { return f.discontinuity == Discontinuity::kSwitch; }),
              testing::SizeIs(2));
}

TEST_F(CommandTest, HeldLearningStandsStillWhateverIsOrderedAndThenGoesOnAsOrdered) {
  std::vector<float> at_hold, at_release;
  commander.on_frame = [&](int64_t frame) {
    pipeline.Post([&, frame](PipelineControl& control) {
      if (frame == 5) {
        EXPECT_TRUE(control.HoldLearning(true));
        EXPECT_FALSE(control.HoldLearning(true)) << "it was so already";
        EXPECT_FALSE(control.learns());
        EXPECT_EQ(control.SleepNow(0).error().reason, "LEARNING_STANDS_STILL");
        EXPECT_TRUE(Must(control.SetLearning(false)));
        EXPECT_TRUE(Must(control.SetLearning(true)));
        EXPECT_FALSE(control.learns());
        at_hold = Weights();
      } else if (frame == 12) {
        at_release = Weights();
        EXPECT_TRUE(control.HoldLearning(false));
        EXPECT_TRUE(control.learns());
      } else if (frame == 15) {
        EXPECT_TRUE(Must(control.SetLearning(false)));
        EXPECT_TRUE(control.HoldLearning(true));
        EXPECT_TRUE(control.HoldLearning(false));
        EXPECT_FALSE(control.learns()) << "as ordered";
      }
    });
  };
  Watch(18);
  EXPECT_EQ(at_hold, at_release);
  EXPECT_NE(Weights(), at_release);
}

TEST_F(CommandTest, SwitchingLearningOffEndsASleep) {
  std::vector<float> at_off;
  commander.on_dream = [&](int64_t steps) {
    if (steps != 3) return;
    pipeline.Post([&](PipelineControl& control) {
      EXPECT_TRUE(Must(control.SetLearning(false)));
      EXPECT_FALSE(control.phase().asleep);
      at_off = Weights();
      const auto sleep = control.SleepNow(0);
      ASSERT_FALSE(sleep.ok());
      EXPECT_EQ(sleep.error().reason, "LEARNING_IS_OFF");
    });
  };
  Watch(30);
  EXPECT_EQ(Weights(), at_off);
  EXPECT_LE(commander.dreams.size(), 5u);
}

TEST_F(CommandTest, SleepsWhenToldAndAsLongAsTold) {
  PipelineOptions options = OneByOne();
  options.schedule.wake_steps = 1000;
  Pipeline told(options, clock, commander);
  commander.on_frame = [&](int64_t frame) {
    if (frame != 10) return;
    told.Post([](PipelineControl& control) {
      EXPECT_TRUE(Must(control.SleepNow(13)));
      EXPECT_TRUE(control.phase().asleep);
      EXPECT_EQ(control.phase().position.length, 13u);
      EXPECT_FALSE(Must(control.SleepNow(99))) << "it goes on as it was";
      EXPECT_EQ(control.phase().position.length, 13u);
    });
  };
  Watch(told, 15);
  EXPECT_EQ(commander.dreams.size(), 13u);
  ASSERT_EQ(commander.phases.size(), 2u);
  EXPECT_TRUE(commander.phases[0].asleep);
  EXPECT_EQ(commander.phases[0].phase.length, 13u);
  EXPECT_FALSE(commander.phases[1].asleep);
  EXPECT_EQ(commander.phases[1].sleeps, 1u);
}

TEST_F(CommandTest, WakesAtOnceInTheMiddleOfADream) {
  commander.on_dream = [&](int64_t steps) {
    if (steps != 2) return;
    pipeline.Post([](PipelineControl& control) {
      EXPECT_TRUE(control.WakeNow());
      EXPECT_FALSE(control.WakeNow());
      EXPECT_FALSE(control.phase().asleep);
    });
  };
  Watch(12);
  EXPECT_LE(commander.dreams.size(), 4u) << "of 6, in dreams of 5";
  EXPECT_EQ(commander.frames.size(), 12u);
}

TEST_F(CommandTest, WakesAfterTheDreamUnderWay) {
  commander.on_dream = [&](int64_t steps) {
    if (steps != 2) return;
    pipeline.Post([](PipelineControl& control) {
      EXPECT_TRUE(control.WakeAfterDream());
      EXPECT_TRUE(control.phase().asleep);
    });
  };
  Watch(12);
  EXPECT_EQ(commander.dreams.size(), 5u) << "one whole dream, of 6 steps in all";
}

TEST_F(CommandTest, WhoCannotSleepSaysWhy) {
  std::vector<std::string> reasons;
  const auto try_to_sleep = [&](PipelineControl& control) {
    const auto result = control.SleepNow(0);
    reasons.push_back(result.ok() ? "sleeps" : result.error().reason);
  };
  pipeline.Post(try_to_sleep);
  commander.on_frame = [&](int64_t frame) {
    if (frame == 0) pipeline.Post(try_to_sleep);
  };
  Watch(3);
  pipeline.Post(try_to_sleep);
  EXPECT_THAT(reasons, ElementsAre("NO_NETWORK", "NOTHING_REMEMBERED", "ENDED"));
}

TEST_F(CommandTest, ARuleWithoutSleepSaysSo) {
  PipelineOptions options = OneByOne();
  options.network.learning.rule = LearningRule::kLooking;
  Pipeline looking(options, clock, commander);
  looking.Post([](PipelineControl& control) {
    EXPECT_EQ(control.SleepNow(0).error().reason, "RULE_NEVER_SLEEPS");
    for (const bool on : {false, true}) {
      EXPECT_EQ(control.SetLearning(on).error().reason, "RULE_ONLY_LOOKS");
    }
  });
}

TEST_F(CommandTest, LearningThatIsSwitchedOffCanBeSwitchedOnWhereOnlyLabelsAreLearned) {
  PipelineOptions options = OneByOne();
  options.network.learning.rule = LearningRule::kLooking;
  options.network.labels.classes = 2;
  Pipeline looking(options, clock, commander);
  looking.Post([](PipelineControl& control) {
    for (const bool on : {false, true}) {
      const auto changed = control.SetLearning(on);
      ASSERT_TRUE(changed.ok()) << changed.error().message;
      EXPECT_TRUE(*changed);
    }
  });
}

TEST_F(CommandTest, CommandsAreDoneInTheirOrderAlsoWhileItWaitsForAFrame) {
  FrameQueue queue(1, OnFull::kBlock);
  std::vector<int> done;
  std::thread runner([&] { EXPECT_TRUE(pipeline.Run(queue).ok()); });
  queue.Push(MakeFrame(0));
  std::mutex mutex;
  std::condition_variable changed;
  for (int i = 0; i < 100; ++i) {
    pipeline.Post([&, i](PipelineControl&) {
      const std::lock_guard lock(mutex);
      done.push_back(i);
      changed.notify_all();
    });
  }
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done.size() == 100; });
  }
  EXPECT_TRUE(std::ranges::is_sorted(done));
  queue.Finish(FrameOrEnd(EndOfStream{}));
  runner.join();
}

TEST_F(CommandTest, BeforeAndAfterTheRunTheyAreDoneAtOnce) {
  int done = 0;
  const auto count = [&](PipelineControl& control) {
    ++done;
    EXPECT_EQ(control.TakeLook({}).ok(), done == 2);
  };
  pipeline.Post(count);
  EXPECT_EQ(done, 1);
  Watch(3);
  pipeline.Post(count);
  EXPECT_EQ(done, 2);
}

TEST_F(CommandTest, ALookShowsWhatIsSeenAndHowItIsScaled) {
  Watch(9);  // one more, and it would sleep
  pipeline.Post([](PipelineControl& control) {
    const Look look = Must(control.TakeLook({.weights = true, .picture = true, .residuals = true}));
    EXPECT_EQ(look.clip, "square");
    EXPECT_EQ(look.frame, 8);
    EXPECT_EQ(look.rows, 3u);
    EXPECT_EQ(look.columns, 4u);
    ASSERT_EQ(look.layers.size(), 3u);
    EXPECT_EQ(look.goodness[0].size(), 12u);
    EXPECT_EQ(look.surprise.size(), 12u);
    EXPECT_FALSE(look.residuals.empty());
    EXPECT_EQ(look.layers[1].below, 16u);
    // The bright square of frame 8 begins at column 16, row 8; its surroundings are dark.
    EXPECT_GT(look.input.plane(0)[12 * 32 + 20], 1.0f);
    EXPECT_LT(look.input.plane(0)[2 * 32 + 2], 0.5f);
    const double grey = look.channels[0].mean * 255;
    EXPECT_GT(grey, 60);
    EXPECT_LT(grey, 90);
    const Look lean = Must(control.TakeLook({}));
    EXPECT_TRUE(lean.parameters.empty() && lean.residuals.empty() && lean.surprise.empty());
  });
}

TEST_F(CommandTest, ADreamFromALookIsTheSameForTheSameSeed) {
  Watch(20);
  pipeline.Post([](PipelineControl& control) {
    const Look look = Must(control.TakeLook({.weights = true, .picture = true, .residuals = true}));
    const auto dream = [&](uint64_t seed) {
      Rollout rollout = Must(Rollout::Create(look, Rng(seed)));
      std::vector<float> frames;
      for (int i = 0; i < 4; ++i) {
        const auto values = rollout.Next().values();
        frames.insert(frames.end(), values.begin(), values.end());
      }
      return frames;
    };
    EXPECT_EQ(dream(1), dream(1));
    EXPECT_NE(dream(1), dream(2));
  });
}

TEST_F(CommandTest, WhatIsExpectedNextIsWhatTheNetworkPredicted) {
  Watch(20);
  pipeline.Post([](PipelineControl& control) {
    const Look look = Must(control.TakeLook({.weights = true, .picture = true}));
    Rollout rollout = Must(Rollout::Create(look, Rng(1)));
    EXPECT_TRUE(std::ranges::equal(rollout.Next().values(), look.prediction.values()));
  });
}

}  // namespace
}  // namespace hypnos
