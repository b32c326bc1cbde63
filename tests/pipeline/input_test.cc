// What reached a pipeline from outside, given again, leads to the same reports and weights, bit for
// bit: whatever came, in whatever phase, and however many threads there are.
#include "hypnos/pipeline/input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "pipeline/novel.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

class Tape final : public InputObserver, public InputScript {
 public:
  void OnInput(uint64_t moment, const PipelineInput& input) override {
    inputs.push_back({moment, input});
    const auto* replaced = std::get_if<StateReplaced>(&input);
    if (replaced == nullptr) return;
    MemorySaver saver;
    EXPECT_TRUE(replaced->control->SaveState(saver).ok());
    states[inputs.size() - 1] = saver.saved();
  }
  Result<std::optional<TimedInput>> Next() override {
    if (at == inputs.size()) return std::optional<TimedInput>();
    TimedInput next = inputs[at];
    if (auto* replaced = std::get_if<StateReplaced>(&next.input)) {
      const auto state = states.find(at);
      if (state != states.end()) replaced->state = std::make_shared<MemoryLoader>(state->second);
    }
    ++at;
    return std::optional(next);
  }

  template <class T>
  size_t Count() const {
    return static_cast<size_t>(std::ranges::count_if(
        inputs, [](const auto& timed) { return std::holds_alternative<T>(timed.input); }));
  }

  std::deque<TimedInput> inputs;
  std::map<size_t, SavedState> states;  // by the place of the input
  size_t at = 0;
};

std::string WeightsOf(const Pipeline& pipeline) {
  if (pipeline.network() == nullptr) return "no network";
  std::string text;
  const auto add = [&](std::span<const float> values) {
    for (const float value : values) text += Format("{:a} ", value);
  };
  for (size_t l = 0; l < pipeline.network()->layer_count(); ++l) {
    const LayerParameters parameters = pipeline.network()->layer(l).parameters();
    add(parameters.weights.values());
    add(parameters.bias.values());
  }
  add(pipeline.network()->generator().weights().values());
  return text;
}

// What came of it.
struct Outcome {
  std::string reports;
  std::string weights;
  bool ok = false;
  std::string message;
};

class InputRecorder : public Recorder {
 public:
  void OnFrame(const FrameReport& report) override {
    Recorder::OnFrame(report);
    if (report.novelty) text += Format("novelty {:a}\n", report.novelty->score);
  }
};

Outcome Replay(PipelineOptions options, Tape tape, int threads) {
  options.threads = threads;
  const SystemClock clock;
  InputRecorder recorder;
  Pipeline pipeline(options, clock, recorder);
  const auto result = pipeline.Replay(tape);
  return {recorder.text, WeightsOf(pipeline), result.ok(),
          result.ok() ? "" : result.error().message};
}

// Sleeps by whatever there is to sleep by.
PipelineOptions ByTheClock() {
  PipelineOptions options = SmallPipeline();
  options.schedule.quiet = std::chrono::milliseconds(3);
  options.schedule.longest_sleep_steps = 50;
  options.schedule.need.negatives_above = 0.01;
  options.schedule.least_wake_steps = 4;
  options.probe = {.sequences = 2, .interval_frames = 8, .every_steps = 9};
  return options;
}

// A pipeline whose tape runs, and commands that are posted from its own reports: at whatever moment
// the steps under way happen to be at.
class InputTest : public ::testing::Test {
 protected:
  class Commander final : public InputRecorder {
   public:
    void OnFrame(const FrameReport& report) override {
      InputRecorder::OnFrame(report);
      if (on_report) on_report(++reports);
    }
    void OnDream(const DreamReport& report) override {
      Recorder::OnDream(report);
      if (on_report) on_report(++reports);
    }
    std::function<void(int)> on_report;
    int reports = 0;
  };

  void ExpectSameAgain() {
    const std::string weights = WeightsOf(pipeline);
    for (const int threads : {1, 3}) {
      const Outcome again = Replay(options, tape, threads);
      ASSERT_TRUE(again.ok) << again.message;
      EXPECT_TRUE(again.reports == commander.text) << threads << " threads";
      EXPECT_TRUE(again.weights == weights) << threads << " threads";
    }
  }

  PipelineOptions options = SmallPipeline();
  SystemClock clock;
  Commander commander;
  Tape tape;
  Pipeline pipeline{options, clock, commander};
};

