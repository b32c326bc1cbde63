#include "lab/settling_stack.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos::lab {
namespace {

// A label is one of hundreds of things that the top layer reads; without a louder voice it is heard
// late.
constexpr float kLabelGain = 3;

void RaiseLabel(FfLayer& top) {
  LayerParameters parameters = top.parameters();
  const FfLayerOptions& reads = top.options();
  for (size_t unit = 0; unit < reads.units; ++unit) {
    Scale(kLabelGain, parameters.weights.row(unit).subspan(reads.below, reads.above));
  }
  top.SetParameters(parameters);
}

}  // namespace

void SettlingStack::Lane::CopyFrom(const Lane& other) {
  for (size_t l = 0; l < states.size(); ++l) {
    states[l].CopyFrom(other.states[l]);
    std::ranges::copy(other.out[l].values(), out[l].values().begin());
  }
}

Result<SettlingStack> SettlingStack::Create(size_t inputs, size_t labels,
                                            std::span<const size_t> units, FfLayerOptions layer,
                                            const LearningOptions& learning, const Rng& rng) {
  HYPNOS_CHECK(!units.empty());
  SettlingStack stack;
  layer.self = true;
  layer.below = inputs;
  for (size_t l = 0; l < units.size(); ++l) {
    layer.units = units[l];
    layer.above = l + 1 < units.size() ? units[l + 1] : labels;
    const Rng own = rng.Fork(Format("layer {}", l + 1));
    HYPNOS_ASSIGN_OR_RETURN(FfLayer made, FfLayer::Create(layer, learning, own));
    stack.layers_.push_back(std::move(made));
    layer.below = units[l];
  }
  RaiseLabel(stack.layers_.back());
  return stack;
}

SettlingStack::Lane SettlingStack::MakeLane(size_t batch) const {
  Lane lane;
  for (const FfLayer& layer : layers_) {
    lane.states.emplace_back(batch, layer.options());
    lane.out.emplace_back(batch, layer.options().units);
    lane.before.emplace_back(batch, layer.options().units);
  }
  lane.no_label = Matrix(batch, layers_.back().options().above);
  return lane;
}

void SettlingStack::Begin(ConstMatrixView inputs, Lane& lane) {
  for (Matrix& before : lane.before) std::ranges::fill(before.values(), 0.0f);
  for (size_t l = 0; l < layers_.size(); ++l) {
    lane.states[l].Reset();
    const LayerInputs reads{.below = l == 0 ? inputs : ConstMatrixView(lane.out[l - 1]),
                            .above = l + 1 < layers_.size() ? lane.before[l + 1] : lane.no_label,
                            .self = lane.before[l]};
    layers_[l].Step(reads, Phase::kLook, lane.states[l], lane.out[l], executor_);
  }
}

void SettlingStack::Step(ConstMatrixView inputs, ConstMatrixView labels, Phase phase, Lane& lane) {
  std::swap(lane.out, lane.before);
  for (size_t l = 0; l < layers_.size(); ++l) {
    const LayerInputs reads{
        .below = l == 0 ? inputs : ConstMatrixView(lane.before[l - 1]),
        .above = l + 1 < layers_.size() ? ConstMatrixView(lane.before[l + 1]) : labels,
        .self = lane.before[l]};
    layers_[l].Step(reads, phase, lane.states[l], lane.out[l], executor_);
  }
}

void SettlingStack::ApplyUpdate() {
  for (FfLayer& layer : layers_) layer.ApplyUpdate(executor_);
}

}  // namespace hypnos::lab
