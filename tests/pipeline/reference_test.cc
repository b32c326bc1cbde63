// The pipeline computes what the equations say: compared with plain loops in double precision over
// 200 learning frames with a discontinuity.
#include <gtest/gtest.h>

#include "hypnos/base/format.h"
#include "pipeline/fixture.h"
#include "pipeline/reference_network.h"

namespace hypnos {
namespace {

constexpr int64_t kFrames = 200;
constexpr int64_t kCut = 120;

std::vector<Frame> ClipWithCut() {
  auto frames = MakeClip(kFrames);
  frames[kCut].discontinuity = Discontinuity::kGap;
  return frames;
}

ReferenceNetwork::Rows Patches(const Network& network, const Planes& planes) {
  Matrix x(network.grid().locations(), network.grid().inputs());
  network.grid().Gather(planes, x);
  ReferenceNetwork::Rows rows;
  for (size_t i = 0; i < x.rows(); ++i) rows.emplace_back(x.row(i).begin(), x.row(i).end());
  return rows;
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
};

class Reference : public testing::TestWithParam<Case> {};

TEST_P(Reference, EqualsThePipelineOverTwoHundredLearningFrames) {
  PipelineOptions options = SmallPipeline();
  options.schedule = {.wake_steps = 0, .sleep_steps = 0};
  options.network.patches.size = GetParam().patch;
  options.network.input_scale = GetParam().scale;
  options.network.learning.rate = 0.1f;  // 200 frames shall matter
  options.network.layers[1].layer.constraint_units = GetParam().constraint_units;
  const auto initial =
      Network::Create(options.network, {1, 24, 32}, 4, Rng(options.seed).Fork("network"));
  ASSERT_TRUE(initial.ok());

  const Watched run(options, ClipWithCut());
  ASSERT_TRUE(run.result->ok()) << run.result->error().message;

  ReferenceNetwork reference(options.network, *initial);
  auto encoder = VideoEncoder::Create(options.encoder).value();
  Planes planes;
  double largest_drift = 0;
  for (const Frame& frame : ClipWithCut()) {
    encoder.Encode(frame, &planes);
    if (frame.discontinuity != Discontinuity::kNone) reference.Reset();
    const double error = reference.Step(Patches(*initial, planes));
    const FrameReport& report = run.recorder.frames[static_cast<size_t>(frame.index)];
    ASSERT_NEAR(report.prediction_error, error, 1e-5 * error) << "frame " << frame.index;
    for (size_t l = 0; l < 3; ++l) {
      ASSERT_NEAR(report.layers[l].goodness, reference.goodness(l),
                  1e-5 * std::abs(reference.goodness(l)) + 1e-6)
          << "frame " << frame.index << ", layer " << l + 1;
    }
  }
  const Network& network = *run.pipeline.network();
  for (size_t l = 0; l < 3; ++l) {
    for (size_t b = 0; b < network.grid().locations(); ++b) {
      const auto out = network.output(Lane::kReal, l, kFrames).row(b);
      EXPECT_LT(RelativeDifference(out, reference.out(l)[b]), 1e-5);
    }
    const auto before = initial->layer(l).parameters().weights.values();
    const auto after = network.layer(l).parameters().weights.values();
    for (size_t i = 0; i < before.size(); ++i) {
      largest_drift = std::max(largest_drift, std::abs(static_cast<double>(after[i] - before[i])));
    }
  }
  EXPECT_GT(largest_drift, 0.01) << "nothing was learned, so nothing was compared";
}

INSTANTIATE_TEST_SUITE_P(Shapes, Reference,
                         testing::Values(Case{"whole_frame", 0, InputScale::kLengthNormalised, 0},
                                         Case{"grid", 8, InputScale::kLengthNormalised, 0},
                                         Case{"grid_scaled_with_constraint_units", 8,
                                              InputScale::kScaled, 5}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace hypnos