TEST_F(InputTest, OneStreamThroughWakeAndSleep) {
  pipeline.SetInputObserver(&tape);
  FrameQueue queue(61, OnFull::kBlock);
  Fill(queue, MakeClip(60));
  ASSERT_TRUE(pipeline.Run(queue).ok());
  EXPECT_EQ(tape.Count<FrameTaken>(), 60u);
  EXPECT_EQ(tape.Count<StreamEnded>(), 1u);
  EXPECT_GE(pipeline.summary().sleeps, 4u);
  ExpectSameAgain();
}

TEST_F(InputTest, ReplayingIsToldAsItWas) {
  pipeline.SetInputObserver(&tape);
  FrameQueue queue(31, OnFull::kBlock);
  Fill(queue, MakeClip(30));
  ASSERT_TRUE(pipeline.Run(queue).ok());
  Tape told, given = tape;
  Pipeline again(options, clock, commander);
  again.SetInputObserver(&told);
  ASSERT_TRUE(again.Replay(given).ok());
  ASSERT_EQ(told.inputs.size(), tape.inputs.size());
  for (size_t i = 0; i < told.inputs.size(); ++i) {
    EXPECT_EQ(told.inputs[i].moment, tape.inputs[i].moment);
    EXPECT_EQ(told.inputs[i].input.index(), tape.inputs[i].input.index());
  }
}

TEST_F(InputTest, VerdictsOnWhatIsUnusual) {
  options = NovelByError();
  Pipeline novel(options, clock, commander);
  novel.SetInputObserver(&tape);
  bool posted = false;
  commander.on_report = [&](int) {
    if (posted || commander.frames.size() < 390) return;
    posted = true;
    novel.Post([](PipelineControl& control) {
      const auto dismissed = PipelineControl::Verdict::kDismissed;
      EXPECT_FALSE(control.JudgeNovelty("", 99, dismissed));
      EXPECT_TRUE(control.JudgeNovelty("", 1, dismissed));
    });
  };
  FrameQueue queue(451, OnFull::kBlock);
  Fill(queue, FlickeringClip(450, 320, 345));
  ASSERT_TRUE(novel.Run(queue).ok());
  EXPECT_EQ(tape.Count<NoveltyJudged>(), 1u);
  for (const int threads : {1, 3}) {
    const Outcome again = Replay(options, tape, threads);
    ASSERT_TRUE(again.ok) << again.message;
    EXPECT_TRUE(again.reports == commander.text) << threads << " threads";
  }
}

// Everything that may be asked for, drawn at random. `saved`: what it may go back to.
void Disturb(PipelineControl& control, size_t classes, Rng& rng, std::optional<SavedState>& saved) {
  switch (rng.Below(12)) {
    case 8: {
      MemorySaver saver;
      if (control.SaveState(saver).ok()) saved = saver.saved();
      return;
    }
    case 9: {
      if (!saved) return;
      MemoryLoader loader(*saved);
      EXPECT_TRUE(control.RestoreState(loader).ok());
      return;
    }
    case 0:
      (void)control.SetLearning(rng.Below(3) > 0);
      return;
    case 1:
      (void)control.SleepNow(rng.Below(12));
      return;
    case 2:
      control.WakeNow();
      return;
    case 3:
      control.WakeAfterDream();
      return;
    case 4:
      if (classes == 0) return;
      (void)control.SetLabel(
          rng.Below(2) > 0 ? std::optional<size_t>(rng.Below(classes)) : std::nullopt,
          rng.Below(2) > 0 ? "" : "a");
      return;
    case 5:
      (void)control.TakeLook({.weights = true});
      return;
    case 6:
      (void)control.Probe();
      return;
    case 10:
      (void)control.ResumeLearning(rng.Below(2) == 0);
      return;
    case 7:
      (void)control.HoldLearning(rng.Below(3) == 0);
      return;
    default:
      // Two at once, so that one undoes the other.
      control.WakeNow();
      (void)control.SleepNow(5);
  }
}

// Goes back now and then.
PipelineOptions Nervous() {
  PipelineOptions nervous = SmallPipeline();
  nervous.network.learning.rate = 0.01f;
  nervous.probe = {.sequences = 2, .interval_frames = 8, .every_steps = 6};
  nervous.guard = {
      .enabled = true,
      .limits = {.dead_units = {}, .weight_norm = 1.01, .margin = 0.002, .scorings = 1},
      .attempts = 2,
      .rate_factor = 0.8,
      .keep_every_steps = 1};
  return nervous;
}

