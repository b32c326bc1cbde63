// What a layer has collected and not yet turned into weights.
//
// Interleaved: every step sees real data and a dream.
//   V <- velocity V + g+ + g-;  W <- (1 - rate decay) W + rate V
//
// Rehearsed: W0 is the weights on waking up, P the sum of g+ since.
//   awake:  W = W0 + alpha rate P             what was seen makes its mark at once,
//   asleep: from W = W0, as interleaved       but only what is rehearsed beside a dream lasts:
//                                             a sum of g+ alone drifts to "everything is real".
//
// Deferred contrast: sleep only dreams. P and N are the sums of g+ and g- since waking up.
//   awake, asleep:  W = W0 + alpha rate (P + N)
//   waking up:      V <- velocity V + P + (n+/n-) N
//                   W0 <- W0 + (1-velocity) rate V - rate decay n+ W0,  P = N = 0,  W = W0
// The small share alpha that acts at once is what saturates p, and so the sums, in time; without it
// long phases overshoot.
//
// Carried velocity: wake and sleep are apart, and one velocity with a memory longer than a few
// whole cycles holds both:
//   V <- velocity V + g;  W <- (1 - rate decay) W + rate V          at every step of either phase
//
// RMS-normalised, interleaved only; S is the running mean square of each weight's gradient:
//   g = g+ + g-;  S <- m S + (1-m) g^2;  V <- velocity V + g / sqrt(S / (1 - m^t))
// after t updates. It needs the gradient as a matrix, so that nothing can wait.
//
// `rate` is that of the present update: see RateAfter; times the factor that was set, if any.
//
// With many rows a step, gradients are added to these matrices tile by tile, and what follows from
// a tile is done while it is in the cache. With a few rows (LayerWeights::waiting), they wait as
// factors; for a velocity v the factor that was pushed k steps ago acts with
//   c[t] = (1 - rate decay) c[t-1] + rate v^k
// and is folded into the stored weights once v^k is below 2^-20, with what is still to come of it.
// The cap on norms then acts where a block is folded. A velocity so long that its factors would
// cost more than a matrix has one, which takes up the factors block by block and acts in between
// with a factor of its own (LayerWeights::drift):
//   V[t] = v^k V0 + sum_j v^(t-j) g_j x_j^T,  W[t] = … + drift V0,  drift <- (1 - rate decay) drift
//   + rate v^k
// Source: learning rate times momentum as in Hinton's code; the rules with phases are ours.
#pragma once

#include <array>
#include <span>

#include "hypnos/base/state_archive.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/layer/options.h"
#include "hypnos/tensor/pending_factors.h"
#include "hypnos/tensor/segments.h"
#include "layer/gradient_sketch.h"
#include "layer/layer_weights.h"

namespace hypnos {

class LearningState {
 public:
  // Whether updates of `batch` rows a step (0: many) are to wait as factors.
  static bool UpdatesWait(const LearningOptions& options, float norm_cap, size_t batch);

  // `weights` must outlive the state and stay where they are; they hold the start.
  LearningState(const LearningOptions& options, float norm_cap, size_t batch, LayerWeights& weights,
                Rng rng);

  // Before a step of the lane whose terms lie here writes new ones.
  void BeginStep(const Matrix& terms, Executor& executor);
  // Whether a step of this phase may be collected now: see the preconditions of Collect.
  bool Takes(Phase phase) const;
  // Collects the gradient terms^T inputs of one step of one lane. Both must stay as they are until
  // Apply, or BeginStep with these terms. `term_sums` [blocks x units]: the terms' column sums, the
  // gradient of the bias. `projected`: see GradientSketch.
  void Collect(Phase phase, ConstMatrixView terms, std::span<const Segment> inputs,
               const Matrix& term_sums, MatrixView projected);
  // Moves the weights by what the step collected.
  void Apply(Executor& executor);

  // Ends of phases.
  void FallAsleep(Executor& executor);
  void WakeUp(Executor& executor);

  // From the next step on all rates are so many times those of the options. Not part of the state.
  void SetRateFactor(float factor);

