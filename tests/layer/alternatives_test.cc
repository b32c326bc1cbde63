// What a layer says of inputs that it was not shown: as if it had been shown them.
#include <gtest/gtest.h>

#include "layer/layer_fixture.h"
#include "support/reversed_executor.h"

namespace hypnos {
namespace {

struct Case {
  const char* name;
  size_t batch;
  bool few;  // the layer knows how many rows there are, and lets updates wait
  size_t constraint_units;
  size_t top_units;
  WeightStorage storage;
};

class Judged : public testing::TestWithParam<Case> {
 protected:
  static FfLayerOptions Options() {
    const Case& c = GetParam();
    FfLayerOptions options = SmallLayer();
    options.batch = c.few ? c.batch : 0;
    options.constraint_units = c.constraint_units;
    options.top_units = c.top_units;
    options.storage = c.storage;
    return options;
  }

  // Updates that still wait, a velocity, a decay: all of them act.
  static FfLayer Taught(const FfLayerOptions& options, Rng& rng) {
    LearningOptions learning = PlainSteps();
    learning.rate = 0.02f;
    learning.velocity = 0.9f;
    learning.weight_decay = 0.01f;
    FfLayer layer = FfLayer::Create(options, learning, Rng(1)).value();
    SerialExecutor executor;
    FfLayerState state(GetParam().batch, options);
    Matrix out(GetParam().batch, options.units);
    for (int step = 0; step < 70; ++step) {
      const RandomInputs inputs(GetParam().batch, options, rng);
      layer.Step(inputs.view(), step % 2 == 0 ? Phase::kPositive : Phase::kNegative, state, out,
                 executor);
      layer.ApplyUpdate(executor);
    }
    return layer;
  }

  // The mean log-odds of a step with what is above raised.
  static double Shown(FfLayer& layer, const RandomInputs& inputs, size_t column, float value) {
    SerialExecutor executor;
    RandomInputs raised = inputs;
    for (size_t b = 0; b < raised.above.rows(); ++b) raised.above.row(b)[column] += value;
    FfLayerState state(GetParam().batch, layer.options());
    Matrix out(GetParam().batch, layer.options().units);
    layer.Step(raised.view(), Phase::kLook, state, out, executor);
    double sum = 0;
    for (const float p : state.probability) {
      sum += std::log(static_cast<double>(p)) - std::log1p(-static_cast<double>(p));
    }
    return sum / static_cast<double>(GetParam().batch);
  }
};

TEST_P(Judged, AsIfItHadBeenShown) {
  if (GetParam().storage == WeightStorage::kBfloat16 &&
      !FfLayer::Create(Options(), {}, Rng(1)).ok()) {
    GTEST_SKIP() << "this build has no bfloat16";
  }
  const FfLayerOptions options = Options();
  Rng rng(4);
  FfLayer layer = Taught(options, rng);
  const RandomInputs inputs(GetParam().batch, options, rng);
  constexpr float kValue = 1.7f;
  Alternatives alternatives(options.above, options.units, options.below, kValue);
  FfLayerState scratch(GetParam().batch, options);
  ReversedExecutor executor;
  layer.Judge(inputs.view(), alternatives, scratch, executor);
  for (size_t c = 0; c < options.above; ++c) {
    const double shown = Shown(layer, inputs, c, kValue);
    EXPECT_NEAR(alternatives.log_odds[c], shown, 1e-4 * (1 + std::abs(shown))) << "column " << c;
  }
  EXPECT_NE(alternatives.log_odds[0], alternatives.log_odds[1]);
}

TEST_P(Judged, ChangesNothing) {
  if (GetParam().storage == WeightStorage::kBfloat16 &&
      !FfLayer::Create(Options(), {}, Rng(1)).ok()) {
    GTEST_SKIP() << "this build has no bfloat16";
  }
  const FfLayerOptions options = Options();
  Rng rng(4);
  FfLayer layer = Taught(options, rng);
  const RandomInputs inputs(GetParam().batch, options, rng);
  Alternatives alternatives(options.above, options.units, options.below, 1);
  FfLayerState scratch(GetParam().batch, options);
  SerialExecutor executor;
  const Matrix before = layer.parameters().weights;
  layer.Judge(inputs.view(), alternatives, scratch, executor);
  const Matrix after = layer.parameters().weights;
  EXPECT_TRUE(std::ranges::equal(before.values(), after.values()));
}

constexpr WeightStorage kFloat32 = WeightStorage::kFloat32, kBfloat16 = WeightStorage::kBfloat16;

INSTANTIATE_TEST_SUITE_P(Cases, Judged,
                         testing::Values(Case{"many_rows", 40, false, 0, 0, kFloat32},
                                         Case{"very_many_rows", 600, false, 3, 2, kFloat32},
                                         Case{"constraint_units", 40, false, 3, 0, kFloat32},
                                         Case{"top_units", 40, false, 3, 2, kFloat32},
                                         Case{"one_row", 1, true, 0, 0, kFloat32},
                                         Case{"one_row_top_units", 1, true, 3, 2, kFloat32},
                                         Case{"one_row_bfloat16", 1, true, 0, 0, kBfloat16},
                                         Case{"many_rows_bfloat16", 40, false, 0, 0, kBfloat16}),
                         [](const auto& test) { return test.param.name; });

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

}  // namespace
}  // namespace hypnos
