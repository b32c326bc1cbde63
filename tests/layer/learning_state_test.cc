// The rules by which collected gradients become weights, on one weight.
#include "layer/learning_state.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hypnos {
namespace {

class OneWeight {
 public:
  explicit OneWeight(const LearningOptions& options, size_t batch = 0)
      : weights_(1, 1, WeightStorage::kFloat32, LearningState::UpdatesWait(options, 0, batch)),
        state_(MakeState(options, batch)) {}

  // With an input of one the gradient is the term.
  void Collect(Phase phase, float gradient) {
    Matrix& term = phase == Phase::kPositive ? positive_term_ : negative_term_;
    Matrix projected(1, GradientSketch::kColumns);
    state_.BeginStep(term, executor_);
    term.values()[0] = gradient;
    const Segment segment{input_, 0};
    state_.Collect(phase, term, {&segment, 1}, term, projected);
  }
  void Step(Phase phase, float gradient) {
    Collect(phase, gradient);
    state_.Apply(executor_);
  }
  void StepBoth(float positive, float negative) {
    Collect(Phase::kPositive, positive);
    Step(Phase::kNegative, negative);
  }
  void FallAsleep() { state_.FallAsleep(executor_); }
  void WakeUp() { state_.WakeUp(executor_); }
  float weight() const {
    LayerParameters parameters{Matrix(1, 1), Matrix(1, 1)};
    weights_.CopyTo(parameters);
    return parameters.weights.values()[0];
  }
  double contrast() const { return state_.contrast(); }

 private:
  LearningState MakeState(const LearningOptions& options, size_t batch) {
    weights_.Fill([] { return 1.0f; });
    input_.values()[0] = 1;
    return LearningState(options, 0, batch, weights_, Rng(1));
  }

  Matrix input_{1, 1}, positive_term_{1, 1}, negative_term_{1, 1};
  LayerWeights weights_;
  LearningState state_;
  SerialExecutor executor_;
};

LearningOptions Options(LearningRule rule) {
  LearningOptions options;
  options.rule = rule;
  options.rate = 0.1f;
  options.velocity = 0.5f;
  options.weight_decay = 0;
  options.online_share = 0.1f;
  return options;
}

TEST(Interleaved, AddsBothPhasesOfAStepToOneVelocity) {
  OneWeight w(Options(LearningRule::kInterleaved));
  w.StepBoth(3, -1);
  EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 2);
  w.StepBoth(0, 0);
  EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 2 + 0.1f * 1);
}

TEST(Interleaved, KnowsAfterAWhileWhetherThereIsSomethingToLearn) {
  OneWeight w(Options(LearningRule::kInterleaved));
  w.StepBoth(3, -1);
  EXPECT_EQ(w.contrast(), 1) << "too early to tell";
  for (int step = 0; step < 1000; ++step) w.StepBoth(3, -1);
  EXPECT_NEAR(w.contrast(), 0.5, 1e-6);
}

LearningOptions RmsOptions() {
  LearningOptions options = Options(LearningRule::kInterleaved);
  options.optimiser = Optimiser::kRms;
  options.square_memory = 0.9f;
  return options;
}

// In double precision, as the header has it.
TEST(Rms, DividesEachGradientByTheRootOfItsRunningMeanSquare) {
  const LearningOptions options = RmsOptions();
  OneWeight w(options);
  double weight = 1, velocity = 0, square = 0;
  Rng rng(5);
  for (int step = 1; step <= 200; ++step) {
    const float positive = 3 * rng.Normal(), negative = -0.01f * rng.Normal();
    w.StepBoth(positive, negative);
    const double g = static_cast<double>(positive) + static_cast<double>(negative);
    const double memory = static_cast<double>(options.square_memory);
    square = memory * square + (1 - memory) * g * g;
    velocity = static_cast<double>(options.velocity) * velocity +
               g / std::sqrt(square / (1 - std::pow(memory, step)));
    weight += static_cast<double>(options.rate) * velocity;
    ASSERT_NEAR(w.weight(), weight, 1e-4) << "step " << step;
  }
}

