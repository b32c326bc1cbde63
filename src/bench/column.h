// Layers alone, driven as a network drives them: no frames, no read-out.
//
//   recurrent:     layer l reads out_{l-1}[t-1], out_{l+1}[t-1] and out_l[t-1], layer 1 the
//   input[t] feed-forward:  layer l reads out_{l-1}[t]
//
// A lane is one stream of inputs with states of its own, as in network.h.
// Shapes: inputs [batch x inputs], outputs [batch x units].
// Threads: thread-compatible; parts of a step run on the executor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos::bench {

struct ColumnOptions {
  size_t inputs = 0;
  std::vector<size_t> units;  // from the bottom up
  bool recurrent = true;
  size_t batch = 1;
  size_t lanes = 1;
  WeightStorage storage = WeightStorage::kFloat32;
  float peer_normalisation = FfLayerOptions().peer_normalisation;
  LearningOptions learning;
};

// What one lane is shown in a step.
struct LaneInput {
  ConstMatrixView x;
  Phase phase = Phase::kLook;
};

class Column {
 public:
  // Errors: those of FfLayer::Create.
  static Result<Column> Create(const ColumnOptions& options, uint64_t seed);

  // One step of all lanes in all layers, and the update where something is learned.
  void Step(std::span<const LaneInput> lanes, Executor& executor);

  size_t layer_count() const { return layers_.size(); }
  const FfLayer& layer(size_t l) const { return layers_[l]; }
  const ColumnOptions& options() const { return options_; }
  // Of all layers, biases not counted.
  size_t weight_count() const;
  // Of the last step.
  ConstMatrixView output(size_t lane, size_t layer) const;
  std::span<const float> goodness(size_t lane, size_t layer) const {
    return lanes_[lane].states[layer].goodness;
  }

 private:
  void StepLayer(size_t l, std::span<const LaneInput> lanes, Executor& executor);
  struct LaneState {
    std::vector<Matrix> outputs;  // [2 batch x units]: this step's and the one's before, in turns
    std::vector<FfLayerState> states;
  };

  Column(const ColumnOptions& options, std::vector<FfLayer> layers);
  LayerInputs InputsOf(size_t layer, size_t lane, ConstMatrixView x) const;
  size_t Slot(bool now) const { return (steps_ + (now ? 0 : 1)) % 2 * options_.batch; }

  ColumnOptions options_;
  std::vector<FfLayer> layers_;
  std::vector<LaneState> lanes_;
  size_t steps_ = 0;
};

// Rows like those that a layer meets: normally distributed, of length sqrt(columns).
Matrix NormalisedRows(size_t rows, size_t columns, uint64_t seed);

}  // namespace hypnos::bench
