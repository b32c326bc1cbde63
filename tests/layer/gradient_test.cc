// The local update is the gradient of the layer's own log-likelihood.
#include <gtest/gtest.h>

#include "layer/layer_fixture.h"

namespace hypnos {
namespace {

std::vector<double> Doubles(std::span<const float> v) { return {v.begin(), v.end()}; }

struct Case {
  Phase phase;
  size_t constraint_units;
  size_t batch;
  size_t top_units = 0;
};

class Gradient : public testing::TestWithParam<Case> {};

TEST_P(Gradient, OfTheUpdateEqualsTheNumericalDerivative) {
  const auto [phase, constraint_units, batch, top_units] = GetParam();
  FfLayerOptions options = SmallLayer();
  options.constraint_units = constraint_units;
  options.top_units = top_units;
  Rng rng(3);
  auto layer = FfLayer::Create(options, PlainSteps(), rng).value();
  LayerParameters start = layer.parameters();
  for (float& b : start.bias.values()) b = 0.1f * rng.Normal();
  layer.SetParameters(start);
  const RandomInputs inputs(batch, options, rng);
  auto weights = Doubles(start.weights.values());
  auto bias = Doubles(start.bias.values());

  FfLayerState state(batch, options);
  Matrix out(batch, options.units);
  SerialExecutor executor;
  layer.Step(inputs.view(), phase, state, out, executor);
  layer.ApplyUpdate(executor);

  // The update leaves out the constant 2/T of the gradient.
  const double constant = 2.0 / (static_cast<double>(options.temperature_per_unit) *
                                 static_cast<double>(options.counted()));
  constexpr double kStep = 1e-5;
  double largest = 0;
  // `parameters` is weights or bias of the double-precision copy.
  const auto compare = [&](std::vector<double>& parameters, std::span<const float> after) {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const double middle = parameters[i];
      parameters[i] = middle + kStep;
      const double high = LogLikelihood(options, weights, bias, inputs, phase);
      parameters[i] = middle - kStep;
      const double low = LogLikelihood(options, weights, bias, inputs, phase);
      parameters[i] = middle;
      const double slope = (high - low) / (2 * kStep);
      EXPECT_NEAR(constant * (after[i] - middle), slope, 2e-6);
      largest = std::max(largest, std::abs(slope));
    }
  };
  const LayerParameters updated = layer.parameters();
  compare(weights, updated.weights.values());
  compare(bias, updated.bias.values());
  EXPECT_GT(largest, 1e-2) << "nothing was compared";
}

INSTANTIATE_TEST_SUITE_P(PhasesAndUnits, Gradient,
                         testing::Values(Case{Phase::kPositive, 0, 5}, Case{Phase::kNegative, 0, 5},
                                         Case{Phase::kPositive, 4, 5}, Case{Phase::kNegative, 4, 5},
                                         Case{Phase::kPositive, 9, 5}, Case{Phase::kNegative, 9, 5},
                                         Case{Phase::kPositive, 4, 5, 2},
                                         Case{Phase::kNegative, 4, 5, 2},
                                         Case{Phase::kPositive, 0, 1, 1},
                                         Case{Phase::kPositive, 4, 1},
                                         Case{Phase::kNegative, 4, 1}));

}  // namespace
}  // namespace hypnos