  // The weights are others now: whatever was collected is forgotten.
  void Restart();

  // W0, where there is one that what is learned goes on from; otherwise nothing is copied.
  void CopyStartTo(LayerParameters& parameters) const;
  // W0 <- W0 + by: what the weights are moved by must move what they are written from.
  void ShiftStart(const LayerParameters& by);

  // Between two steps; nothing may be collected.
  void ExchangeState(StateArchive& archive);

  // GradientSketch::Contrast of the last finished cycle.
  double contrast() const { return contrast_; }
  uint64_t updates() const { return updates_; }
  double contrast_so_far() const { return sketch_.Contrast(); }

 private:
  // A gradient that is not in its sum yet.
  struct Gradient {
    Phase phase = Phase::kLook;
    ConstMatrixView terms;
    std::array<Segment, 3> inputs;
    std::span<const Segment> segments() const { return inputs; }
  };

  // Whether a step moves the weights by the velocity, at once.
  bool contrasts_each_step() const {
    return options_.rule == LearningRule::kInterleaved ||
           options_.rule == LearningRule::kCarriedVelocity ||
           (options_.rule == LearningRule::kRehearsed && asleep_);
  }
  bool waiting() const { return weights_.waiting(); }
  float RateNow() const;
  float decay() const { return 1.0f - rate_ * options_.weight_decay; }
  float online_rate() const { return options_.online_share * rate_; }
  bool normalises() const { return options_.optimiser == Optimiser::kRms; }
  LayerParameters& SumOf(Phase phase) {
    if (normalises()) return gradient_;
    if (contrasts_each_step()) return velocity_;
    return phase == Phase::kPositive ? positive_ : negative_;
  }
  bool dreamed() const { return negative_steps_ > 0; }

  void CollectBias(Phase phase, const Matrix& term_sums);
  void AddGradients(Executor& executor, FunctionRef<void(const Tile&)> then);
  void MoveByVelocity(Executor& executor);
  void MoveByNormalisedGradient(Executor& executor);
  void MoveFromStart(Executor& executor);
  void WriteFromStart(const Tile& tile);
  void MoveBiasFromStart();

  void Push(PendingFactors& factors, ConstMatrixView terms, ConstMatrixView inputs);
  void MoveFactorsByVelocity(Executor& executor);
  bool has_velocity_matrix() const { return velocity_.weights.rows() > 0; }
  void FoldGone(Executor& executor);
  void FoldIntoVelocity(Executor& executor);
  void FoldAllButMomentum(Executor& executor);
  void MoveFactorsFromStart(Executor& executor);
  void FoldLeaning(Executor& executor);

  void SettleDeferred();
  void TakeContrast();

  LearningOptions options_;
  float norm_cap_;
  LayerWeights& weights_;
  LayerParameters start_;  // W0
  // V; of a few rows its weights are `recent_`. With many rows it is kept as it will be at the next
  // step, velocity V: what is added to it then has to be added only.
  LayerParameters velocity_;
  LayerParameters gradient_;  // g, where it is normalised
  LayerParameters squares_;   // S
  LayerParameters positive_;  // P
  LayerParameters negative_;  // N
  uint64_t positive_steps_ = 0;
  uint64_t negative_steps_ = 0;
  uint64_t updates_ = 0;
  float rate_;  // now
  float rate_factor_ = 1;
  bool asleep_ = false;
  bool collected_ = false;  // something since the last Apply
  std::array<Gradient, 2> gradients_;
  size_t gradient_count_ = 0;
  PendingFactors recent_;   // the steps that a velocity still remembers
  PendingFactors leaning_;  // what is not yet in P or N, all of leaning_phase_
  Phase leaning_phase_ = Phase::kPositive;
  float velocity_kept_ = 1;          // v^k: what is left of V0
  std::vector<float> coefficients_;  // scratch
  Matrix scaled_terms_;              // scratch [kFactorBlock x units]
  GradientSketch sketch_;
  double contrast_ = 1;
};

}  // namespace hypnos
