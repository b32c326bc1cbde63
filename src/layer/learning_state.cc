#include "layer/learning_state.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// Elements of a parameter matrix that one part of a job takes.
constexpr size_t kPart = 1 << 15;

// Interleaved: collected gradients, of both lanes, after which the contrast is taken.
constexpr size_t kInterleavedCycle = 512;

// f(matrix of a, matrix of b, matrix of c) for weights and bias.
template <class F, class... P>
void ForEachMatrix(F f, P&... parameters) {
  f(parameters.weights...);
  f(parameters.bias...);
}

LayerParameters ZerosLike(const LayerParameters& other) {
  return {Matrix(other.weights.rows(), other.weights.cols()), Matrix(1, other.bias.cols())};
}

// No allocation, unlike the assignment of matrices.
void Assign(LayerParameters& to, const LayerParameters& from) {
  const auto copy = [](Matrix& t, const Matrix& f) {
    std::copy(f.values().begin(), f.values().end(), t.values().begin());
  };
  copy(to.weights, from.weights);
  copy(to.bias, from.bias);
}

void SetZero(LayerParameters& parameters) {
  ForEachMatrix([](Matrix& m) { std::fill(m.values().begin(), m.values().end(), 0.0f); },
                parameters);
}

// Calls f(first, count) for fixed parts of n elements.
template <class F>
void InParts(size_t n, Executor& executor, F f) {
  executor.Run((n + kPart - 1) / kPart, [&](size_t part) {
    const size_t first = part * kPart;
    f(first, std::min(kPart, n - first));
  });
}

}  // namespace

LearningState::LearningState(const LearningOptions& options, float norm_cap,
                             const LayerParameters& start, Rng rng)
    : options_(options),
      norm_cap_(norm_cap),
      sketch_(start.weights.rows(), start.weights.cols(), rng) {
  if (options.rule == LearningRule::kLooking) return;
  velocity_ = ZerosLike(start);
  if (options.rule == LearningRule::kInterleaved) return;
  start_ = start;
  positive_ = ZerosLike(start);
  if (options.rule == LearningRule::kDeferredContrast) negative_ = ZerosLike(start);
}

void LearningState::Collect(Phase phase, ConstMatrixView terms, std::span<const Segment> inputs,
                            const Matrix& term_sums, MatrixView projected, Executor& executor) {
  HYPNOS_CHECK(phase != Phase::kLook && options_.rule != LearningRule::kLooking);
  // What is dreamed must be weighed against something.
  HYPNOS_CHECK(phase == Phase::kPositive || options_.rule != LearningRule::kRehearsed || asleep_);
  LayerParameters* sum = phase == Phase::kPositive ? &positive_ : &negative_;
  float keep = 1;
  if (contrasts_each_step()) {
    sum = &velocity_;
    if (std::exchange(velocity_is_old_, false)) keep = options_.velocity;
  }
  AddOuterSegments(terms, inputs, keep, sum->weights, executor);
  Scale(keep, sum->bias.values());
  for (size_t i = 0; i < term_sums.rows(); ++i) {
    AddScaled(1.0f, term_sums.row(i), sum->bias.values());
  }
  (phase == Phase::kPositive ? positive_steps_ : negative_steps_) += 1;
  sketch_.Add(phase, terms, inputs, projected);
}

void LearningState::Apply(LayerParameters& parameters, Executor& executor) {
  if (contrasts_each_step()) {
    MoveByVelocity(parameters, executor);
  } else {
    MoveFromStart(parameters, executor);
  }
  if (options_.rule == LearningRule::kInterleaved && sketch_.steps() >= kInterleavedCycle) {
    TakeContrast();
  }
}

void LearningState::MoveByVelocity(LayerParameters& parameters, Executor& executor) {
  if (std::exchange(velocity_is_old_, true)) return;
  const float keep = 1.0f - options_.rate * options_.weight_decay;
  ForEachMatrix(
      [&](Matrix& w, Matrix& v) {
        InParts(w.values().size(), executor, [&](size_t first, size_t count) {
          const auto part = w.values().subspan(first, count);
          Scale(keep, part);
          AddScaled(options_.rate, v.values().subspan(first, count), part);
        });
      },
      parameters, velocity_);
  CapNorms(parameters);
}

void LearningState::MoveFromStart(LayerParameters& parameters, Executor& executor) {
  const float share = options_.online_share * options_.rate;
  const auto move = [&](Matrix& w, Matrix& w0, Matrix& p, Matrix* n) {
    InParts(w.values().size(), executor, [&](size_t first, size_t count) {
      const auto part = w.values().subspan(first, count);
      Combine(w0.values().subspan(first, count), share, p.values().subspan(first, count), part);
      if (n != nullptr) AddScaled(share, n->values().subspan(first, count), part);
    });
  };
  const bool dreamed = negative_steps_ > 0;
  move(parameters.weights, start_.weights, positive_.weights,
       dreamed ? &negative_.weights : nullptr);
  move(parameters.bias, start_.bias, positive_.bias, dreamed ? &negative_.bias : nullptr);
  CapNorms(parameters);
}

void LearningState::FallAsleep(LayerParameters& parameters) {
  asleep_ = true;
  if (options_.rule != LearningRule::kRehearsed) return;
  Assign(parameters, start_);
  SetZero(positive_);
  positive_steps_ = 0;
  sketch_.Clear();
}

void LearningState::WakeUp(LayerParameters& parameters) {
  asleep_ = false;
  if (options_.rule == LearningRule::kDeferredContrast) SettleDeferred(parameters);
  if (options_.rule == LearningRule::kRehearsed) {
    Assign(start_, parameters);
    positive_steps_ = negative_steps_ = 0;
    if (sketch_.steps() > 0) TakeContrast();
  }
}

void LearningState::SettleDeferred(LayerParameters& parameters) {
  if (positive_steps_ == 0 || negative_steps_ == 0) return;
  const auto balance = static_cast<float>(static_cast<double>(positive_steps_) /
                                          static_cast<double>(negative_steps_));
  const float rate = options_.rate;
  const float keep = 1.0f - rate * options_.weight_decay * static_cast<float>(positive_steps_);
  ForEachMatrix(
      [&](Matrix& w0, Matrix& v, Matrix& p, Matrix& n) {
        AddScaled(balance, n.values(), p.values());
        Combine(p.values(), options_.velocity, v.values(), v.values());
        Scale(keep, w0.values());
        AddScaled((1.0f - options_.velocity) * rate, v.values(), w0.values());
      },
      start_, velocity_, positive_, negative_);
  CapNorms(start_);
  Assign(parameters, start_);
  SetZero(positive_);
  SetZero(negative_);
  positive_steps_ = negative_steps_ = 0;
  TakeContrast();
}

void LearningState::TakeContrast() {
  contrast_ = sketch_.Contrast();
  sketch_.Clear();
}

void LearningState::CapNorms(LayerParameters& parameters) const {
  if (norm_cap_ <= 0) return;
  for (size_t u = 0; u < parameters.weights.rows(); ++u) {
    const auto row = parameters.weights.row(u);
    const float norm = std::sqrt(SumOfSquares(row));
    if (norm > norm_cap_) Scale(norm_cap_ / norm, row);
  }
}

}  // namespace hypnos