PipelineOptions Labelled() {
  PipelineOptions labelled = SmallPipeline();
  labelled.network.learning.rule = LearningRule::kRehearsed;
  labelled.network.labels = {.classes = 3, .shown = true};
  labelled.network.layers.back().top_down = true;
  labelled.negatives = {.dream = 1, .hybrid = 1, .splice = 1, .random_label = 1};
  labelled.probe = {.sequences = 2, .interval_frames = 8, .every_steps = 7};
  return labelled;
}

class DisturbedTest : public ::testing::TestWithParam<uint64_t> {};

// Two streams, of which one is live and drops what comes too fast, a third that comes and goes, and
// somebody who asks for anything at any time: no two runs are the same, and each can be repeated.
TEST_P(DisturbedTest, IsRepeatedBitForBit) {
  Rng rng(GetParam());
  PipelineOptions options = GetParam() % 4 == 0   ? SmallPipeline()
                            : GetParam() % 4 == 1 ? Labelled()
                            : GetParam() % 4 == 2 ? ByTheClock()
                                                  : Nervous();
  if (GetParam() > 8) options.while_asleep = WhileAsleep::kRemember;
  const SystemClock clock;
  Recorder recorder;
  Tape tape;
  Pipeline pipeline(options, clock, recorder);
  pipeline.SetInputObserver(&tape);
  FrameQueue one(2, OnFull::kBlock), other(2, OnFull::kDropOldest), third(4, OnFull::kBlock);
  pipeline.Post([&](PipelineControl& control) {
    control.AddStream({.name = "a", .queue = &one});
    control.AddStream({.name = "b", .queue = &other, .waited_for = false});
  });
  std::atomic<bool> ended = false;
  const auto feed = [](FrameQueue& queue, int frames) {
    for (int i = 0; i < frames; ++i) queue.Push(MakeFrame(i));
    queue.Finish(FrameOrEnd(EndOfStream{}));
  };
  std::thread first(feed, std::ref(one), 40), second(feed, std::ref(other), 40);
  std::thread third_feeder(feed, std::ref(third), 10);
  std::optional<SavedState> saved;  // of commands, which are done one after the other
  std::thread disturber([&] {
    for (int i = 0; !ended && i < 200; ++i) {
      if (i == 5) {
        pipeline.Post(
            [&](PipelineControl& control) { control.AddStream({.name = "c", .queue = &third}); });
      }
      if (i == 40) pipeline.Post([](PipelineControl& control) { control.RemoveStream("c"); });
      const Rng own = rng.Fork(std::to_string(i));
      pipeline.Post(
          [own, classes = options.network.labels.classes, &saved](PipelineControl& control) {
            Rng drawn = own;
            Disturb(control, classes, drawn, saved);
          });
      std::this_thread::sleep_for(std::chrono::microseconds(rng.Below(2000)));
      if (GetParam() % 4 == 0 && i == 60) pipeline.Stop();
    }
    // Whatever was asked for last, it is to come to an end.
    pipeline.Post([](PipelineControl& control) { control.WakeNow(); });
  });
  const auto result = pipeline.Run();
  ended = true;
  disturber.join();
  for (FrameQueue* queue : {&one, &other, &third}) queue->Close();
  first.join();
  second.join();
  third_feeder.join();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_GT(tape.inputs.size() - tape.Count<FrameTaken>(), 4u);

  const std::string weights = WeightsOf(pipeline);
  for (const int threads : {1, 4}) {
    const Outcome again = Replay(options, tape, threads);
    ASSERT_TRUE(again.ok) << again.message;
    EXPECT_TRUE(again.reports == recorder.text) << threads << " threads";
    EXPECT_TRUE(again.weights == weights) << threads << " threads";
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DisturbedTest, ::testing::Range<uint64_t>(1, 17));

// Half of it is lived by one pipeline, whose state another one goes on from, whose recording a
// third repeats.
TEST_F(InputTest, WhatGoesOnFromAStateIsRepeated) {
  for (const bool continues : {true, false}) {
    for (const int64_t frames : {20, 33, 47}) {
      SavedState half;
      {
        Pipeline before(options, clock, commander);
        FrameQueue queue(100, OnFull::kBlock);
        Fill(queue, MakeClip(frames));
        ASSERT_TRUE(before.Run(queue).ok());
        before.Post([&](PipelineControl& control) {
          (void)control.SetLearning(frames != 33);
          MemorySaver saver;
          EXPECT_TRUE(control.SaveState(saver).ok());
          half = saver.saved();
        });
      }
      Recorder second;
      Tape recorded;
      Pipeline after(options, clock, second);
      MemoryLoader loader(half);
      ASSERT_TRUE(after.Load(loader).ok());
      after.SetInputObserver(&recorded);
      EXPECT_EQ(recorded.Count<StateReplaced>(), 1u);
      FrameQueue rest(100, OnFull::kBlock), other(100, OnFull::kBlock);
      Fill(rest, MakeClip(40));
      Fill(other, MakeClip(20));
      after.Post([&](PipelineControl& control) {
        (void)control.SetLearning(true);
        control.AddStream({.name = "", .queue = &rest, .continues = continues});
        control.AddStream({.name = "other", .queue = &other});
      });
      ASSERT_TRUE(after.Run().ok());
      for (const int threads : {1, 4}) {
        const Outcome again = Replay(options, recorded, threads);
        ASSERT_TRUE(again.ok) << again.message;
        EXPECT_TRUE(again.reports == second.text) << threads << " threads, " << frames;
        EXPECT_TRUE(again.weights == WeightsOf(after)) << threads << " threads, " << frames;
      }
    }
  }
}

TEST_F(InputTest, ImportedWeightsAreRepeated) {
  pipeline.SetInputObserver(&tape);
  PipelineObserver nobody;
  Pipeline teacher(options, clock, nobody);
  FrameQueue lessons(41, OnFull::kBlock), queue(61, OnFull::kBlock);
  Fill(lessons, MakeClip(40));
  Fill(queue, MakeClip(60));
  ASSERT_TRUE(teacher.Run(lessons).ok());
  commander.on_report = [&](int reports) {
    if (reports != 30) return;
    pipeline.Post(
        [&](PipelineControl& control) { EXPECT_TRUE(control.Import(*teacher.network()).ok()); });
  };
  ASSERT_TRUE(pipeline.Run(queue).ok());
  EXPECT_EQ(tape.Count<StateReplaced>(), 1u);
  for (const int threads : {1, 3}) {
    const Outcome again = Replay(options, tape, threads);
    ASSERT_TRUE(again.ok) << again.message;
    EXPECT_TRUE(again.weights == WeightsOf(pipeline)) << threads << " threads";
  }
}

// At any moment, awake and asleep, beside what is usual and goes on being so.
TEST_F(InputTest, BlendedWeightsAreRepeated) {
  pipeline.SetInputObserver(&tape);
  FrameQueue queue(91, OnFull::kBlock);
  Fill(queue, MakeClip(90));
  int blends = 0;
  commander.on_report = [&](int reports) {
    if (reports % 23 != 0) return;
    pipeline.Post([&](PipelineControl& control) {
      const auto own = control.TakeLasting();
      ASSERT_TRUE(own.ok());
      std::vector<float> mean = own->weights;
      for (float& weight : mean) weight *= 0.97f;
      EXPECT_TRUE(control.Blend(own->weights, mean, 1).ok());
      ++blends;
    });
  };
  ASSERT_TRUE(pipeline.Run(queue).ok());
  EXPECT_GT(blends, 3);
  EXPECT_EQ(tape.Count<StateReplaced>(), static_cast<size_t>(blends));
  for (const int threads : {1, 3}) {
    const Outcome again = Replay(options, tape, threads);
    ASSERT_TRUE(again.ok) << again.message;
    EXPECT_TRUE(again.weights == WeightsOf(pipeline)) << threads << " threads";
  }
}

// Where no frame comes for long it sleeps, and a replay, to which frames come at once, sleeps
// there, too.
TEST_F(InputTest, SleepsOfTheClockAreRepeated) {
  options = ByTheClock();
  options.schedule.need = {};
  Pipeline quiet(options, clock, commander);
  quiet.SetInputObserver(&tape);
  FrameQueue queue(2, OnFull::kDropOldest);
  std::thread feeder([&] {
    for (int i = 0; i < 80; ++i) {
      queue.Push(MakeFrame(i));
      // Whoever asks for something makes it look at the clock, too.
      for (int ms = 0; ms < (i % 20 == 19 ? 60 : 1); ++ms) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        quiet.Post([](PipelineControl&) {});
      }
    }
    queue.Finish(FrameOrEnd(EndOfStream{}));
  });
  const auto result = quiet.Run(queue);
  feeder.join();
  ASSERT_TRUE(result.ok());
  EXPECT_GT(tape.Count<ClockEndedPhase>(), 1u);
  const Outcome again = Replay(options, tape, 3);
  ASSERT_TRUE(again.ok) << again.message;
  EXPECT_TRUE(again.reports == commander.text);
  EXPECT_TRUE(again.weights == WeightsOf(quiet));
}

