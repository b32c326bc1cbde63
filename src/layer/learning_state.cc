#include "layer/learning_state.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/few_rows.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/product.h"
#include "layer/rate_schedule.h"

namespace hypnos {
namespace {

// Interleaved: collected gradients, of both lanes, after which the contrast is taken.
constexpr size_t kInterleavedCycle = 512;

// The share of a factor's update that is still to come and is not waited for.
constexpr float kGone = 1.0f / (1 << 20);

// Lanes of one step, each with its rows.
constexpr size_t kLearningLanes = 2;

constexpr size_t kPartUnits = 256;

LayerParameters Zeros(const LayerWeights& weights) {
  return {Matrix(weights.units(), weights.inputs()), Matrix(1, weights.units())};
}

void SetZero(LayerParameters& parameters) {
  for (Matrix* m : {&parameters.weights, &parameters.bias}) {
    std::fill(m->values().begin(), m->values().end(), 0.0f);
  }
}

// Steps after which a velocity has forgotten a gradient.
size_t StepsRemembered(float velocity) {
  if (velocity < kGone) return 1;
  return 1 + static_cast<size_t>(std::log(kGone) / std::log(velocity));
}

void Exchange(StateArchive& archive, std::string_view name, LayerParameters& parameters) {
  const StateArchive::Scope scope(archive, name);
  Exchange(archive, "weights", parameters.weights);
  Exchange(archive, "bias", parameters.bias);
}

void Exchange(StateArchive& archive, std::string_view name, PendingFactors& factors) {
  const StateArchive::Scope scope(archive, name);
  factors.ExchangeState(archive);
}

// The whole width of some units.
Tile RowsOf(size_t unit, size_t units, size_t inputs) {
  return {.unit = unit, .units = units, .columns = inputs};
}

}  // namespace

bool LearningState::UpdatesWait(const LearningOptions& options, float norm_cap, size_t batch) {
  if (batch == 0 || batch > kFewRows || options.optimiser == Optimiser::kRms) return false;
  // A cap turns the weights while the velocity goes on as it was: both are needed as matrices.
  return norm_cap <= 0 || options.velocity == 0;
}

LearningState::LearningState(const LearningOptions& options, float norm_cap, size_t batch,
                             LayerWeights& weights, Rng rng)
    : options_(options),
      norm_cap_(norm_cap),
      weights_(weights),
      rate_(RateAfter(0, options)),
      coefficients_(kFactorBlock),
      sketch_(weights.units(), weights.inputs(), rng) {
  if (options.rule == LearningRule::kLooking) return;
  const bool phases =
      options.rule == LearningRule::kRehearsed || options.rule == LearningRule::kDeferredContrast;
  const size_t units = weights.units(), inputs = weights.inputs();
  const size_t step_rows = kLearningLanes * batch;
  velocity_ = Zeros(weights);
  if (normalises()) gradient_ = squares_ = Zeros(weights);
  if (waiting() && options.rule != LearningRule::kDeferredContrast) {
    const size_t remembered = step_rows * (StepsRemembered(options.velocity) + 1);
    // Every step reads what is remembered, or one more matrix.
    const bool factored = options.velocity == 0 || remembered * (units + inputs) <= units * inputs;
    recent_ =
        PendingFactors((factored ? remembered : step_rows) + kFactorBlock, units, inputs, batch);
    if (factored) {
      velocity_.weights = Matrix();
    } else {
      weights.velocity = &velocity_.weights;
      scaled_terms_ = Matrix(kFactorBlock, units);
    }
  }
  if (phases) {
    start_ = Zeros(weights);
    weights.CopyTo(start_);
    positive_ = Zeros(weights);
    if (waiting()) {
      leaning_ = PendingFactors(kFactorBlock + step_rows, units, inputs, batch);
    }
  }
  if (options.rule == LearningRule::kDeferredContrast) negative_ = Zeros(weights);
  if (waiting()) weights.acting = contrasts_each_step() ? &recent_ : &leaning_;
}

void LearningState::BeginStep(const Matrix& terms, Executor& executor) {
  for (size_t i = 0; i < gradient_count_; ++i) {
    if (gradients_[i].terms.data == terms.view().data) {
      return AddGradients(executor, [](const Tile&) {});
    }
  }
}

bool LearningState::Takes(Phase phase) const {
  if (phase == Phase::kLook) return true;
  if (options_.rule == LearningRule::kLooking) return false;
  if (phase == Phase::kNegative && options_.rule == LearningRule::kRehearsed && !asleep_) {
    return false;
  }
  if (!waiting()) return gradient_count_ < gradients_.size();
  return contrasts_each_step() || leaning_.empty() || leaning_phase_ == phase;
}

void LearningState::Collect(Phase phase, ConstMatrixView terms, std::span<const Segment> inputs,
                            const Matrix& term_sums, MatrixView projected) {
  HYPNOS_CHECK(phase != Phase::kLook && options_.rule != LearningRule::kLooking);
  // What is dreamed must be weighed against something.
  HYPNOS_CHECK(phase == Phase::kPositive || options_.rule != LearningRule::kRehearsed || asleep_);
  CollectBias(phase, term_sums);
  (phase == Phase::kPositive ? positive_steps_ : negative_steps_) += 1;
  sketch_.Add(phase, terms, inputs, projected);
  if (!waiting()) {
    HYPNOS_CHECK(gradient_count_ < gradients_.size() && inputs.size() <= 3);
    Gradient& gradient = gradients_[gradient_count_++];
    gradient.phase = phase;
    gradient.terms = terms;
    gradient.inputs = {};
    std::copy(inputs.begin(), inputs.end(), gradient.inputs.begin());
  } else if (contrasts_each_step()) {
    Push(recent_, terms, inputs.front().input);
  } else {
    HYPNOS_CHECK(leaning_.empty() || leaning_phase_ == phase);
    leaning_phase_ = phase;
    Push(leaning_, terms, inputs.front().input);
  }
  collected_ = true;
}

void LearningState::CollectBias(Phase phase, const Matrix& term_sums) {
  const std::span<float> sum = SumOf(phase).bias.values();
  for (size_t i = 0; i < term_sums.rows(); ++i) AddScaled(1.0f, term_sums.row(i), sum);
}

void LearningState::Push(PendingFactors& factors, ConstMatrixView terms, ConstMatrixView inputs) {
  for (size_t b = 0; b < terms.rows; ++b) factors.Push(terms.row(b), inputs.row(b));
}

void LearningState::Apply(Executor& executor) {
  if (!std::exchange(collected_, false)) return;
  if (normalises()) {
    MoveByNormalisedGradient(executor);
  } else if (contrasts_each_step()) {
    waiting() ? MoveFactorsByVelocity(executor) : MoveByVelocity(executor);
    BlendAndFade(decay(), rate_, options_.velocity, velocity_.bias.values(),
                 weights_.bias.values());
  } else {
    waiting() ? MoveFactorsFromStart(executor) : MoveFromStart(executor);
    MoveBiasFromStart();
  }
  if (options_.rule == LearningRule::kInterleaved && sketch_.steps() >= kInterleavedCycle) {
    TakeContrast();
  }
  ++updates_;
  rate_ = RateNow();
}

// Adds the gradients that were collected to their sums, tile by tile, and does `then` with each.
void LearningState::AddGradients(Executor& executor, FunctionRef<void(const Tile&)> then) {
  ForEachTile(gradients_[0].segments(), weights_.units(), executor, [&](const Tile& tile) {
    for (size_t i = 0; i < gradient_count_; ++i) {
      const Gradient& gradient = gradients_[i];
      AddOuterTile(gradient.terms, gradient.segments(), tile, 1.0f, SumOf(gradient.phase).weights);
    }
    then(tile);
  });
  gradient_count_ = 0;
}

void LearningState::MoveByVelocity(Executor& executor) {
  weights_.NextDraw();
  AddGradients(executor, [&](const Tile& tile) {
    weights_.BlendTile(tile.Of(velocity_.weights), tile.unit, tile.column, decay(), rate_,
                       options_.velocity);
  });
  weights_.CapNorms(norm_cap_);
}

void LearningState::MoveByNormalisedGradient(Executor& executor) {
  weights_.NextDraw();
  const double memory = static_cast<double>(options_.square_memory);
  const NormalisedStep step{.memory = options_.square_memory,
                            .correction = static_cast<float>(
                                1 / (1 - std::pow(memory, static_cast<double>(updates_ + 1)))),
                            .velocity = options_.velocity,
                            .keep = decay(),
                            .rate = rate_};
  AddGradients(executor, [&](const Tile& tile) {
    weights_.StepTile(step, tile, gradient_.weights, squares_.weights, velocity_.weights);
  });
  TakeNormalisedStep(step, gradient_.bias.values(), squares_.bias.values(), velocity_.bias.values(),
                     weights_.bias.values());
  weights_.CapNorms(norm_cap_);
}

void LearningState::MoveFromStart(Executor& executor) {
  weights_.NextDraw();
  AddGradients(executor, [&](const Tile& tile) { WriteFromStart(tile); });
  weights_.CapNorms(norm_cap_);
}

void LearningState::WriteFromStart(const Tile& tile) {
  for (size_t u = tile.unit; u < tile.unit + tile.units; ++u) {
    const auto part = [&](const Matrix& m) { return m.row(u).subspan(tile.column, tile.columns); };
    weights_.Write(u, tile.column, part(start_.weights), online_rate(), part(positive_.weights),
                   dreamed() ? part(negative_.weights) : std::span<const float>());
  }
}

void LearningState::MoveBiasFromStart() {
  const std::span<float> bias = weights_.bias.values();
  Combine(start_.bias.values(), online_rate(), positive_.bias.values(), bias);
  if (dreamed()) AddScaled(online_rate(), negative_.bias.values(), bias);
}

void LearningState::MoveFactorsByVelocity(Executor& executor) {
  weights_.Decay(decay());
  for (size_t age = 0; age < recent_.size(); ++age) {
    recent_.coefficient(age) = decay() * recent_.coefficient(age) + rate_ * recent_.momentum(age);
    recent_.momentum(age) *= options_.velocity;
  }
  if (!has_velocity_matrix()) return FoldGone(executor);
  velocity_kept_ *= options_.velocity;
  weights_.drift = decay() * weights_.drift + rate_ * velocity_kept_;
  if (recent_.size() >= kFactorBlock) FoldIntoVelocity(executor);
}

// V0 <- V, and the weights take up what V0 and the factors contributed since.
void LearningState::FoldIntoVelocity(Executor& executor) {
  weights_.SettleDrift(executor);
  for (size_t age = 0; age < recent_.size();) {
    const PendingFactors::Block block = recent_.BlockFrom(age);
    const MatrixView terms = scaled_terms_.view().Rows(0, block.count);
    for (size_t j = 0; j < block.count; ++j) {
      coefficients_[j] = recent_.coefficient(age + j);
      Scaled(recent_.momentum(age + j) / options_.velocity, block.terms.row(j), terms.row(j));
    }
    weights_.Fold(recent_, age, std::span(coefficients_).first(block.count), executor);
    executor.Run((weights_.units() + kPartUnits - 1) / kPartUnits, [&](size_t part) {
      const size_t first = part * kPartUnits;
      const size_t units = std::min(kPartUnits, weights_.units() - first);
      AddOuter(terms.Cols(first, units), block.inputs, velocity_kept_,
               velocity_.weights.view().Rows(first, units));
    });
    velocity_kept_ = 1;
    age += block.count;
  }
  recent_.Clear();
}

// Whole blocks of which nothing is to come any more.
void LearningState::FoldGone(Executor& executor) {
  const float to_come = rate_ / (1.0f - options_.velocity);
  while (recent_.size() >= kFactorBlock && recent_.momentum(kFactorBlock - 1) < kGone) {
    for (size_t age = 0; age < kFactorBlock; ++age) {
      coefficients_[age] = recent_.coefficient(age) + to_come * recent_.momentum(age);
    }
    weights_.Fold(recent_, 0, coefficients_, executor);
    recent_.DropOldest(kFactorBlock);
    weights_.CapNorms(norm_cap_);
  }
}

// What acts is written, what is still to come waits on.
void LearningState::FoldAllButMomentum(Executor& executor) {
  if (has_velocity_matrix()) {
    FoldIntoVelocity(executor);
    return weights_.SettleScale();
  }
  for (size_t age = 0; age < recent_.size(); age += kFactorBlock) {
    const size_t count = std::min(kFactorBlock, recent_.size() - age);
    for (size_t j = 0; j < count; ++j) {
      coefficients_[j] = std::exchange(recent_.coefficient(age + j), 0.0f);
    }
    weights_.Fold(recent_, age, std::span(coefficients_).first(count), executor);
  }
  weights_.SettleScale();
  weights_.CapNorms(norm_cap_);
}

void LearningState::MoveFactorsFromStart(Executor& executor) {
  for (size_t age = 0; age < leaning_.size(); ++age) leaning_.coefficient(age) = online_rate();
  if (leaning_.size() >= kFactorBlock) FoldLeaning(executor);
}

void LearningState::FoldLeaning(Executor& executor) {
  if (leaning_.empty()) return;
  weights_.NextDraw();
  Matrix& sum = SumOf(leaning_phase_).weights;
  executor.Run((weights_.units() + kPartUnits - 1) / kPartUnits, [&](size_t part) {
    const size_t first = part * kPartUnits;
    const size_t units = std::min(kPartUnits, weights_.units() - first);
    for (size_t age = 0; age < leaning_.size();) {
      const PendingFactors::Block block = leaning_.BlockFrom(age);
      AddOuter(block.terms.Cols(first, units), block.inputs, 1.0f, sum.view().Rows(first, units));
      age += block.count;
    }
    WriteFromStart(RowsOf(first, units, weights_.inputs()));
  });
  leaning_.Clear();
  weights_.CapNorms(norm_cap_);
}

void LearningState::FallAsleep(Executor& executor) {
  if (waiting() && options_.rule == LearningRule::kDeferredContrast) FoldLeaning(executor);
  asleep_ = true;
  if (options_.rule != LearningRule::kRehearsed) return;
  weights_.Assign(start_);
  if (waiting()) weights_.acting = &recent_;
  SetZero(positive_);
  positive_steps_ = 0;
  sketch_.Clear();
}

void LearningState::WakeUp(Executor& executor) {
  if (waiting() && options_.rule == LearningRule::kDeferredContrast) FoldLeaning(executor);
  if (waiting() && options_.rule == LearningRule::kRehearsed) FoldAllButMomentum(executor);
  asleep_ = false;
  if (options_.rule == LearningRule::kDeferredContrast) SettleDeferred();
  if (options_.rule == LearningRule::kRehearsed) {
    if (waiting()) weights_.acting = &leaning_;
    weights_.CopyTo(start_);
    positive_steps_ = negative_steps_ = 0;
  }
  const bool has_cycles =
      options_.rule == LearningRule::kRehearsed || options_.rule == LearningRule::kCarriedVelocity;
  if (has_cycles && sketch_.steps() > 0) TakeContrast();
}

void LearningState::SettleDeferred() {
  if (positive_steps_ == 0 || negative_steps_ == 0) return;
  const auto balance = static_cast<float>(static_cast<double>(positive_steps_) /
                                          static_cast<double>(negative_steps_));
  const float rate = rate_;
  const float keep = 1.0f - rate * options_.weight_decay * static_cast<float>(positive_steps_);
  const auto settle = [&](Matrix& w0, Matrix& v, Matrix& p, Matrix& n) {
    AddScaled(balance, n.values(), p.values());
    Combine(p.values(), options_.velocity, v.values(), v.values());
    Blend(keep, (1.0f - options_.velocity) * rate, v.values(), w0.values());
  };
  settle(start_.weights, velocity_.weights, positive_.weights, negative_.weights);
  settle(start_.bias, velocity_.bias, positive_.bias, negative_.bias);
  weights_.Assign(start_);
  if (norm_cap_ > 0) {
    weights_.CapNorms(norm_cap_);
    weights_.CopyTo(start_);
  }
  SetZero(positive_);
  SetZero(negative_);
  positive_steps_ = negative_steps_ = 0;
  TakeContrast();
}

void LearningState::TakeContrast() {
  contrast_ = sketch_.Contrast();
  sketch_.Clear();
}

void LearningState::ExchangeState(StateArchive& archive) {
  HYPNOS_CHECK(gradient_count_ == 0 && !collected_);
  // The gradient that is normalised is zero now.
  Exchange(archive, "start", start_);
  Exchange(archive, "velocity", velocity_);
  Exchange(archive, "squares", squares_);
  Exchange(archive, "positive", positive_);
  Exchange(archive, "negative", negative_);
  archive.Number("positive_steps", positive_steps_);
  archive.Number("negative_steps", negative_steps_);
  archive.Number("updates", updates_);
  archive.Number("asleep", asleep_);
  Exchange(archive, "recent", recent_);
  Exchange(archive, "leaning", leaning_);
  bool leans_to_negative = leaning_phase_ == Phase::kNegative;
  archive.Number("leans_to_negative", leans_to_negative);
  archive.Number("velocity_kept", velocity_kept_);
  archive.Number("contrast", contrast_);
  sketch_.ExchangeState(archive);
  if (!archive.loading()) return;
  leaning_phase_ = leans_to_negative ? Phase::kNegative : Phase::kPositive;
  rate_ = RateNow();
  if (waiting()) weights_.acting = contrasts_each_step() ? &recent_ : &leaning_;
}

float LearningState::RateNow() const { return rate_factor_ * RateAfter(updates_, options_); }

void LearningState::SetRateFactor(float factor) {
  rate_factor_ = factor;
  rate_ = RateNow();
}

void LearningState::CopyStartTo(LayerParameters& parameters) const {
  // Asleep, rehearsed weights are W0 as it goes on.
  const bool is_there = options_.rule == LearningRule::kDeferredContrast ||
                        (options_.rule == LearningRule::kRehearsed && !asleep_);
  if (!is_there) return;
  std::ranges::copy(start_.weights.values(), parameters.weights.values().begin());
  std::ranges::copy(start_.bias.values(), parameters.bias.values().begin());
}

void LearningState::ShiftStart(const LayerParameters& by) {
  if (start_.weights.rows() == 0) return;
  AddScaled(1.0f, by.weights.values(), start_.weights.values());
  AddScaled(1.0f, by.bias.values(), start_.bias.values());
}

void LearningState::Restart() {
  HYPNOS_CHECK(gradient_count_ == 0);
  recent_.Clear();
  leaning_.Clear();
  velocity_kept_ = 1;
  for (LayerParameters* sum : {&velocity_, &gradient_, &squares_, &positive_, &negative_}) {
    SetZero(*sum);
  }
  updates_ = 0;
  rate_ = RateNow();
  asleep_ = collected_ = false;
  contrast_ = 1;
  positive_steps_ = negative_steps_ = 0;
  if (start_.weights.rows() > 0) weights_.CopyTo(start_);
  sketch_.Clear();
}

}  // namespace hypnos
