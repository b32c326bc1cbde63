#include "hypnos/network/network.h"

#include <algorithm>

#include "hypnos/base/format.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

std::vector<size_t> Widths(const std::vector<FfLayer>& layers) {
  std::vector<size_t> widths;
  for (const auto& layer : layers) widths.push_back(layer.options().units);
  return widths;
}

size_t Widest(const std::vector<FfLayer>& layers) {
  size_t widest = 0;
  for (const size_t width : Widths(layers)) widest = std::max(widest, width);
  return widest;
}

}  // namespace

Result<Network> Network::Create(const NetworkOptions& options, const PlaneShape& frame,
                                size_t slots, const Rng& rng) {
  HYPNOS_CHECK(slots >= 2);
  HYPNOS_ASSIGN_OR_RETURN(PatchGrid grid, PatchGrid::Create(frame, options.patches));
  std::vector<FfLayer> layers;
  const size_t count = options.layers.size();
  for (size_t l = 0; l < count; ++l) {
    FfLayerOptions layer = options.layers[l].layer;
    layer.below = l == 0 ? grid.inputs() : options.layers[l - 1].layer.units;
    layer.above =
        l + 1 < count && options.layers[l].top_down ? options.layers[l + 1].layer.units : 0;
    layer.batch = grid.locations();
    auto made = FfLayer::Create(layer, options.learning, rng.Fork(Format("layer {}", l)));
    if (!made.ok()) {
      Error error = made.error();
      error.message = Format("layer {}: {}", l + 1, error.message);
      return error;
    }
    layers.push_back(std::move(made).value());
  }
  return Network(options, std::move(grid), slots, std::move(layers));
}

Network::Network(const NetworkOptions& options, PatchGrid grid, size_t slots,
                 std::vector<FfLayer> layers)
    : options_(options),
      grid_(std::move(grid)),
      slots_(slots),
      layers_(std::move(layers)),
      generator_(
          Generator::Make(options.generator, Widths(layers_), grid_.inputs(), grid_.locations())),
      lanes_(kLanes),
      features_(layers_.size() + 1),
      silence_(grid_.locations(), Widest(layers_)) {
  const size_t batch = grid_.locations();
  for (LaneState& lane : lanes_) {
    lane.inputs = Matrix(slots * batch, grid_.inputs());
    if (options.input_scale == InputScale::kLengthNormalised) {
      lane.normalised = Matrix(slots * batch, grid_.inputs());
    }
    lane.prediction = Matrix(batch, grid_.inputs());
    for (const FfLayer& layer : layers_) {
      lane.outputs.emplace_back(slots * batch, layer.options().units);
      lane.layers.emplace_back(batch, layer.options());
    }
  }
}

size_t Network::SlotRow(int64_t number) const {
  return static_cast<size_t>(number) % slots_ * grid_.locations();
}

MatrixView Network::Slot(Matrix& ring, int64_t number) const {
  return ring.view().Rows(SlotRow(number), grid_.locations());
}

ConstMatrixView Network::Slot(const Matrix& ring, int64_t number) const {
  return ring.view().Rows(SlotRow(number), grid_.locations());
}

ConstMatrixView Network::input(Lane l, int64_t number) const {
  return Slot(lane(l).inputs, number);
}

ConstMatrixView Network::output(Lane l, size_t layer, int64_t number) const {
  return Slot(lane(l).outputs[layer], number);
}

ConstMatrixView Network::prediction(Lane l) const { return lane(l).prediction; }

std::span<const float> Network::goodness(Lane l, size_t layer) const {
  return lane(l).layers[layer].goodness;
}

size_t Network::parameter_count() const {
  size_t count = generator_->weight_count();
  for (const FfLayer& layer : layers_) count += layer.parameter_count();
  return count;
}

void Network::SetInput(const Tick& tick, const Planes& frame) {
  LaneState& state = lane(tick.lane);
  const MatrixView x = Slot(state.inputs, tick.number);
  grid_.Gather(frame, x);
  if (state.normalised.rows() == 0) return;
  const MatrixView normalised = Slot(state.normalised, tick.number);
  for (size_t i = 0; i < x.rows; ++i) {
    NormaliseLength(x.row(i), options_.input_noise_power, normalised.row(i));
  }
}