TEST_F(InputTest, AnEndlessSleepThatWasCutOffEnds) {
  pipeline.SetInputObserver(&tape);
  options.schedule = {.wake_steps = 10, .sleep_steps = 0};
  Pipeline sleepless(options, clock, commander);
  sleepless.SetInputObserver(&tape);
  FrameQueue queue(31, OnFull::kBlock);
  Fill(queue, MakeClip(30));
  std::atomic<bool> asked = false;
  commander.on_report = [&](int reports) {
    if (reports == 20 && !asked.exchange(true)) {
      sleepless.Post([](PipelineControl& control) { (void)control.SleepNow(0); });
    }
    if (reports > 40) sleepless.Stop();
  };
  ASSERT_TRUE(sleepless.Run(queue).ok());
  ASSERT_TRUE(std::holds_alternative<RunEnded>(tape.inputs.back().input));
  // As if it had been killed.
  tape.inputs.pop_back();
  const Outcome again = Replay(options, tape, 2);
  EXPECT_TRUE(again.ok) << again.message;
}

TEST_F(InputTest, AnotherScheduleIsNoticed) {
  pipeline.SetInputObserver(&tape);
  FrameQueue queue(61, OnFull::kBlock);
  Fill(queue, MakeClip(60));
  ASSERT_TRUE(pipeline.Run(queue).ok());
  PipelineOptions other = options;
  other.schedule.wake_steps += 1;
  const Outcome again = Replay(other, tape, 2);
  EXPECT_FALSE(again.ok);
  EXPECT_THAT(again.message, ::testing::HasSubstr("the recording does not fit this run"));
}

