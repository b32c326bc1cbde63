// Updates that wait as factors act exactly as if they had been written at once: compared with plain
// matrices in double precision that take the same terms and inputs.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/tensor/pending_factors.h"
#include "layer/layer_fixture.h"
#include "support/reversed_executor.h"

namespace hypnos {
namespace {

using Numbers = std::vector<double>;

// The learning rules as options.h and learning_state.h state them.
class EagerReference {
 public:
  EagerReference(const LearningOptions& options, float norm_cap, const FfLayer& layer)
      : options_(options),
        norm_cap_(static_cast<double>(norm_cap)),
        units_(layer.options().units),
        inputs_(layer.options().fan_in()) {
    const LayerParameters start = layer.parameters();
    weights.assign(start.weights.values().begin(), start.weights.values().end());
    start_ = weights;
    velocity_ = positive_ = negative_ = Numbers(weights.size());
  }

  void Collect(Phase phase, const Matrix& terms, const Matrix& inputs) {
    if (contrasts() && !std::exchange(collected_, true)) {
      for (double& v : velocity_) v *= Double(options_.velocity);
    }
    (phase == Phase::kPositive ? positive_steps_ : negative_steps_) += 1;
    Numbers& sum = contrasts() ? velocity_ : phase == Phase::kPositive ? positive_ : negative_;
    for (size_t b = 0; b < terms.rows(); ++b, ++since_block_) {
      for (size_t u = 0; u < units_; ++u) {
        for (size_t f = 0; f < inputs_; ++f) {
          sum[u * inputs_ + f] += Double(terms.view()(b, u)) * Double(inputs.view()(b, f));
        }
      }
    }
  }

  void Apply() {
    collected_ = false;
    const double rate = Double(options_.rate);
    // In single precision, as it is stated: its own rounding would add up over the steps.
    const double decay = Double(1.0f - options_.rate * options_.weight_decay);
    for (size_t i = 0; i < weights.size(); ++i) {
      weights[i] = contrasts() ? decay * weights[i] + rate * velocity_[i]
                               : start_[i] + Double(options_.online_share) * rate *
                                                 (positive_[i] + negative_[i]);
    }
    if (norm_cap_ > 0 && since_block_ >= kFactorBlock) Cap();
  }

  void FallAsleep() {
    asleep_ = true;
    if (options_.rule != LearningRule::kRehearsed) return;
    weights = start_;
    positive_.assign(weights.size(), 0);
  }

  void WakeUp() {
    asleep_ = false;
    if (options_.rule == LearningRule::kRehearsed) start_ = weights;
    if (options_.rule != LearningRule::kDeferredContrast) return;
    const double rate = Double(options_.rate), keep = Double(options_.velocity);
    for (size_t i = 0; i < weights.size(); ++i) {
      velocity_[i] =
          keep * velocity_[i] + positive_[i] + negative_[i] * positive_steps_ / negative_steps_;
      start_[i] += (1 - keep) * rate * velocity_[i] -
                   rate * Double(options_.weight_decay) * positive_steps_ * start_[i];
      positive_[i] = negative_[i] = 0;
    }
    weights = start_;
    positive_steps_ = negative_steps_ = 0;
  }

  Numbers weights;

 private:
  static double Double(float x) { return static_cast<double>(x); }
  bool contrasts() const {
    return options_.rule == LearningRule::kInterleaved ||
           options_.rule == LearningRule::kCarriedVelocity ||
           (options_.rule == LearningRule::kRehearsed && asleep_);
  }
  // Where a block of factors is full.
  void Cap() {
    since_block_ = 0;
    for (size_t u = 0; u < units_; ++u) {
      double square = 0;
      for (size_t f = 0; f < inputs_; ++f) square += std::pow(weights[u * inputs_ + f], 2);
      const double factor = std::min(1.0, norm_cap_ / std::sqrt(square));
      for (size_t f = 0; f < inputs_; ++f) weights[u * inputs_ + f] *= factor;
    }
  }

  LearningOptions options_;
  double norm_cap_;
  size_t units_, inputs_;
  Numbers start_, velocity_, positive_, negative_;
  double positive_steps_ = 0, negative_steps_ = 0;
  size_t since_block_ = 0;
  bool asleep_ = false, collected_ = false;
};

struct Case {
  LearningRule rule;
  float velocity;
  size_t batch;
  float norm_cap = 0;
  // The more there are, the longer a velocity is kept as factors.
  size_t units = 70;
};

std::string NameOf(const testing::TestParamInfo<Case>& test) {
  static const char* const kRules[] = {"rehearsed", "deferred", "carried", "interleaved"};
  const Case& c = test.param;
  return Format("{}_velocity_{:.0f}_batch_{}_units_{}{}", kRules[static_cast<size_t>(c.rule)],
                static_cast<double>(1000 * c.velocity), c.batch, c.units,
                c.norm_cap > 0 ? "_capped" : "");
}

class WaitingUpdates : public testing::TestWithParam<Case> {
 protected:
  WaitingUpdates() {
    options_ = SmallLayer();
    options_.units = GetParam().units;
    options_.batch = GetParam().batch;
    options_.norm_cap = GetParam().norm_cap;
    learning_.rule = GetParam().rule;
    learning_.velocity = GetParam().velocity;
    // The longer an input and the memory of it, the further a step goes.
    learning_.rate = 0.02f * std::min(1.0f, 10 * (1 - learning_.velocity)) * 70 /
                     static_cast<float>(options_.units);
    learning_.weight_decay = 0.01f;
    learning_.online_share = 0.3f;
    layer_.emplace(FfLayer::Create(options_, learning_, Rng(1)).value());
    reference_.emplace(learning_, options_.norm_cap, *layer_);
    real_.emplace(options_, rng_);
    dream_.emplace(options_, rng_);
  }

