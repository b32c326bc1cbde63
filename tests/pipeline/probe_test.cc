#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "hypnos/tensor/bfloat16.h"
#include "pipeline/fixture.h"
#include "support/counting_allocator.h"

namespace hypnos {
namespace {

using ::testing::SizeIs;

// Also what was probed.
class ProbeRecorder final : public Recorder {
 public:
  void OnProbe(const ProbeReport& report) override { probes.push_back(report); }

  std::vector<ProbeReport> probes;
};

struct Probed {
  explicit Probed(const PipelineOptions& options, std::vector<Frame> frames = MakeClip(100))
      : pipeline(options, clock, recorder) {
    FrameQueue queue(frames.size() + 1, OnFull::kBlock);
    Fill(queue, std::move(frames));
    auto result = pipeline.Run(queue);
    EXPECT_TRUE(result.ok());
    summary = *std::move(result);
  }

  int64_t Times(ProbeReason reason) const {
    return std::ranges::count(recorder.probes, reason, &ProbeReport::reason);
  }
  std::vector<float> Weights() const {
    const Matrix weights = pipeline.network()->layer(1).parameters().weights;
    return {weights.values().begin(), weights.values().end()};
  }

  SystemClock clock;
  ProbeRecorder recorder;
  Pipeline pipeline;
  RunSummary summary;
};

PipelineOptions Probing() {
  PipelineOptions options = SmallPipeline();
  options.probe = {.sequences = 2, .interval_frames = 10, .locations = 5, .every_steps = 0};
  return options;
}

PipelineOptions NotProbing() {
  PipelineOptions options = Probing();
  options.probe.sequences = 0;
  return options;
}

TEST(Probe, ChangesNoBitOfWhatIsLearned) {
  for (const LearningRule rule : {LearningRule::kRehearsed, LearningRule::kDeferredContrast,
                                  LearningRule::kInterleaved, LearningRule::kLooking}) {
    PipelineOptions with = Probing(), without = NotProbing();
    with.probe.every_steps = 7;
    for (PipelineOptions* options : {&with, &without}) {
      options->network.learning.rule = rule;
      options->negatives = {.dream = 1, .hybrid = 1, .splice = 1};
    }
    const Probed probed(with), alone(without);
    EXPECT_FALSE(probed.recorder.probes.empty());
    EXPECT_EQ(probed.recorder.text, alone.recorder.text);
    EXPECT_EQ(probed.Weights(), alone.Weights());
  }
}

TEST(Probe, FiguresDoNotDependOnTheThreads) {
  PipelineOptions one = Probing(), many = Probing();
  one.threads = 1;
  one.frames_in_flight = 1;
  many.threads = 16;
  const Probed first(one), second(many);
  ASSERT_EQ(first.recorder.probes.size(), second.recorder.probes.size());
  for (size_t i = 0; i < first.recorder.probes.size(); ++i) {
    const ProbeFigures &a = first.recorder.probes[i].figures,
                       &b = second.recorder.probes[i].figures;
    for (size_t l = 0; l < a.layers.size(); ++l) {
      EXPECT_EQ(a.layers[l].auc, b.layers[l].auc);
      EXPECT_EQ(a.layers[l].real_goodness, b.layers[l].real_goodness);
    }
  }
}

TEST(Probe, IsScoredWhenTheSetIsWholeAndAfterEachSleep) {
  const Probed probed(Probing());
  EXPECT_EQ(probed.Times(ProbeReason::kCollected), 1);
  // A sequence of 3 + 5 frames begins with frames 0 and 10: sleeps before that are not scored.
  EXPECT_EQ(probed.recorder.probes.front().reason, ProbeReason::kCollected);
  EXPECT_EQ(probed.Times(ProbeReason::kAfterSleep),
            static_cast<int64_t>(probed.summary.sleeps) - 1);
  EXPECT_EQ(probed.summary.probes.scored, static_cast<int64_t>(probed.recorder.probes.size()));
  EXPECT_GT(probed.summary.probes.took, Duration::zero());
}

TEST(Probe, HasTheSetThatIsConfigured) {
  const Probed probed(Probing());
  const ProbeFigures& figures = probed.recorder.probes.back().figures;
  EXPECT_EQ(figures.sequences, 2u);
  EXPECT_EQ(figures.locations, 5u);
  EXPECT_THAT(figures.layers, SizeIs(3));
  EXPECT_THAT(probed.recorder.probes.back().contrast, SizeIs(3));
}

TEST(Probe, EverySoManyStepsAlsoWhereThereIsNoSleep) {
  PipelineOptions options = Probing();
  options.network.learning.rule = LearningRule::kInterleaved;
  options.probe.every_steps = 20;
  const Probed probed(options);
  EXPECT_EQ(probed.Times(ProbeReason::kAfterSleep), 0);
  EXPECT_EQ(probed.Times(ProbeReason::kEverySteps), 4);
  for (size_t i = 1; i < probed.recorder.probes.size(); ++i) {
    if (probed.recorder.probes[i].reason != ProbeReason::kEverySteps) continue;
    EXPECT_EQ(probed.recorder.probes[i].learned_steps,
              probed.recorder.probes[i - 1].learned_steps + 20);
  }
}

TEST(Probe, AtTheEndWhereSomethingWasLearnedSinceTheLastTime) {
  const Probed probed(Probing(), MakeClip(97));
  const ProbeReport& last = probed.recorder.probes.back();
  EXPECT_EQ(probed.Times(ProbeReason::kEnd), 1);
  EXPECT_EQ(last.reason, ProbeReason::kEnd);
  EXPECT_GT(last.learned_steps, probed.recorder.probes.rbegin()[1].learned_steps);
  EXPECT_EQ(probed.summary.probes.last->reason, ProbeReason::kEnd);
  PipelineOptions options = Probing();
  options.network.learning.rule = LearningRule::kLooking;
  EXPECT_EQ(Probed(options).Times(ProbeReason::kEnd), 0) << "nothing was learned";
}

TEST(Probe, EverySoManyStepsAlsoWithinALongSleep) {
  PipelineOptions options = Probing();
  options.schedule = {.wake_steps = 40, .sleep_steps = 200};
  options.probe.after_sleep = false;
  options.probe.every_steps = 25;
  const Probed probed(options, MakeClip(45));
  EXPECT_GE(probed.Times(ProbeReason::kEverySteps), 5);
}

TEST(Probe, CutsBeginASequenceAnewSoThatNoneSpansOne) {
  std::vector<Frame> frames = MakeClip(100);
  for (size_t i = 0; i < frames.size(); i += 6) frames[i].discontinuity = Discontinuity::kClip;
  const Probed probed(Probing(), std::move(frames));
  EXPECT_THAT(probed.recorder.probes, SizeIs(0)) << "no clip is as long as a sequence";
}

TEST(Probe, FramesThatAreNotLearnedFromAreNoPartOfIt) {
  std::vector<Frame> frames = MakeClip(100);
  for (Frame& frame : frames) frame.learn = false;
  const Probed probed(Probing(), std::move(frames));
  EXPECT_THAT(probed.recorder.probes, SizeIs(0));
}

TEST(Probe, NoSequenceSpansFramesThatAreNotLearnedFrom) {
  std::vector<Frame> frames = MakeClip(100);
  for (size_t i = 4; i < frames.size(); i += 5) {
    frames[i].learn = false;
    frames[i].discontinuity = Discontinuity::kGap;
  }
  const Probed probed(Probing(), std::move(frames));
  EXPECT_THAT(probed.recorder.probes, SizeIs(0)) << "a sequence has eight frames";
  EXPECT_EQ(probed.recorder.frames[5].discontinuity, Discontinuity::kSwitch);
}

// Each look at it is a millisecond later.
class TickingClock final : public Clock {
 public:
  Instant Now() const override { return Instant(std::chrono::milliseconds(++now_)); }
  WallTime WallNow() const override { return {}; }

