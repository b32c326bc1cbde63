#include "layer/moving_threshold.h"

#include <gtest/gtest.h>

#include <cmath>

#include "layer/layer_fixture.h"

namespace hypnos {
namespace {

TEST(MovingThreshold, GoesTowardsTheMiddleOnWakingUp) {
  MovingThreshold threshold(0.5f, 1);
  threshold.Count(Phase::kPositive, 4);
  threshold.Count(Phase::kPositive, 6);
  threshold.Count(Phase::kNegative, 1);
  EXPECT_EQ(threshold.shift(), 0) << "not within a phase";
  threshold.WakeUp();
  EXPECT_FLOAT_EQ(threshold.shift(), 1);  // half of the way from 1 to 3
  threshold.Count(Phase::kPositive, 3);
  threshold.Count(Phase::kNegative, 3);
  threshold.WakeUp();
  EXPECT_FLOAT_EQ(threshold.shift(), 1.5f);
}

TEST(MovingThreshold, WaitsForACycleThatHadBoth) {
  MovingThreshold threshold(1, 1);
  threshold.Count(Phase::kPositive, 4);
  threshold.WakeUp();
  EXPECT_EQ(threshold.shift(), 0);
  threshold.Count(Phase::kNegative, 2);
  threshold.WakeUp();
  EXPECT_FLOAT_EQ(threshold.shift(), 2);
}

TEST(MovingThreshold, StaysWhereNobodyAskedForIt) {
  MovingThreshold threshold(0, 1);
  threshold.Count(Phase::kPositive, 4);
  threshold.Count(Phase::kNegative, 2);
  threshold.WakeUp();
  EXPECT_EQ(threshold.shift(), 0);
}

// A layer that sleeps, with a threshold that moves.
class Sleeper {
 public:
  explicit Sleeper(float share)
      : layer_(FfLayer::Create(SmallLayer(), Learning(share), Rng(1)).value()),
        state_(kBatch, layer_.options()),
        out_(kBatch, layer_.options().units) {}

  double Step(Phase phase) {
    const RandomInputs inputs(kBatch, layer_.options(), rng_);
    const StepStatistics statistics = layer_.Step(inputs.view(), phase, state_, out_, executor_);
    if (phase != Phase::kLook) layer_.ApplyUpdate(executor_);
    return statistics.goodness;
  }
  // The middle of the cycle.
  double Cycle() {
    double real = 0, fake = 0;
    for (int i = 0; i < 4; ++i) real += Step(Phase::kPositive) / 4;
    layer_.FallAsleep(executor_);
    for (int i = 0; i < 4; ++i) fake += Step(Phase::kNegative) / 4;
    layer_.WakeUp(executor_);
    return (real + fake) / 2;
  }
  FfLayer& layer() { return layer_; }

 private:
  static constexpr size_t kBatch = 5;

  static LearningOptions Learning(float share) {
    LearningOptions learning;
    learning.rule = LearningRule::kDeferredContrast;
    learning.rate = 0.01f;
    learning.threshold_share = share;
    return learning;
  }

  FfLayer layer_;
  FfLayerState state_;
  Matrix out_;
  Rng rng_ = Rng(2);
  SerialExecutor executor_;
};

TEST(MovingThreshold, OfALayerIsInTheMiddleOfItsLastCycle) {
  Sleeper sleeper(1);
  const double middle = sleeper.Cycle();
  const auto units = static_cast<float>(sleeper.layer().options().units);
  EXPECT_NEAR(sleeper.layer().LogOdds(static_cast<float>(middle) * units), 0, 1e-4);
  EXPECT_GT(std::abs(sleeper.layer().threshold_shift()), 0.01f);
}

TEST(MovingThreshold, IsKeptWithTheWeights) {
  Sleeper one(0.5f), other(0.5f);
  one.Cycle();
  other.layer().SetParameters(one.layer().parameters());
  EXPECT_EQ(other.layer().LogOdds(3), one.layer().LogOdds(3));
}

TEST(MovingThreshold, StaysByDefault) {
  Sleeper sleeper(0);
  const float before = sleeper.layer().LogOdds(3);
  sleeper.Cycle();
  EXPECT_EQ(sleeper.layer().LogOdds(3), before);
}

}  // namespace
}  // namespace hypnos
