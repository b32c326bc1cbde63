#include "hypnos/layer/ff_layer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
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
  const auto [weights, bias, shift] = bench.layer.parameters();
  EXPECT_EQ(shift, 0);
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

TEST(FfLayer, ChangeIsHowFarTheStateHasStillToGo) {
  FfLayerOptions options = SmallLayer();
  options.constraint_units = 2;
  Bench bench(options);
  // h1 = k r, h2 = (2-k) h1, h3 = h2 + (1-k)^2 h1 under the same inputs, with k = 0.7.
  EXPECT_NEAR(bench.Step(Phase::kLook).change, 1 / 0.7, 1e-5);
  EXPECT_NEAR(bench.Step(Phase::kLook).change, 0.3 / 1.3 / 0.7, 1e-5);
  EXPECT_NEAR(bench.Step(Phase::kLook).change, 0.09 / 1.39 / 0.7, 1e-5);
  for (int i = 0; i < 30; ++i) bench.Step(Phase::kLook);
  EXPECT_LT(bench.Step(Phase::kLook).change, 1e-6) << "an input that stays settles";
}

TEST(FfLayer, SilentLayerHasSettled) {
  Bench bench(SmallLayer());
  std::ranges::fill(bench.inputs.below.values(), 0.0f);
  std::ranges::fill(bench.inputs.above.values(), 0.0f);
  std::ranges::fill(bench.inputs.self.values(), 0.0f);
  EXPECT_EQ(bench.Step(Phase::kLook).change, 0);
}

