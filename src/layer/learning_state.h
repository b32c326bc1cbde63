// What a layer has collected and not yet turned into weights.
//
// Interleaved: every step sees real data and a dream.
//   V <- velocity V + g+ + g-;  W <- (1 - rate decay) W + rate V
//
// Deferred contrast: W0 is the weights on waking; P and N are the sums of g+ and g-.
//   awake, asleep:  W = W0 + alpha rate (P + N)
//   waking up:      V <- velocity V + P + (n+/n-) N
//                   W0 <- W0 + (1-velocity) rate V - rate decay n+ W0,  P = N = 0,  W = W0
// The small share alpha that acts at once is what saturates p, and so the sums, in time; without it
// long phases overshoot.
// Source: learning rate times momentum as in Hinton's code; the deferred rule is ours.
#pragma once

#include "hypnos/layer/ff_layer.h"
#include "hypnos/layer/options.h"

namespace hypnos {

class LearningState {
 public:
  LearningState(const LearningOptions& options, float norm_cap, const LayerParameters& start);

  // Where the gradient of this phase is added to, and what the old content counts.
  struct Target {
    LayerParameters* sum;
    float keep;
  };
  Target Begin(Phase phase);

  // Moves the weights by what the step collected.
  void Apply(LayerParameters& parameters, Executor& executor);
  void WakeUp(LayerParameters& parameters);

  double contrast() const { return contrast_; }

 private:
  void ApplyInterleaved(LayerParameters& parameters, Executor& executor);
  void ApplyDeferred(LayerParameters& parameters, Executor& executor);
  void CapNorms(LayerParameters& parameters) const;

  LearningOptions options_;
  float norm_cap_;
  LayerParameters start_;     // W0
  LayerParameters velocity_;  // V
  LayerParameters positive_;  // P
  LayerParameters negative_;  // N
  uint64_t positive_steps_ = 0;
  uint64_t negative_steps_ = 0;
  bool velocity_is_old_ = true;  // interleaved: no gradient of this step is in V yet
  double contrast_ = 1;
};

}  // namespace hypnos