void Network::HoldInput(const Tick& tick) {
  LaneState& state = lane(tick.lane);
  for (Matrix* ring : {&state.inputs, &state.normalised}) {
    if (ring->rows() == 0) continue;
    const ConstMatrixView from = Slot(*ring, tick.number - 1);
    std::copy_n(from.data, from.rows * from.cols, Slot(*ring, tick.number).data);
  }
}

LayerInputs Network::InputsOf(size_t layer, const Tick& tick) const {
  const FfLayerOptions& options = layers_[layer].options();
  const LaneState& own = lane(tick.lane);
  const bool forked = tick.start == TickStart::kFork;
  const LaneState& past = forked ? lane(tick.fork_lane) : own;
  const int64_t before = forked ? tick.fork_number : tick.number - 1;
  const auto said = [&](size_t l) -> ConstMatrixView {
    if (tick.start == TickStart::kReset) return silence_.view().Cols(0, layers_[l].options().units);
    return Slot(past.outputs[l], before);
  };
  LayerInputs inputs;
  if (layer == 0) {
    inputs.below = Slot(own.normalised.rows() > 0 ? own.normalised : own.inputs, tick.number);
  } else {
    inputs.below = said(layer - 1);
  }
  if (options.above > 0) inputs.above = said(layer + 1);
  if (options.self) inputs.self = said(layer);
  return inputs;
}

void Network::StepLayer(size_t layer, Tick& tick, Executor& executor) {
  FfLayerState& state = lane(tick.lane).layers[layer];
  if (tick.start == TickStart::kReset) state.Reset();
  if (tick.start == TickStart::kFork) state.CopyFrom(lane(tick.fork_lane).layers[layer]);
  const bool reached = tick.age >= static_cast<int64_t>(layer);
  tick.layers[layer] =
      layers_[layer].Step(InputsOf(layer, tick), reached ? tick.phase : Phase::kLook, state,
                          Slot(lane(tick.lane).outputs[layer], tick.number), executor);
}

void Network::FinishStep(size_t layer, Executor& executor) { layers_[layer].ApplyUpdate(executor); }

std::span<const ConstMatrixView> Network::Features(Lane l, int64_t number) {
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    features_[layer] = output(l, layer, number);
  }
  features_.back() = input(l, number);
  return features_;
}

void Network::Compare(Tick& tick, Executor& executor) {
  tick.prediction_error =
      tick.compare
          ? generator_->Compare(lane(tick.lane).prediction, input(tick.lane, tick.number), executor)
          : 0;
}

void Network::Predict(Tick& tick, Executor& executor) {
  if (tick.compare && tick.learn_generator) {
    generator_->Learn(Features(tick.lane, tick.number - 1), executor);
  }
  if (tick.predict) {
    generator_->Predict(Features(tick.lane, tick.number), lane(tick.lane).prediction, executor);
  }
}

void Network::RunTick(Tick& tick, const Planes& frame, Executor& executor) {
  tick.layers.resize(layer_count());
  SetInput(tick, frame);
  for (size_t l = 0; l < layer_count(); ++l) StepLayer(l, tick, executor);
  if (tick.phase != Phase::kLook) {
    for (size_t l = 0; l < layer_count(); ++l) FinishStep(l, executor);
  }
  Compare(tick, executor);
  Predict(tick, executor);
}

void Network::FallAsleep(Executor& executor) {
  for (FfLayer& layer : layers_) layer.FallAsleep(executor);
}

void Network::WakeUp(Executor& executor) {
  for (FfLayer& layer : layers_) layer.WakeUp(executor);
}

void Network::Save(Lane l, NetworkState& state) const {
  state.at_rest = false;
  state.layers.resize(layers_.size());
  for (size_t i = 0; i < layers_.size(); ++i) {
    const std::span<const float> h = lane(l).layers[i].h.values();
    state.layers[i].resize(h.size());
    ToHalf(h, state.layers[i]);
  }
}

void Network::Restore(Lane l, int64_t number, const NetworkState& state) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    FfLayerState& layer = lane(l).layers[i];
    layer.Reset();
    if (!state.at_rest) FromHalf(state.layers[i], layer.h.values());
    layer.Publish(Slot(lane(l).outputs[i], number));
  }
}

}  // namespace hypnos
