#include "lab/layer_stack.h"

#include <utility>

#include "hypnos/base/format.h"

namespace hypnos::lab {

Result<LayerStack> LayerStack::Create(size_t inputs, std::span<const size_t> units,
                                      FfLayerOptions layer, const LearningOptions& learning,
                                      const Rng& rng) {
  LayerStack stack;
  // Nothing of the step before is read or kept.
  layer.above = 0;
  layer.self = false;
  layer.damping = 1;
  layer.below = inputs;
  for (const size_t width : units) {
    layer.units = width;
    const Rng own = rng.Fork(Format("layer {}", stack.layers_.size() + 1));
    HYPNOS_ASSIGN_OR_RETURN(FfLayer made, FfLayer::Create(layer, learning, own));
    stack.layers_.push_back(std::move(made));
    layer.below = width;
  }
  return stack;
}

LayerStack::Lane LayerStack::MakeLane(size_t batch) const {
  Lane lane;
  for (const FfLayer& layer : layers_) {
    lane.states.emplace_back(batch, layer.options());
    lane.out.emplace_back(batch, layer.options().units);
  }
  return lane;
}

void LayerStack::Step(ConstMatrixView inputs, Phase phase, Lane& lane) {
  StepFrom(0, inputs, phase, lane);
}

void LayerStack::LookFrom(size_t first, ConstMatrixView below, Lane& lane) {
  StepFrom(first, below, Phase::kLook, lane);
}

void LayerStack::StepFrom(size_t first, ConstMatrixView below, Phase phase, Lane& lane) {
  LayerInputs reads{.below = below, .above = {}, .self = {}};
  for (size_t l = first; l < layers_.size(); ++l) {
    layers_[l].Step(reads, phase, lane.states[l], lane.out[l], executor_);
    reads.below = lane.out[l];
  }
}

void LayerStack::ApplyUpdate() {
  for (FfLayer& layer : layers_) layer.ApplyUpdate(executor_);
}

void LayerStack::FallAsleep() {
  for (FfLayer& layer : layers_) layer.FallAsleep(executor_);
}

void LayerStack::WakeUp() {
  for (FfLayer& layer : layers_) layer.WakeUp(executor_);
}

}  // namespace hypnos::lab
