// What was learned is moved by what others have learned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "hypnos/pipeline/lasting.h"
#include "pipeline/fixture.h"

namespace hypnos {
namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

std::vector<float> Times(const std::vector<float>& values, float factor) {
  std::vector<float> scaled = values;
  for (float& value : scaled) value *= factor;
  return scaled;
}

// After a clip, when commands are done at once.
class BlendTest : public ::testing::Test {
 protected:
  static PipelineOptions Probing() {
    PipelineOptions options = SmallPipeline();
    options.network.learning.rule = LearningRule::kDeferredContrast;
    options.probe = {.sequences = 2, .interval_frames = 8};
    return options;
  }
  explicit BlendTest(PipelineOptions options = Probing())
      : pipeline(options, clock, recorder), queue(61, OnFull::kBlock) {
    Fill(queue, MakeClip(60));
    EXPECT_TRUE(pipeline.Run(queue).ok());
  }

  LastingState Lasting() {
    std::optional<LastingState> state;
    pipeline.Post([&](PipelineControl& control) {
      auto taken = control.TakeLasting();
      ASSERT_TRUE(taken.ok()) << taken.error().message;
      state = *std::move(taken);
    });
    return *state;
  }
  Result<BlendReport> Blend(const std::vector<float>& from, const std::vector<float>& to,
                            double tolerance) {
    std::optional<Result<BlendReport>> report;
    pipeline.Post([&](PipelineControl& control) { report = control.Blend(from, to, tolerance); });
    return *report;
  }

  SystemClock clock;
  Recorder recorder;
  Pipeline pipeline;
  FrameQueue queue;
};

TEST_F(BlendTest, AddsTheDifferenceToWhatLasts) {
  const LastingState before = Lasting();
  EXPECT_EQ(before.weights.size(), LastingCount(*pipeline.network()));
  EXPECT_GT(before.steps, 60u);
  const auto report = Blend(before.weights, Times(before.weights, 1.5f), kAny);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_TRUE(report->done);
  EXPECT_TRUE(report->judged);
  EXPECT_EQ(report->auc_after.size(), 3u);
  const LastingState after = Lasting();
  for (size_t i = 0; i < after.weights.size(); ++i) {
    ASSERT_NEAR(after.weights[i], 1.5f * before.weights[i], 1e-5f) << i;
  }
}

TEST_F(BlendTest, OfNoDifferenceNothingComes) {
  const LastingState before = Lasting();
  const auto report = Blend(before.weights, before.weights, 0);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->done);
  EXPECT_EQ(report->auc_before, report->auc_after);
  EXPECT_EQ(Lasting().weights, before.weights);
}

TEST_F(BlendTest, WhatWorsensTheFiguresIsRefusedAndChangesNothing) {
  const LastingState before = Lasting();
  // Of weights of zero nothing can be told apart.
  const auto report = Blend(before.weights, Times(before.weights, 0), 0.01);
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->done);
  EXPECT_GT(report->auc_before.front(), report->auc_after.front() + 0.01);
  EXPECT_EQ(Lasting().weights, before.weights);
}

TEST_F(BlendTest, WhatDoesNotFitIsRefused) {
  const LastingState before = Lasting();
  std::vector<float> wrong = before.weights;
  wrong.back() = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Blend(before.weights, wrong, kAny).error().reason, "WEIGHTS_NOT_FINITE");
  wrong.pop_back();
  EXPECT_EQ(Blend(before.weights, wrong, kAny).error().reason, "WEIGHTS_DO_NOT_FIT");
  EXPECT_EQ(Lasting().weights, before.weights);
}

TEST_F(BlendTest, WhereNothingIsLearnedNothingIsMoved) {
  pipeline.Post([](PipelineControl& control) { EXPECT_TRUE(control.SetLearning(false).ok()); });
  const LastingState before = Lasting();
  EXPECT_EQ(Blend(before.weights, Times(before.weights, 2), kAny).error().reason,
            "LEARNING_IS_OFF");
  EXPECT_EQ(Lasting().weights, before.weights);
}

class UnprobedBlendTest : public BlendTest {
 protected:
  static PipelineOptions Unprobed() {
    PipelineOptions options = Probing();
    options.probe.sequences = 0;
    return options;
  }
  UnprobedBlendTest() : BlendTest(Unprobed()) {}
};

TEST_F(UnprobedBlendTest, WithoutProbesNothingIsJudged) {
  const LastingState before = Lasting();
  const auto report = Blend(before.weights, Times(before.weights, 0), 0);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->done);
  EXPECT_FALSE(report->judged);
  EXPECT_TRUE(report->auc_before.empty());
}

TEST(Blend, BeforeTheFirstFrameThereIsNothing) {
  const SystemClock clock;
  PipelineObserver nobody;
  Pipeline pipeline(SmallPipeline(), clock, nobody);
  pipeline.Post([](PipelineControl& control) {
    EXPECT_EQ(control.TakeLasting().error().reason, "NO_NETWORK");
    EXPECT_EQ(control.Blend({}, {}, 1).error().reason, "NO_NETWORK");
  });
}

}  // namespace
}  // namespace hypnos
