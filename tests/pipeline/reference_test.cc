// The pipeline computes what the equations say: compared with plain loops in double precision over
// 200 learning frames with a discontinuity: awake throughout, with nights between, with dreams
// beside; and with every kind of negative in the place of dreams.
#include <gtest/gtest.h>

#include "hypnos/tensor/softmax.h"
#include "pipeline/fixture.h"
#include "pipeline/reference_pipeline.h"

namespace hypnos {
namespace {

constexpr int64_t kFrames = 200;
constexpr int64_t kCut = 120;

// Labels come and go, and one stands where a frame before it has another.
std::vector<Frame> ClipWithCut(int64_t frames = kFrames) {
  auto clip = MakeClip(frames);
  for (size_t i = 0; i < clip.size(); ++i) {
    if (i / 9 % 3 < 2) clip[i].label = i / 13 % 4;
  }
  if (kCut < frames) clip[kCut].discontinuity = Discontinuity::kGap;
  return clip;
}

// |a - b| relative to the largest of b's row. What a layer publishes has a mean square of 1, unless
// it is silent.
double RelativeDifference(std::span<const float> a, const std::vector<double>& b) {
  double difference = 0, size = 1;
  for (size_t i = 0; i < b.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(a[i]) - b[i]));
    size = std::max(size, std::abs(b[i]));
  }
  return difference / size;
}

struct Case {
  const char* name;
  LearningRule rule;
  int patch;
  int stride;  // 0: patches side by side
  InputScale scale;
  // Of each layer. Awake so many that rounding errors, which differ from processor to processor,
  // stay a tenth of what is allowed: of few units sometimes hardly one is active, and what rules
  // then is how its inputs were rounded.
  size_t units;
  size_t constraint_units;
  WakeSleepOptions schedule;
  // 200 frames shall matter, but no faster: what is learned asleep enlarges what differs.
  float rate;
  // Sleep remembers in half precision: where single and double precision round to different
  // neighbours, inputs differ by 2^-11.
  double tolerance;
  NegativeWeights negatives = {};
  int dream_steps = 5;
  LabelPlace place = LabelPlace::kTop;
};

class Reference : public testing::TestWithParam<Case> {
 protected:
  static PipelineOptions Options() {
    const Case& c = GetParam();
    PipelineOptions options = SmallPipeline();
    options.schedule = c.schedule;
    options.negatives = c.negatives;
    options.dream_steps = c.dream_steps;
    options.network.learning.rule = c.rule;
    options.network.patches = {.size = c.patch, .stride = c.stride};
    options.network.input_scale = c.scale;
    options.network.learning.rate = c.rate;
    for (auto& layer : options.network.layers) layer.layer.units = c.units;
    options.network.layers[1].layer.constraint_units = c.constraint_units;
    options.network.labels = {
        .classes = 4, .shown = c.negatives.wrong_label(), .place = c.place, .strength = 2};
    return options;
  }

  static Network Initial(const PipelineOptions& options) {
    return Network::Create(options.network, {1, 24, 32}, 4, Rng(options.seed).Fork("network"))
        .value();
  }

  // Relative; where a goodness is next to nothing, to a tenth of the threshold.
  static void Compare(const std::vector<StepStatistics>& layers, const Tick& expected) {
    const double tolerance = GetParam().tolerance;
    for (size_t l = 0; l < 3; ++l) {
      const double goodness = expected.layers[l].goodness;
      ASSERT_NEAR(layers[l].goodness, goodness, tolerance * (std::abs(goodness) + 0.1))
          << "layer " << l + 1;
      ASSERT_NEAR(layers[l].probability, expected.layers[l].probability, tolerance)
          << "layer " << l + 1;
    }
  }

  static void CompareLabels(const FrameReport& report, const ReferencePipeline& expected,
                            size_t i) {
    const double tolerance = 10 * GetParam().tolerance;
    for (size_t c = 0; c < 4; ++c) {
      ASSERT_NEAR(report.label_read_out[c], expected.label_probabilities[i][c], tolerance);
    }
    if (!GetParam().negatives.wrong_label()) {
      ASSERT_TRUE(report.label_goodness.empty());
      return;
    }
    std::vector<float> goodness(expected.label_log_odds[i].begin(),
                                expected.label_log_odds[i].end());
    Softmax(goodness);
    for (size_t c = 0; c < 4; ++c) {
      ASSERT_NEAR(report.label_goodness[c], goodness[c], tolerance) << "label " << c;
    }
  }

  // After so many frames.
  static void CompareUnits(const Network& network, int64_t frames,
                           const ReferenceNetwork& expected) {
    for (size_t l = 0; l < 3; ++l) {
      for (size_t b = 0; b < network.grid().locations(); ++b) {
        const auto out = network.output(Lane::kReal, l, frames).row(b);
        ASSERT_LT(RelativeDifference(out, expected.out(Lane::kReal, l)[b]), GetParam().tolerance)
            << "layer " << l + 1 << ", location " << b;
      }
    }
  }
};

double LargestDrift(const Network& before, const Network& after) {
  double largest = 0;
  for (size_t l = 0; l < before.layer_count(); ++l) {
    const Matrix from = before.layer(l).parameters().weights;
    const Matrix to = after.layer(l).parameters().weights;
    for (size_t i = 0; i < from.values().size(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(to.values()[i] - from.values()[i])));
    }
  }
  return largest;
}