 private:
  mutable std::atomic<int64_t> now_ = 0;
};

TEST(Probe, TakesAsLongAsCollectingAndScoring) {
  const TickingClock clock;
  ProbeRecorder recorder;
  Pipeline pipeline(Probing(), clock, recorder);
  FrameQueue queue(100, OnFull::kBlock);
  Fill(queue, MakeClip(60));
  ASSERT_TRUE(pipeline.Run(queue).ok());
  // Two beginnings, two dreams, and the set that is made of them.
  EXPECT_EQ(recorder.probes.front().took, std::chrono::milliseconds(6));
  EXPECT_EQ(recorder.probes.back().took, std::chrono::milliseconds(1));
}

TEST(Probe, WholeFramesAndHeldOnesAreProbedToo) {
  PipelineOptions options = Probing();
  options.network.patches.size = 0;
  options.steps_per_frame = 3;
  options.network.layers[0].layer.storage = WeightStorage::kBfloat16;
  if (!HasBfloat16()) options.network.layers[0].layer.storage = WeightStorage::kFloat32;
  const Probed probed(options);
  ASSERT_FALSE(probed.recorder.probes.empty());
  EXPECT_EQ(probed.recorder.probes.back().figures.locations, 1u);
  EXPECT_TRUE(probed.recorder.probes.back().figures.layers[0].finite);
}

class ProbeCommandTest : public ::testing::Test {
 protected:
  // After the end, when it is done at once.
  static Result<ProbeReport> Ask(Pipeline& pipeline) {
    std::optional<Result<ProbeReport>> answer;
    pipeline.Post([&](PipelineControl& control) { answer.emplace(control.Probe()); });
    return *std::move(answer);
  }
};

TEST_F(ProbeCommandTest, ScoresWhenAsked) {
  Probed probed(Probing());
  const auto report = Ask(probed.pipeline);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->reason, ProbeReason::kAsked);
  EXPECT_EQ(probed.recorder.probes.back().reason, ProbeReason::kAsked);
}

TEST_F(ProbeCommandTest, SaysWhyNot) {
  SystemClock clock;
  PipelineObserver nobody;
  Pipeline unused(Probing(), clock, nobody);
  EXPECT_EQ(Ask(unused).error().reason, "NO_NETWORK");
  Probed without(NotProbing());
  EXPECT_EQ(Ask(without.pipeline).error().reason, "NO_PROBES");
  Probed shorter(Probing(), MakeClip(12));
  const auto early = Ask(shorter.pipeline);
  EXPECT_EQ(early.error().reason, "PROBES_NOT_COLLECTED");
  EXPECT_THAT(early.error().message, ::testing::HasSubstr("1 of 2 sequences"));
}

TEST_F(ProbeCommandTest, WithoutMemoryForItSaysSoAndTheNetworkStays) {
  Probed probed(Probing());
  const std::vector<float> weights = probed.Weights();
  for (int attempt = 0; attempt < 2; ++attempt) {
    largest_allocation = 1000;
    const auto report = Ask(probed.pipeline);
    largest_allocation = SIZE_MAX;
    ASSERT_FALSE(report.ok());
    EXPECT_EQ(report.error().code, Code::kResourceExhausted);
    EXPECT_EQ(report.error().reason, "OUT_OF_MEMORY");
  }
  EXPECT_EQ(probed.Weights(), weights);
}

}  // namespace
}  // namespace hypnos
