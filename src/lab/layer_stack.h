// Layers that read upwards only, as in Hinton's feed-forward experiments: in one step layer 1 reads
// the input and every other layer what the one below has just made of it.
//   out_l = n(r_l),  r_l = max(0, U_l out_{l-1} + b_l)
// Threads: thread-compatible. Everything but construction allocates nothing and cannot fail.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/rng.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos::lab {

class LayerStack {
 public:
  // What one batch leaves in every layer.
  struct Lane {
    std::vector<FfLayerState> states;
    std::vector<Matrix> out;  // [batch x units] each
  };

  // `layer` says what all layers have in common; what they read is filled in: each layer the one
  // below, layer 1 `inputs` values. Errors: FfLayer::Create's.
  static Result<LayerStack> Create(size_t inputs, std::span<const size_t> units,
                                   FfLayerOptions layer, const LearningOptions& learning,
                                   const Rng& rng);

  Lane MakeLane(size_t batch) const;

  // Shape: inputs [batch of the lane x inputs], length-normalised. Between a step that learns and
  // ApplyUpdate, its inputs and lane must stay as they are; two lanes at the most.
  void Step(ConstMatrixView inputs, Phase phase, Lane& lane);
  // Only the layers from `first` on (from 0), of which the lowest reads `below`; nothing is
  // learned.
  void LookFrom(size_t first, ConstMatrixView below, Lane& lane);
  void ApplyUpdate();
  void FallAsleep();
  void WakeUp();

  const std::vector<FfLayer>& layers() const { return layers_; }

 private:
  LayerStack() = default;

  void StepFrom(size_t first, ConstMatrixView below, Phase phase, Lane& lane);

  std::vector<FfLayer> layers_;
  SerialExecutor executor_;
};

}  // namespace hypnos::lab