// What no recording of ours says.
TEST_F(InputTest, NonsenseIsRefused) {
  const auto replayed = [&](std::vector<TimedInput> inputs) {
    Tape nonsense;
    nonsense.inputs.assign(inputs.begin(), inputs.end());
    return Replay(options, nonsense, 1).ok;
  };
  const TimedInput added{0, StreamAdded{"a"}};
  const FrameTaken frame{"a", MakeFrame(0)};
  EXPECT_TRUE(replayed({}));
  EXPECT_TRUE(replayed({added, {0, frame}}));
  EXPECT_FALSE(replayed({added, added}));
  EXPECT_FALSE(replayed({{0, frame}}));
  EXPECT_FALSE(replayed({added, {7, frame}}));
  EXPECT_FALSE(replayed({added, {0, FrameTaken{"b", MakeFrame(0)}}}));
  EXPECT_FALSE(replayed({added, {0, frame}, {0, SleepOrdered{}}}));
  EXPECT_FALSE(replayed({added, {0, WakeOrdered{}}}));
  EXPECT_FALSE(replayed({added, {0, LearningSwitched{true}}}));
  EXPECT_FALSE(replayed({added, {0, LabelOrdered{"b", 1}}}));
  EXPECT_FALSE(replayed({added, {0, NoveltyJudged{"b", 1, true}}}));
  EXPECT_FALSE(replayed({added, {0, frame}, {1, StreamEnded{"a", {}}}, {2, StreamEnded{"a", {}}}}));
  EXPECT_FALSE(replayed({added, {0, StreamRemoved{"b"}}}));
  EXPECT_FALSE(replayed({{0, StateReplaced{}}}));
  EXPECT_FALSE(replayed({{0, StateReplaced{.begins = true}}}));
  EXPECT_FALSE(replayed({added, {0, StateReplaced{.begins = true}}}));
}

}  // namespace
}  // namespace hypnos