TEST(FfLayer, PlaceThatIsNotFiniteIsLeftOutOfTheChange) {
  Bench bench(SmallLayer());
  bench.Step(Phase::kLook);
  bench.inputs.below.values()[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NEAR(bench.Step(Phase::kLook).change, 0.3 / 1.3 / 0.7, 1e-5);
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

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(CountingAllocator, CountsWhatCLibrariesAllocate) {
  const long before = allocation_count;
  std::free(strdup("a copy"));
  EXPECT_EQ(allocation_count - before, 1);
}
#endif

TEST(FfLayer, RefusesAVelocityThatForgetsNothing) {
  for (const float velocity : {1.0f, 1.5f, -0.5f, std::numeric_limits<float>::quiet_NaN()}) {
    LearningOptions learning = PlainSteps();
    learning.velocity = velocity;
    const auto layer = FfLayer::Create(SmallLayer(), learning, Rng(1));
    ASSERT_FALSE(layer.ok());
    EXPECT_EQ(layer.error().reason, "LEARNING_OPTION");
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

void ExpectNear(const Matrix& a, const Matrix& b, float by, float error) {
  for (size_t i = 0; i < a.values().size(); ++i) {
    ASSERT_NEAR(a.values()[i], b.values()[i] + by, error) << i;
  }
}

// Awake and asleep, with many rows and with few, of which updates wait.
TEST(FfLayer, ShiftedWeightsGoOnLearningFromWhereTheyAre) {
  for (const auto rule : {LearningRule::kInterleaved, LearningRule::kRehearsed,
                          LearningRule::kDeferredContrast, LearningRule::kCarriedVelocity}) {
    for (const size_t batch : {2, 300}) {
      LearningOptions learning;
      learning.rule = rule;
      FfLayerOptions options = SmallLayer();
      options.batch = batch;
      Bench bench(options, batch, learning);
      LayerParameters by{Matrix(9, options.fan_in()), Matrix(1, 9), 0.25f};
      std::ranges::fill(by.weights.values(), 0.5f);
      std::ranges::fill(by.bias.values(), 0.5f);
      const auto learn = [&](Phase phase) {
        for (int step = 0; step < 3; ++step) {
          bench.Step(phase);
          bench.layer.ApplyUpdate(bench.executor);
        }
      };
      const auto expect_shifted = [&] {
        const LayerParameters acting = bench.layer.parameters(), lasting = bench.layer.lasting();
        bench.layer.Shift(by);
        ExpectNear(bench.layer.parameters().weights, acting.weights, 0.5f, 1e-5f);
        ExpectNear(bench.layer.lasting().weights, lasting.weights, 0.5f, 1e-5f);
        ExpectNear(bench.layer.lasting().bias, lasting.bias, 0.5f, 1e-5f);
        EXPECT_NEAR(bench.layer.threshold_shift(), lasting.threshold_shift + 0.25f, 1e-6f);
      };
      learn(Phase::kPositive);
      expect_shifted();
      // One step moves weights by little: what they are written from was shifted, too.
      const LayerParameters before = bench.layer.parameters();
      learn(Phase::kPositive);
      ExpectNear(bench.layer.parameters().weights, before.weights, 0, 0.2f);
      bench.layer.FallAsleep(bench.executor);
      learn(Phase::kNegative);
      expect_shifted();
      const LayerParameters asleep = bench.layer.lasting();
      bench.layer.WakeUp(bench.executor);
      ExpectNear(bench.layer.parameters().weights, asleep.weights, 0, 0.2f);
      ExpectNear(bench.layer.lasting().weights, bench.layer.parameters().weights, 0, 0);
    }
  }
}

TEST(FfLayer, WhatOnlyLeansDoesNotLast) {
  LearningOptions learning;
  learning.rule = LearningRule::kDeferredContrast;
  Bench bench(SmallLayer(), 300, learning);
  const LayerParameters before = bench.layer.lasting();
  bench.Step(Phase::kPositive);
  bench.layer.ApplyUpdate(bench.executor);
  EXPECT_TRUE(SameWeights(before, bench.layer.lasting()));
  EXPECT_FALSE(SameWeights(before, bench.layer.parameters()));
}

TEST(FfLayer, ANaNIsReportedAndNotLearned) {
  Bench bench(SmallLayer());
  bench.inputs.below.values()[11] = std::numeric_limits<float>::quiet_NaN();
  const LayerParameters before = bench.layer.parameters();
  const StepStatistics statistics = bench.Step(Phase::kPositive);
  EXPECT_FALSE(statistics.finite);
  EXPECT_FALSE(statistics.stopped) << "the input was to blame, and will be better";
  bench.layer.ApplyUpdate(bench.executor);
  EXPECT_TRUE(SameWeights(before, bench.layer.parameters()));
}

TEST(FfLayer, StopsLearningWhereItsWeightsOverflowAndSaysZeroInsteadOfNaN) {
  for (const size_t batch : {1, 300}) {
    LearningOptions learning = PlainSteps();
    learning.rate = 1e30f;
    FfLayerOptions options = SmallLayer();
    options.batch = batch;
    Bench bench(options, batch, learning);
    StepStatistics statistics;
    for (int step = 0; step < 5 && !statistics.stopped; ++step) {
      statistics = bench.Step(Phase::kPositive);
      bench.layer.ApplyUpdate(bench.executor);
    }
    EXPECT_TRUE(statistics.stopped);
    EXPECT_TRUE(bench.layer.stopped());
    EXPECT_TRUE(std::isfinite(naive::SumOfSquares(bench.out.values())));
    const LayerParameters before = bench.layer.parameters();
    bench.Step(Phase::kPositive);
    bench.layer.ApplyUpdate(bench.executor);
    EXPECT_TRUE(SameWeights(before, bench.layer.parameters()));

    bench.layer.SetParameters(Bench(SmallLayer()).layer.parameters());
    EXPECT_FALSE(bench.Step(Phase::kLook).stopped);
  }
}

TEST(FfLayer, AFewRowsSayWhatManyRowsSay) {
  for (const WeightStorage storage : {WeightStorage::kFloat32, WeightStorage::kBfloat16}) {
    FfLayerOptions options = SmallLayer();
    options.below = 333;
    options.units = 150;
    options.storage = storage;
    Bench many(options, 40);
    for (size_t row = 0; row < 40; row += 2) {
      options.batch = 2;
      Bench few(options, 2);
      few.layer.SetParameters(many.layer.parameters());
      const auto part = [row](const Matrix& m) { return m.view().Rows(row, 2); };
      few.layer.Step({part(many.inputs.below), part(many.inputs.above), part(many.inputs.self)},
                     Phase::kLook, few.state, few.out, few.executor);
      many.state.Reset();
      many.Step(Phase::kLook);
      for (size_t u = 0; u < 150; ++u) {
        EXPECT_NEAR(few.out.view()(1, u), many.out.view()(row + 1, u), 1e-5f);
      }
    }
  }
}

// Two patterns of one length: real and fake. What is learned has to tell them apart.
TEST(FfLayer, LearnsInBfloat16AsItDoesInFloat32) {
  for (const size_t batch : {1, 30}) {
    for (const WeightStorage storage : {WeightStorage::kFloat32, WeightStorage::kBfloat16}) {
      FfLayerOptions options = SmallLayer();
      options.batch = batch;
      options.storage = storage;
      LearningOptions learning = PlainSteps();
      learning.rate = 0.003f;
      Bench real(options, batch, learning);
      const RandomInputs fake(batch, options, real.rng);
      FfLayerState dream(batch, options);
      StepStatistics told_real, told_fake;
      for (int step = 0; step < 2000; ++step) {
        told_real = real.Step(Phase::kPositive);
        told_fake = real.layer.Step(fake.view(), Phase::kNegative, dream, real.out, real.executor);
        real.layer.ApplyUpdate(real.executor);
      }
      EXPECT_GT(told_real.probability - told_fake.probability, 0.4);
    }
  }
}

TEST(FfLayer, RefusesMoreWeightsThanAnAddressSpaceHolds) {
  FfLayerOptions options = SmallLayer();
  options.below = size_t{1} << 40;
  const auto layer = FfLayer::Create(options, PlainSteps(), Rng(1));
  ASSERT_FALSE(layer.ok());
  EXPECT_EQ(layer.error().code, Code::kInvalidArgument);
  EXPECT_NE(layer.error().message.find("units"), std::string::npos);
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
