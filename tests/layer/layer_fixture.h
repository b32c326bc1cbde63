// A small layer with random inputs, and the same layer written out in double precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "hypnos/layer/ff_layer.h"
#include "tensor/naive.h"

namespace hypnos {

inline FfLayerOptions SmallLayer() {
  FfLayerOptions options;
  options.below = 7;
  options.above = 3;
  options.units = 9;
  options.peer_normalisation = 0;
  // p far from 0 and 1, where the gradient has something to say.
  options.threshold_per_unit = 0.5f;
  options.temperature_per_unit = 1.0f;
  return options;
}

// Plain steps: W <- W + g.
inline LearningOptions PlainSteps() {
  LearningOptions learning;
  learning.rule = LearningRule::kInterleaved;
  learning.rate = 1;
  learning.velocity = 0;
  learning.weight_decay = 0;
  return learning;
}

struct RandomInputs {
  RandomInputs(size_t batch, const FfLayerOptions& options, Rng& rng)
      : below(naive::RandomMatrix(batch, options.below, rng)),
        above(naive::RandomMatrix(batch, options.above, rng)),
        self(naive::RandomMatrix(batch, options.self ? options.units : 0, rng)) {}
  LayerInputs view() const { return {below, above, self}; }

  Matrix below, above, self;
};

// G - theta of a group's responses.
inline double Excess(const FfLayerOptions& o, std::vector<double> r) {
  std::ranges::sort(r, std::greater());
  double excess = 0;
  for (size_t i = 0; i < r.size() && (o.top_units == 0 || i < o.top_units); ++i) {
    excess += r[i] * r[i] - static_cast<double>(o.threshold_per_unit);
  }
  return excess;
}

// mean over the batch of log p (positive) or log (1-p) (negative).
inline double LogLikelihood(const FfLayerOptions& o, const std::vector<double>& weights,
                            const std::vector<double>& bias, const RandomInputs& in, Phase phase) {
  double sum = 0;
  const size_t batch = in.below.rows();
  for (size_t b = 0; b < batch; ++b) {
    std::vector<double> features, constraints;
    for (size_t u = 0; u < o.units; ++u) {
      double a = bias[u];
      size_t f = u * o.fan_in();
      for (const Matrix* part : {&in.below, &in.above, &in.self}) {
        for (size_t j = 0; j < part->cols(); ++j) {
          a += weights[f++] * static_cast<double>(part->view()(b, j));
        }
      }
      (u < o.units - o.constraint_units ? features : constraints).push_back(std::max(0.0, a));
    }
    const double balance = Excess(o, features) - Excess(o, constraints);
    const double z =
        balance / (static_cast<double>(o.temperature_per_unit) * static_cast<double>(o.counted()));
    sum += -std::log1p(std::exp(phase == Phase::kPositive ? -z : z));
  }
  return sum / static_cast<double>(batch);
}

}  // namespace hypnos
