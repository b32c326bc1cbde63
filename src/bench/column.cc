#include "bench/column.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/rng.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos::bench {

Result<Column> Column::Create(const ColumnOptions& options, uint64_t seed) {
  const Rng rng(seed);
  std::vector<FfLayer> layers;
  const size_t count = options.units.size();
  for (size_t l = 0; l < count; ++l) {
    const FfLayerOptions layer{
        .below = l == 0 ? options.inputs : options.units[l - 1],
        .above = options.recurrent && l + 1 < count ? options.units[l + 1] : 0,
        .self = options.recurrent,
        .units = options.units[l],
        .peer_normalisation = options.peer_normalisation,
        .batch = options.batch,
        .storage = options.storage,
    };
    HYPNOS_ASSIGN_OR_RETURN(
        FfLayer made, FfLayer::Create(layer, options.learning, rng.Fork(Format("layer {}", l))));
    layers.push_back(std::move(made));
  }
  return Column(options, std::move(layers));
}

Column::Column(const ColumnOptions& options, std::vector<FfLayer> layers)
    : options_(options), layers_(std::move(layers)), lanes_(options.lanes) {
  for (LaneState& lane : lanes_) {
    for (const FfLayer& layer : layers_) {
      lane.outputs.emplace_back(2 * options_.batch, layer.options().units);
      lane.states.emplace_back(options_.batch, layer.options());
    }
  }
}

LayerInputs Column::InputsOf(size_t layer, size_t lane, ConstMatrixView x) const {
  const std::vector<Matrix>& outputs = lanes_[lane].outputs;
  const auto said = [&](size_t l, bool now) {
    return outputs[l].view().Rows(Slot(now), options_.batch);
  };
  LayerInputs inputs;
  inputs.below = layer == 0 ? x : said(layer - 1, !options_.recurrent);
  if (layers_[layer].options().above > 0) inputs.above = said(layer + 1, false);
  if (layers_[layer].options().self) inputs.self = said(layer, false);
  return inputs;
}

void Column::Step(std::span<const LaneInput> lanes, Executor& executor) {
  HYPNOS_CHECK(lanes.size() == lanes_.size());
  ++steps_;
  // Layers that read what was said a step ago do not wait for one another, as in the pipeline.
  if (options_.recurrent) {
    return executor.Run(layers_.size(), [&](size_t l) { StepLayer(l, lanes, executor); });
  }
  for (size_t l = 0; l < layers_.size(); ++l) StepLayer(l, lanes, executor);
}

// All that one layer does, while its weights are in the cache.
void Column::StepLayer(size_t l, std::span<const LaneInput> lanes, Executor& executor) {
  bool learns = false;
  for (size_t i = 0; i < lanes.size(); ++i) {
    const MatrixView out = lanes_[i].outputs[l].view().Rows(Slot(true), options_.batch);
    layers_[l].Step(InputsOf(l, i, lanes[i].x), lanes[i].phase, lanes_[i].states[l], out, executor);
    learns = learns || lanes[i].phase != Phase::kLook;
  }
  if (learns) layers_[l].ApplyUpdate(executor);
}

size_t Column::weight_count() const {
  size_t count = 0;
  for (const FfLayer& layer : layers_) count += layer.options().units * layer.options().fan_in();
  return count;
}

ConstMatrixView Column::output(size_t lane, size_t layer) const {
  return lanes_[lane].outputs[layer].view().Rows(Slot(true), options_.batch);
}

Matrix NormalisedRows(size_t rows, size_t columns, uint64_t seed) {
  Rng rng(seed);
  Matrix matrix(rows, columns);
  for (size_t i = 0; i < rows; ++i) {
    const auto row = matrix.row(i);
    for (float& value : row) value = rng.Normal();
    NormaliseLength(row, 0.0f, row);
  }
  return matrix;
}

}  // namespace hypnos::bench
