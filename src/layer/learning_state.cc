#include "layer/learning_state.h"

#include <cmath>

#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// Elements of a parameter matrix that one part of a job takes.
constexpr size_t kPart = 1 << 15;

// f(matrix of a, matrix of b, matrix of c) for weights and bias.
template <class F, class... P>
void ForEachMatrix(F f, P&... parameters) {
  f(parameters.weights...);
  f(parameters.bias...);
}

LayerParameters ZerosLike(const LayerParameters& other) {
  return {Matrix(other.weights.rows(), other.weights.cols()), Matrix(1, other.bias.cols())};
}

void SetZero(LayerParameters& parameters) {
  ForEachMatrix([](Matrix& m) { std::fill(m.values().begin(), m.values().end(), 0.0f); },
                parameters);
}

double Norm(const LayerParameters& p) {
  return std::sqrt(static_cast<double>(SumOfSquares(p.weights.values())) +
                   SumOfSquares(p.bias.values()));
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
                             const LayerParameters& start)
    : options_(options), norm_cap_(norm_cap) {
  if (options.rule == LearningRule::kLooking) return;
  velocity_ = ZerosLike(start);
  if (options.rule != LearningRule::kDeferredContrast) return;
  start_ = start;
  positive_ = ZerosLike(start);
  negative_ = ZerosLike(start);
}

LearningState::Target LearningState::Begin(Phase phase) {
  HYPNOS_CHECK(phase != Phase::kLook && options_.rule != LearningRule::kLooking);
  (phase == Phase::kPositive ? positive_steps_ : negative_steps_) += 1;
  if (options_.rule == LearningRule::kDeferredContrast) {
    return {phase == Phase::kPositive ? &positive_ : &negative_, 1.0f};
  }
  const float keep = velocity_is_old_ ? options_.velocity : 1.0f;
  velocity_is_old_ = false;
  return {&velocity_, keep};
}

void LearningState::Apply(LayerParameters& parameters, Executor& executor) {
  if (options_.rule == LearningRule::kInterleaved) ApplyInterleaved(parameters, executor);
  if (options_.rule == LearningRule::kDeferredContrast) ApplyDeferred(parameters, executor);
}

void LearningState::ApplyInterleaved(LayerParameters& parameters, Executor& executor) {
  if (velocity_is_old_) return;
  velocity_is_old_ = true;
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

void LearningState::ApplyDeferred(LayerParameters& parameters, Executor& executor) {
  const float share = options_.online_share * options_.rate;
  ForEachMatrix(
      [&](Matrix& w, Matrix& w0, Matrix& p, Matrix& n) {
        InParts(w.values().size(), executor, [&](size_t first, size_t count) {
          const auto part = w.values().subspan(first, count);
          Combine(w0.values().subspan(first, count), share, p.values().subspan(first, count), part);
          if (negative_steps_ > 0) AddScaled(share, n.values().subspan(first, count), part);
        });
      },
      parameters, start_, positive_, negative_);
}

void LearningState::WakeUp(LayerParameters& parameters) {
  if (options_.rule != LearningRule::kDeferredContrast) return;
  if (positive_steps_ == 0 || negative_steps_ == 0) return;
  const auto balance = static_cast<float>(static_cast<double>(positive_steps_) /
                                          static_cast<double>(negative_steps_));
  const double apart = Norm(positive_) + balance * Norm(negative_);
  ForEachMatrix([&](Matrix& p, Matrix& n) { AddScaled(balance, n.values(), p.values()); },
                positive_, negative_);
  contrast_ = apart > 0 ? Norm(positive_) / apart : 0;

  const float rate = options_.rate;
  const float keep = 1.0f - rate * options_.weight_decay * static_cast<float>(positive_steps_);
  ForEachMatrix(
      [&](Matrix& w0, Matrix& v, Matrix& p) {
        Combine(p.values(), options_.velocity, v.values(), v.values());
        Scale(keep, w0.values());
        AddScaled((1.0f - options_.velocity) * rate, v.values(), w0.values());
      },
      start_, velocity_, positive_);
  CapNorms(start_);
  parameters = start_;
  SetZero(positive_);
  SetZero(negative_);
  positive_steps_ = negative_steps_ = 0;
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