  // One step that learns from fresh random inputs.
  void Step(bool positive, bool negative) {
    for (const Phase phase : {Phase::kPositive, Phase::kNegative}) {
      if (phase == Phase::kPositive ? !positive : !negative) continue;
      Lane& lane = phase == Phase::kPositive ? *real_ : *dream_;
      lane.inputs = RandomInputs(options_.batch, options_, rng_);
      layer_->Step(lane.inputs.view(), phase, lane.state, lane.out, executor_);
      Matrix inputs(options_.batch, options_.fan_in());
      for (size_t b = 0; b < options_.batch; ++b) {
        size_t f = 0;
        for (const Matrix* part : {&lane.inputs.below, &lane.inputs.above, &lane.inputs.self}) {
          for (const float x : part->row(b)) inputs.view()(b, f++) = x;
        }
      }
      reference_->Collect(phase, lane.state.terms, inputs);
    }
    layer_->ApplyUpdate(executor_);
    reference_->Apply();
  }

  void ExpectSameWeights(const std::string& when) {
    const Matrix weights = layer_->parameters().weights;
    double difference = 0, largest = 0;
    for (size_t i = 0; i < weights.values().size(); ++i) {
      const double expected = reference_->weights[i];
      largest = std::max(largest, std::abs(expected));
      difference =
          std::max(difference, std::abs(static_cast<double>(weights.values()[i]) - expected));
    }
    // Some roundings of the largest weight, each of 2^-24.
    EXPECT_LT(difference, 16 * 0x1p-24 * largest) << when << ", of weights up to " << largest;
  }

  struct Lane {
    Lane(const FfLayerOptions& options, Rng& rng)
        : inputs(options.batch, options, rng),
          state(options.batch, options),
          out(options.batch, options.units) {}
    RandomInputs inputs;
    FfLayerState state;
    Matrix out;
  };

  FfLayerOptions options_;
  LearningOptions learning_;
  Rng rng_{2};
  std::optional<FfLayer> layer_;
  std::optional<EagerReference> reference_;
  std::optional<Lane> real_, dream_;
  SerialExecutor executor_;
};

TEST_P(WaitingUpdates, ActAsIfTheyHadBeenWritten) {
  const bool interleaved = GetParam().rule == LearningRule::kInterleaved;
  const Matrix before = layer_->parameters().weights;
  for (int cycle = 0; cycle < 4; ++cycle) {
    for (int step = 0; step < 50; ++step) {
      Step(true, interleaved);
      if (step % 7 == 0) ExpectSameWeights(Format("cycle {}, awake, step {}", cycle, step));
    }
    if (interleaved) continue;
    layer_->FallAsleep(executor_);
    reference_->FallAsleep();
    ExpectSameWeights(Format("cycle {}, fallen asleep", cycle));
    for (int step = 0; step < 45; ++step) {
      Step(GetParam().rule == LearningRule::kRehearsed, true);
      if (step % 7 == 0) ExpectSameWeights(Format("cycle {}, asleep, step {}", cycle, step));
    }
    layer_->WakeUp(executor_);
    reference_->WakeUp();
    ExpectSameWeights(Format("cycle {}, woken up", cycle));
  }
  double drift = 0;
  for (size_t i = 0; i < reference_->weights.size(); ++i) {
    drift =
        std::max(drift, std::abs(reference_->weights[i] - static_cast<double>(before.values()[i])));
  }
  EXPECT_GT(drift, 0.01) << "nothing was learned, so nothing was compared";
}

TEST_P(WaitingUpdates, LookingAtTheWeightsChangesNothing) {
  FfLayer other = FfLayer::Create(options_, learning_, Rng(1)).value();
  Lane other_real(options_, rng_), other_dream(options_, rng_);
  ReversedExecutor reversed;
  const auto repeat = [&](Phase phase, const Lane& same, Lane& lane) {
    other.Step(same.inputs.view(), phase, lane.state, lane.out, reversed);
    EXPECT_TRUE(std::ranges::equal(lane.out.values(), same.out.values()));
  };
  const bool interleaved = GetParam().rule == LearningRule::kInterleaved;
  for (int step = 0; step < 100; ++step) {
    SCOPED_TRACE(step);
    Step(true, interleaved);
    layer_->parameters();
    repeat(Phase::kPositive, *real_, other_real);
    if (interleaved) repeat(Phase::kNegative, *dream_, other_dream);
    other.ApplyUpdate(reversed);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rules, WaitingUpdates,
    testing::Values(
        Case{LearningRule::kInterleaved, 0, 1}, Case{LearningRule::kInterleaved, 0, 4},
        Case{LearningRule::kInterleaved, 0.5f, 1, 0, 120},
        Case{LearningRule::kInterleaved, 0.9f, 1, 0, 600},
        Case{LearningRule::kInterleaved, 0.9f, 3}, Case{LearningRule::kInterleaved, 0.99f, 1},
        Case{LearningRule::kInterleaved, 0, 1, 1.0f}, Case{LearningRule::kInterleaved, 0, 2, 1.0f},
        Case{LearningRule::kCarriedVelocity, 0.9f, 1, 0, 600},
        Case{LearningRule::kCarriedVelocity, 0.999f, 1}, Case{LearningRule::kRehearsed, 0, 1},
        Case{LearningRule::kRehearsed, 0.9f, 1}, Case{LearningRule::kRehearsed, 0.5f, 1, 0, 120},
        Case{LearningRule::kRehearsed, 0.98f, 2}, Case{LearningRule::kDeferredContrast, 0.9f, 1},
        Case{LearningRule::kDeferredContrast, 0, 3}),
    NameOf);

}  // namespace
}  // namespace hypnos
