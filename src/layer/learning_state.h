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
// Source: learning rate times momentum as in Hinton's code; the rules with phases are ours.
#pragma once

#include <span>

#include "hypnos/layer/ff_layer.h"
#include "hypnos/layer/options.h"
#include "hypnos/tensor/segments.h"
#include "layer/gradient_sketch.h"

namespace hypnos {

class LearningState {
 public:
  LearningState(const LearningOptions& options, float norm_cap, const LayerParameters& start,
                Rng rng);

  // Collects the gradient terms^T inputs of one step of one lane. `term_sums` [blocks x units]: the
  // terms' column sums, the gradient of the bias. `projected`: see GradientSketch.
  void Collect(Phase phase, ConstMatrixView terms, std::span<const Segment> inputs,
               const Matrix& term_sums, MatrixView projected, Executor& executor);
  // Moves the weights by what the step collected.
  void Apply(LayerParameters& parameters, Executor& executor);

  // Ends of phases.
  void FallAsleep(LayerParameters& parameters);
  void WakeUp(LayerParameters& parameters);

  // GradientSketch::Contrast of the last finished cycle.
  double contrast() const { return contrast_; }

 private:
  // Whether a step moves the weights by the velocity, at once.
  bool contrasts_each_step() const {
    return options_.rule == LearningRule::kInterleaved ||
           (options_.rule == LearningRule::kRehearsed && asleep_);
  }
  void MoveByVelocity(LayerParameters& parameters, Executor& executor);
  void MoveFromStart(LayerParameters& parameters, Executor& executor);
  void SettleDeferred(LayerParameters& parameters);
  void TakeContrast();
  void CapNorms(LayerParameters& parameters) const;

  LearningOptions options_;
  float norm_cap_;
  LayerParameters start_;     // W0
  LayerParameters velocity_;  // V
  LayerParameters positive_;  // P
  LayerParameters negative_;  // N
  uint64_t positive_steps_ = 0;
  uint64_t negative_steps_ = 0;
  bool asleep_ = false;
  bool velocity_is_old_ = true;  // no gradient of this step is in V yet
  GradientSketch sketch_;
  double contrast_ = 1;
};

}  // namespace hypnos
