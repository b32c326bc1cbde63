// How real each layer finds every symbol that may come next.
//   g_l(c) = (G_l(c) - theta) / T,  G_l(c): goodness of layer l where c is the newest symbol
// Layer 1 responds to the context once; a candidate adds no more than its own column of weights. Of
// the layers above every candidate is a step of its own.
// Threads: thread-compatible. Nothing fails; only layer 1's weights are copied anew in each call.
#pragma once

#include <cstddef>
#include <vector>

#include "hypnos/tensor/matrix.h"
#include "lab/layer_stack.h"

namespace hypnos::lab {

class Candidates {
 public:
  // For so many contexts at a time, of which the first `deep` are judged by all layers and the
  // others by layer 1 alone.
  // Precondition: all units of the layers count, as features.
  Candidates(const LayerStack& stack, size_t contexts, size_t deep, size_t symbols);

  // Shape: contexts [contexts x inputs of layer 1], the part of the newest symbol - the first
  // `symbols` columns - being zero; `one` is what stands there for a symbol that has come.
  void Judge(LayerStack& stack, ConstMatrixView contexts, float one);

  // [contexts x symbols] of layer 1; of the others [deep x symbols].
  const Matrix& of_layer(size_t l) const { return judged_[l]; }

 private:
  void JudgeFirst(const FfLayer& layer, ConstMatrixView contexts, float one);

  size_t deep_;
  size_t symbols_;
  Matrix own_;             // [symbols x units] what a candidate adds
  Matrix responses_;       // [contexts x units] to the context
  Matrix fresh_;           // [1 x units] scratch
  Matrix damped_;          // [1 x units] scratch
  LayerStack::Lane lane_;  // a row for each candidate of each deep context
  std::vector<Matrix> judged_;
};

}  // namespace hypnos::lab
