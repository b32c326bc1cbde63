// The pipeline computes what the equations say: compared with plain loops in double precision over
// 200 learning frames with a discontinuity, awake throughout and with nights between.
#include <gtest/gtest.h>

#include "pipeline/fixture.h"
#include "pipeline/reference_pipeline.h"

namespace hypnos {
namespace {

constexpr int64_t kFrames = 200;
constexpr int64_t kCut = 120;

std::vector<Frame> ClipWithCut() {
  auto frames = MakeClip(kFrames);
  frames[kCut].discontinuity = Discontinuity::kGap;
  return frames;
}

// |a - b| relative to the size of b's row.
double RelativeDifference(std::span<const float> a, const std::vector<double>& b) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(a[i]) - b[i]));
    size = std::max(size, std::abs(b[i]));
  }
  return difference / size;
}

struct Case {
  const char* name;
  int patch;
  InputScale scale;
  size_t constraint_units;
  WakeSleepOptions schedule;
  // 200 frames shall matter, but no faster: what is learned asleep enlarges what differs.
  float rate;
  // Sleep remembers in half precision: where single and double precision round to different
  // neighbours, inputs differ by 2^-11.
  double tolerance;
};

class Reference : public testing::TestWithParam<Case> {
 protected:
  void Compare(const std::vector<StepStatistics>& layers, const Tick& expected) const {
    for (size_t l = 0; l < 3; ++l) {
      const double goodness = expected.layers[l].goodness;
      ASSERT_NEAR(layers[l].goodness, goodness, GetParam().tolerance * std::abs(goodness) + 1e-6)
          << "layer " << l + 1;
      ASSERT_NEAR(layers[l].probability, expected.layers[l].probability, GetParam().tolerance)
          << "layer " << l + 1;
    }
  }
};

TEST_P(Reference, EqualsThePipelineOverTwoHundredLearningFrames) {
  const auto& [name, patch, scale, constraint_units, schedule, rate, tolerance] = GetParam();
  PipelineOptions options = SmallPipeline();
  options.schedule = schedule;
  options.network.patches.size = patch;
  options.network.input_scale = scale;
  options.network.learning.rate = rate;
  options.network.layers[1].layer.constraint_units = constraint_units;
  const auto initial =
      Network::Create(options.network, {1, 24, 32}, 4, Rng(options.seed).Fork("network"));
  ASSERT_TRUE(initial.ok());

  const Watched run(options, ClipWithCut());
  ASSERT_TRUE(run.result->ok()) << run.result->error().message;
  ReferencePipeline reference(options, *initial);
  for (const Frame& frame : ClipWithCut()) reference.Show(frame);

  ASSERT_EQ(run.recorder.frames.size(), reference.frames.size());
  for (size_t i = 0; i < reference.frames.size(); ++i) {
    SCOPED_TRACE(Format("frame {}", i));
    const double error = reference.frames[i].prediction_error;
    ASSERT_NEAR(run.recorder.frames[i].prediction_error.value_or(0), error, tolerance * error);
    Compare(run.recorder.frames[i].layers, reference.frames[i]);
    if (HasFatalFailure()) return;
  }
  ASSERT_EQ(run.recorder.dreams.size(), reference.dreams.size());
  for (size_t i = 0; i < reference.dreams.size(); ++i) {
    SCOPED_TRACE(Format("dream {}", i));
    Compare(run.recorder.dreams[i].layers, reference.dreams[i]);
    if (HasFatalFailure()) return;
  }
  const Network& network = *run.pipeline.network();
  double largest_drift = 0;
  for (size_t l = 0; l < 3; ++l) {
    for (size_t b = 0; b < network.grid().locations(); ++b) {
      const auto out = network.output(Lane::kReal, l, kFrames).row(b);
      EXPECT_LT(RelativeDifference(out, reference.network().out(Lane::kReal, l)[b]), tolerance);
    }
    const Matrix start = initial->layer(l).parameters().weights;
    const Matrix end = network.layer(l).parameters().weights;
    const auto before = start.values(), after = end.values();
    for (size_t i = 0; i < before.size(); ++i) {
      largest_drift = std::max(largest_drift, std::abs(static_cast<double>(after[i] - before[i])));
    }
  }
  EXPECT_GT(largest_drift, 0.01) << "nothing was learned, so nothing was compared";
}

constexpr WakeSleepOptions kAwake = {.wake_steps = 0, .sleep_steps = 0};
// A dream of five steps and one that is woken from.
constexpr WakeSleepOptions kNights = {.wake_steps = 20, .sleep_steps = 8};

INSTANTIATE_TEST_SUITE_P(
    Shapes, Reference,
    testing::Values(
        Case{"whole_frame", 0, InputScale::kLengthNormalised, 0, kAwake, 0.1f, 1e-5},
        Case{"grid", 8, InputScale::kLengthNormalised, 0, kAwake, 0.1f, 1e-5},
        Case{"grid_scaled_with_constraint_units", 8, InputScale::kScaled, 5, kAwake, 0.1f, 1e-5},
        Case{"rehearsed_grid", 8, InputScale::kLengthNormalised, 0, kNights, 0.005f, 1e-3},
        Case{"rehearsed_with_constraint_units", 8, InputScale::kScaled, 5, kNights, 0.005f, 1e-3}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace hypnos