TEST_P(Reference, EqualsThePipelineOverTwoHundredLearningFrames) {
  const PipelineOptions options = Options();
  const Network initial = Initial(options);
  const Watched run(options, ClipWithCut());
  ASSERT_TRUE(run.result->ok()) << run.result->error().message;
  ReferencePipeline reference(options, initial);
  for (const Frame& frame : ClipWithCut()) reference.Show(frame);

  ASSERT_EQ(run.recorder.frames.size(), reference.frames.size());
  for (size_t i = 0; i < reference.frames.size(); ++i) {
    SCOPED_TRACE(Format("frame {}", i));
    const double error = reference.frames[i].prediction_error;
    ASSERT_NEAR(run.recorder.frames[i].prediction_error.value_or(0), error,
                GetParam().tolerance * error);
    Compare(run.recorder.frames[i].layers, reference.frames[i]);
    if (HasFatalFailure()) return;
    CompareLabels(run.recorder.frames[i], reference, i);
    if (HasFatalFailure()) return;
  }
  ASSERT_EQ(run.recorder.dreams.size(), reference.dreams.size());
  for (size_t i = 0; i < reference.dreams.size(); ++i) {
    SCOPED_TRACE(Format("dream {}, {}", i, ToString(reference.kinds[i])));
    ASSERT_EQ(run.recorder.dreams[i].kind, reference.kinds[i]);
    ASSERT_EQ(run.recorder.dreams[i].step, reference.dreams[i].age);
    Compare(run.recorder.dreams[i].layers, reference.dreams[i]);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(LargestDrift(initial, *run.pipeline.network()), 0.01)
      << "nothing was learned, so nothing was compared";
}

// Seen while it goes on: before the cut, at the first frame after it, and at the end.
TEST_P(Reference, EqualsThePipelineUnitByUnit) {
  const PipelineOptions options = Options();
  const Network initial = Initial(options);
  const auto clip = ClipWithCut();
  ReferencePipeline reference(options, initial);
  size_t shown = 0;
  for (const int64_t frames : {int64_t{50}, kCut, kCut + 1, kFrames}) {
    SCOPED_TRACE(Format("after {} frames", frames));
    while (shown < static_cast<size_t>(frames)) reference.Show(clip[shown++]);
    const Watched run(options, ClipWithCut(frames));
    ASSERT_TRUE(run.result->ok()) << run.result->error().message;
    CompareUnits(*run.pipeline.network(), frames, reference.network());
    if (HasFatalFailure()) return;
  }
}

constexpr WakeSleepOptions kAwake = {.wake_steps = 0, .sleep_steps = 0};
// A dream of five steps and one that is woken from.
constexpr WakeSleepOptions kNights = {.wake_steps = 20, .sleep_steps = 8};
constexpr WakeSleepOptions kNightsOfEight = {.wake_steps = 20, .sleep_steps = 14};
constexpr NegativeWeights kEven = {.dream = 1, .one_step = 1, .hybrid = 1, .splice = 1};
constexpr NegativeWeights kLabels = {.dream = 1, .random_label = 1, .predicted_label = 2};
constexpr InputScale kNormalised = InputScale::kLengthNormalised, kScaled = InputScale::kScaled;

constexpr LearningRule kRehearsed = LearningRule::kRehearsed,
                       kInterleaved = LearningRule::kInterleaved;

INSTANTIATE_TEST_SUITE_P(
    Shapes, Reference,
    testing::Values(
        Case{"whole_frame", kRehearsed, 0, 0, kNormalised, 32, 0, kAwake, 0.1f, 1e-5},
        Case{"grid", kRehearsed, 8, 0, kNormalised, 32, 0, kAwake, 0.1f, 1e-5},
        Case{"overlapping_grid", kRehearsed, 8, 4, kNormalised, 32, 0, kAwake, 0.1f, 1e-5},
        Case{"grid_scaled_with_constraint_units", kRehearsed, 8, 0, kScaled, 32, 5, kAwake, 0.1f,
             1e-5},
        Case{"interleaved_grid", kInterleaved, 8, 0, kNormalised, 32, 0, kAwake, 0.005f, 1e-3},
        Case{"interleaved_overlapping_grid", kInterleaved, 8, 4, kNormalised, 32, 0, kAwake, 0.005f,
             1e-3},
        Case{"rehearsed_grid", kRehearsed, 8, 0, kNormalised, 16, 0, kNights, 0.005f, 1e-3},
        Case{"rehearsed_with_constraint_units", kRehearsed, 8, 0, kScaled, 16, 5, kNights, 0.005f,
             2e-3},
        Case{"interleaved_with_every_negative", kInterleaved, 8, 0, kNormalised, 32, 0, kAwake,
             0.002f, 1e-3, kEven, 8},
        Case{"rehearsed_with_every_negative", kRehearsed, 8, 0, kNormalised, 16, 0, kNightsOfEight,
             0.005f, 1e-3, kEven, 8},
        Case{"interleaved_with_wrong_labels", kInterleaved, 8, 0, kNormalised, 32, 0, kAwake,
             0.002f, 1e-3, kLabels, 8},
        Case{"interleaved_with_wrong_labels_beside_the_input", kInterleaved, 8, 0, kScaled, 32, 5,
             kAwake, 0.001f, 1e-3, kLabels, 8, LabelPlace::kInput},
        Case{"rehearsed_with_wrong_labels", kRehearsed, 8, 0, kNormalised, 16, 0, kNightsOfEight,
             0.002f, 1e-3, kLabels, 8},
        Case{"rehearsed_with_wrong_labels_beside_the_input", kRehearsed, 8, 0, kNormalised, 16, 0,
             kNightsOfEight, 0.002f, 1e-3, kLabels, 8, LabelPlace::kInput},
        Case{"whole_frame_with_wrong_labels", kRehearsed, 0, 0, kNormalised, 32, 0, kNightsOfEight,
             0.0005f, 1e-3, kLabels, 8}),
    [](const auto& test) { return test.param.name; });

// Names the case, not its bytes.
void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

}  // namespace
}  // namespace hypnos