TEST(Rms, StepsAreOfTheSameSizeWhateverThatOfTheGradient) {
  for (const float size : {1e-4f, 1.0f, 1e4f}) {
    OneWeight w(RmsOptions());
    w.StepBoth(2 * size, -size);
    EXPECT_NEAR(w.weight(), 1 + 0.1f, 1e-4f) << size;
  }
}

TEST(Rms, AWeightWithoutAGradientStays) {
  OneWeight w(RmsOptions());
  for (int step = 0; step < 10; ++step) w.StepBoth(0, 0);
  EXPECT_EQ(w.weight(), 1);
}

// Each rule takes the rate of its own update.
TEST(RateSchedule, IsWhatUpdatesGoBy) {
  LearningOptions options = Options(LearningRule::kInterleaved);
  options.velocity = 0;
  options.hold_steps = 1;
  options.fall_steps = 2;
  for (const size_t batch : {0, 1}) {
    OneWeight w(options, batch);
    w.StepBoth(2, -1);
    w.StepBoth(2, -1);
    EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 2);
    w.StepBoth(2, -1);
    EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 2.5f);
    for (int step = 0; step < 100; ++step) w.StepBoth(2, -1);
    EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 2.5f) << "it has fallen to nothing";
  }
}

TEST(Rehearsed, AwakeLeansTowardsWhatIsSeen) {
  OneWeight w(Options(LearningRule::kRehearsed));
  w.Step(Phase::kPositive, 3);
  w.Step(Phase::kPositive, 3);
  EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 0.1f * 6);
}

TEST(Rehearsed, OnlyWhatSleepToldFromDreamsLasts) {
  OneWeight w(Options(LearningRule::kRehearsed));
  for (int step = 0; step < 100; ++step) w.Step(Phase::kPositive, 3);
  w.FallAsleep();
  EXPECT_EQ(w.weight(), 1) << "the leaning of the day is over";
  w.StepBoth(3, -1);
  EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 2);
  w.WakeUp();
  EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 2);
  EXPECT_NEAR(w.contrast(), 0.5, 1e-6) << "|3 - 1| / (3 + 1), whatever was seen awake";
  w.Step(Phase::kPositive, 1);
  EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 2 + 0.1f * 0.1f * 1);
}

TEST(DeferredContrast, AppliesOnlyTheOnlineShareAtOnce) {
  OneWeight w(Options(LearningRule::kDeferredContrast));
  w.Step(Phase::kPositive, 3);
  w.Step(Phase::kPositive, 3);
  EXPECT_FLOAT_EQ(w.weight(), 1 + 0.1f * 0.1f * 6);
}

TEST(DeferredContrast, MovesByTheDifferenceOnWakingUp) {
  OneWeight w(Options(LearningRule::kDeferredContrast));
  w.Step(Phase::kPositive, 3);
  w.Step(Phase::kNegative, -1);
  w.WakeUp();
  EXPECT_FLOAT_EQ(w.weight(), 1 + 0.5f * 0.1f * 2);
}

TEST(DeferredContrast, BalancesPhasesOfUnequalLength) {
  OneWeight w(Options(LearningRule::kDeferredContrast));
  for (int step = 0; step < 4; ++step) w.Step(Phase::kPositive, 1);
  w.Step(Phase::kNegative, -1);
  w.WakeUp();
  EXPECT_FLOAT_EQ(w.weight(), 1) << "equal and opposite updates cancel";
  EXPECT_NEAR(w.contrast(), 0, 1e-6);
}

TEST(DeferredContrast, WithoutDreamsWakingUpChangesNothing) {
  OneWeight w(Options(LearningRule::kDeferredContrast));
  w.Step(Phase::kPositive, 3);
  const float before = w.weight();
  w.WakeUp();
  EXPECT_EQ(w.weight(), before);
  w.Step(Phase::kNegative, -3);
  w.WakeUp();
  EXPECT_FLOAT_EQ(w.weight(), 1) << "the step before still counts";
}

}  // namespace
}  // namespace hypnos
