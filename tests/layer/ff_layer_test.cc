#include "hypnos/layer/ff_layer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "layer/layer_fixture.h"
#include "support/counting_allocator.h"
#include "support/reversed_executor.h"

namespace hypnos {
namespace {

struct Bench {
  explicit Bench(const FfLayerOptions& options, size_t batch = 300,
                 LearningOptions learning = PlainSteps())
      : rng(5),
        layer(FfLayer::Create(options, learning, rng).value()),
        inputs(batch, options, rng),
        state(batch, options),
        out(batch, options.units) {}

  StepStatistics Step(Phase phase) {
    return layer.Step(inputs.view(), phase, state, out, executor);
  }

  Rng rng;
  FfLayer layer;
  RandomInputs inputs;
  FfLayerState state;
  Matrix out;
  SerialExecutor executor;
};

bool SameWeights(const LayerParameters& a, const LayerParameters& b) {
  return std::ranges::equal(a.weights.values(), b.weights.values()) &&
         std::ranges::equal(a.bias.values(), b.bias.values());
}

TEST(FfLayer, GoodnessAndProbabilityAreThoseOfTheEquations) {
  FfLayerOptions options = SmallLayer();
  options.constraint_units = 3;
  Bench bench(options);
  const auto statistics = bench.Step(Phase::kLook);
  const auto [weights, bias] = bench.layer.parameters();
  const std::vector<double> w(weights.values().begin(), weights.values().end());
  const std::vector<double> b(bias.values().begin(), bias.values().end());
  double log_p = 0;
  for (const float p : bench.state.probability) log_p += std::log(static_cast<double>(p));
  EXPECT_NEAR(log_p / 300, LogLikelihood(options, w, b, bench.inputs, Phase::kPositive), 1e-5);
  double mean = 0;
  for (const float p : bench.state.probability) mean += p / 300;
  EXPECT_NEAR(statistics.probability, mean, 1e-5);
}

TEST(FfLayer, OutputHasUnitMeanSquare) {
  Bench bench(SmallLayer());
  bench.Step(Phase::kLook);
  EXPECT_NEAR(naive::SumOfSquares(bench.out.row(17)) / 9, 1.0, 1e-4);
}

TEST(FfLayer, DampingMixesOldAndNew) {
  Bench bench(SmallLayer());
  bench.Step(Phase::kLook);
  const Matrix once = bench.state.h;
  bench.Step(Phase::kLook);
  // The same inputs give the same response r: h1 = k r, h2 = (1-k) h1 + k r = (2-k) h1.
  for (size_t i = 0; i < once.values().size(); ++i) {
    EXPECT_NEAR(bench.state.h.values()[i], 1.3f * once.values()[i], 1e-5f);
  }
}

TEST(FfLayer, BitsDoNotDependOnTheExecutor) {
  FfLayerOptions options;
  options.below = 600;
  options.units = 200;
  Bench one(options), other(options);
  ReversedExecutor reversed;
  for (int step = 0; step < 3; ++step) {
    for (const Phase phase : {Phase::kPositive, Phase::kNegative}) {
      one.Step(phase);
      other.layer.Step(other.inputs.view(), phase, other.state, other.out, reversed);
    }
    one.layer.ApplyUpdate(one.executor);
    other.layer.ApplyUpdate(reversed);
  }
  EXPECT_TRUE(SameWeights(one.layer.parameters(), other.layer.parameters()));
}

TEST(FfLayer, AStepAllocatesNothing) {
  FfLayerOptions options = SmallLayer();
  options.peer_normalisation = 0.03f;
  options.norm_cap = 2;
  for (const auto rule :
       {LearningRule::kInterleaved, LearningRule::kRehearsed, LearningRule::kDeferredContrast}) {
    LearningOptions learning;
    learning.rule = rule;
    Bench bench(options, 300, learning);
    bench.Step(Phase::kPositive);
    const long before = allocation_count;
    bench.Step(Phase::kPositive);
    bench.layer.ApplyUpdate(bench.executor);
    bench.layer.FallAsleep(bench.executor);
    for (int step = 0; step < 10; ++step) {
      bench.Step(Phase::kPositive);
      bench.Step(Phase::kNegative);
      bench.layer.ApplyUpdate(bench.executor);
    }
    bench.layer.WakeUp(bench.executor);
    EXPECT_EQ(allocation_count - before, 0);
  }
}

TEST(FfLayer, LookingLeavesTheWeightsAlone) {
  Bench bench(SmallLayer());
  const LayerParameters before = bench.layer.parameters();
  bench.Step(Phase::kLook);
  bench.layer.ApplyUpdate(bench.executor);
  bench.layer.WakeUp(bench.executor);
  EXPECT_TRUE(SameWeights(before, bench.layer.parameters()));
}

TEST(FfLayer, ANaNIsReportedAndNotLearned) {
  Bench bench(SmallLayer());
  bench.inputs.below.values()[11] = std::numeric_limits<float>::quiet_NaN();
  const LayerParameters before = bench.layer.parameters();
  EXPECT_FALSE(bench.Step(Phase::kPositive).finite);
  bench.layer.ApplyUpdate(bench.executor);
  EXPECT_TRUE(SameWeights(before, bench.layer.parameters()));
}

TEST(FfLayer, PeerNormalisationRevivesADeadUnit) {
  FfLayerOptions options = SmallLayer();
  options.peer_normalisation = 0.3f;
  Bench bench(options);
  LayerParameters dead = bench.layer.parameters();
  dead.bias.values()[4] = -100;
  bench.layer.SetParameters(dead);
  for (int step = 0; step < 2000; ++step) {
    bench.Step(Phase::kPositive);
    bench.layer.ApplyUpdate(bench.executor);
  }
  EXPECT_GT(bench.layer.parameters().bias.values()[4], -90);
}

TEST(FfLayer, NormCapHolds) {
  FfLayerOptions options = SmallLayer();
  options.norm_cap = 0.5f;
  Bench bench(options);
  bench.Step(Phase::kPositive);
  bench.layer.ApplyUpdate(bench.executor);
  const LayerParameters capped = bench.layer.parameters();
  for (size_t u = 0; u < options.units; ++u) {
    EXPECT_LE(naive::SumOfSquares(capped.weights.row(u)), 0.2501);
  }
}

TEST(FfLayer, NormCapHoldsAwakeToo) {
  FfLayerOptions options = SmallLayer();
  options.norm_cap = 0.5f;
  LearningOptions learning;
  learning.rule = LearningRule::kRehearsed;
  learning.online_share = 1;
  learning.rate = 1;
  Bench bench(options, 300, learning);
  bench.Step(Phase::kPositive);
  bench.layer.ApplyUpdate(bench.executor);
  const LayerParameters capped = bench.layer.parameters();
  for (size_t u = 0; u < options.units; ++u) {
    EXPECT_LE(naive::SumOfSquares(capped.weights.row(u)), 0.2501);
  }
}

TEST(FfLayer, NamesTheOptionThatIsOutOfRange) {
  FfLayerOptions options = SmallLayer();
  options.damping = 0;
  const auto layer = FfLayer::Create(options, PlainSteps(), Rng(1));
  ASSERT_FALSE(layer.ok());
  EXPECT_EQ(layer.error().code, Code::kInvalidArgument);
  EXPECT_NE(layer.error().message.find("damping"), std::string::npos);
}

}  // namespace
}  // namespace hypnos
