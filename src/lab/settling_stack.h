// Layers that read below, above and themselves, each what the step before left there; what the top
// layer reads above is a label. An image that is held still settles in them, as in a boring video.
//   a_l[t] = U_l out_{l-1}[t-1] + D_l out_{l+1}[t-1] + S_l out_l[t-1] + b_l
//   out_0: the image; out_{L+1}: the label; goodness and update as in hypnos/layer/ff_layer.h
// At t = 0 stands one pass upwards, in which nothing is read above or of oneself.
// Threads: thread-compatible. Everything but construction allocates nothing and cannot fail.
// Source: Hinton 2022, arXiv 2212.13345, section 3.4.
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

class SettlingStack {
 public:
  // One batch on its way.
  struct Lane {
    void CopyFrom(const Lane& other);

    std::vector<FfLayerState> states;
    std::vector<Matrix> out;     // [batch x units] each
    std::vector<Matrix> before;  // what was in `out` a step ago
    Matrix no_label;             // [batch x labels], zero
  };

  // `layer` says what all layers have in common; what they read is filled in. Errors:
  // FfLayer::Create's. Precondition: one layer at least.
  static Result<SettlingStack> Create(size_t inputs, size_t labels, std::span<const size_t> units,
                                      FfLayerOptions layer, const LearningOptions& learning,
                                      const Rng& rng);

  Lane MakeLane(size_t batch) const;

  // t = 0. Shape: inputs [batch of the lane x inputs], length-normalised.
  void Begin(ConstMatrixView inputs, Lane& lane);
  // Shape: labels [batch of the lane x labels], length-normalised. After a step that learns,
  // inputs, labels and lane must stay as they are until ApplyUpdate; two lanes at the most.
  void Step(ConstMatrixView inputs, ConstMatrixView labels, Phase phase, Lane& lane);
  void ApplyUpdate();

  const std::vector<FfLayer>& layers() const { return layers_; }

 private:
  SettlingStack() = default;

  std::vector<FfLayer> layers_;
  SerialExecutor executor_;
};

}  // namespace hypnos::lab
