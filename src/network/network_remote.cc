// Layers of a network that are computed elsewhere.
#include <algorithm>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/network/network.h"

namespace hypnos {
namespace {

void OrThrow(const Status& status) {
  if (!status.ok()) throw RemoteLayerError(status.error());
}

template <class T>
T OrThrow(Result<T> result) {
  if (!result.ok()) throw RemoteLayerError(result.error());
  return std::move(result).value();
}

}  // namespace

Status Network::Seat(size_t layer, RemoteLayer& remote) {
  HYPNOS_CHECK(!options_.labels.shown || label_layer() != layer);
  HYPNOS_RETURN_IF_ERROR(remote.Begin({.mirror = layers_[layer],
                                       .learning = options_.learning,
                                       .locations = grid_.locations(),
                                       .rate_factor = rate_factor_,
                                       .rng = rng_.Fork(Format("layer {}", layer))}));
  remotes_[layer] = {
      .seat = &remote, .facts = {layers_[layer].contrast(), layers_[layer].stopped()}, .last = {}};
  return {};
}

bool Network::WantsSeats() const {
  return std::ranges::any_of(remotes_, [](const Remote& remote) {
    return remote.seat != nullptr && remote.seat->wants_seat();
  });
}

void Network::SeatAgain() {
  for (size_t l = 0; l < layer_count(); ++l) {
    if (is_remote(l) && remotes_[l].seat->wants_seat()) OrThrow(Seat(l, *remotes_[l].seat));
  }
}

void Network::SendLayer(size_t layer, std::span<const Tick* const> ticks, bool finish,
                        std::function<void()> answered) {
  std::vector<RemoteTick> sent;
  for (const Tick* tick : ticks) {
    LayerInputs inputs = InputsOf(layer, *tick);
    // Nobody has said anything yet. The first layer reads the input of the tick itself.
    const bool silent = tick->start == TickStart::kReset;
    if (silent && layer > 0) inputs.below = {};
    if (silent) inputs.above = {};
    sent.push_back({.tick = tick,
                    .phase = Reached(*tick, layer) ? tick->phase : Phase::kLook,
                    .below = inputs.below,
                    .above = inputs.above});
  }
  remotes_[layer].seat->Send(sent, finish, std::move(answered));
}

void Network::TakeLayer(size_t layer, Tick& tick) {
  StepStatistics& statistics = tick.layers[layer];
  FfLayerState& state = lane(tick.lane).layers[layer];
  const MatrixView out = Slot(lane(tick.lane).outputs[layer], tick.number);
  Remote& remote = remotes_[layer];
  if (!OrThrow(remote.seat->Take(tick, statistics, state, out))) return RepeatLayer(layer, tick);
  remote.last = statistics;
  remote.facts.stopped = statistics.stopped;
}

void Network::RepeatLayer(size_t layer, Tick& tick) {
  const bool forked = tick.start == TickStart::kFork;
  const Lane from = forked ? tick.fork_lane : tick.lane;
  const int64_t before = forked ? tick.fork_number : tick.number - 1;
  const ConstMatrixView said = tick.start == TickStart::kReset
                                   ? silence_.view().Cols(0, layers_[layer].options().units)
                                   : output(from, layer, before);
  const MatrixView out = Slot(lane(tick.lane).outputs[layer], tick.number);
  for (size_t i = 0; i < out.rows; ++i) std::ranges::copy(said.row(i), out.row(i).begin());
  if (forked) {
    FfLayerState& state = lane(tick.lane).layers[layer];
    const FfLayerState& other = lane(from).layers[layer];
    state.goodness = other.goodness;
    state.probability = other.probability;
  }
  // The figures are those of the last step of whatever lane.
  tick.layers[layer] = remotes_[layer].last;
  tick.layers[layer].late = true;
}

double Network::contrast(size_t layer) const {
  return is_remote(layer) ? remotes_[layer].facts.contrast : layers_[layer].contrast();
}

bool Network::stopped(size_t layer) const {
  return is_remote(layer) ? remotes_[layer].facts.stopped : layers_[layer].stopped();
}

template <class Here, class There>
void Network::TurnPhase(Here here, There there) {
  for (size_t l = 0; l < layer_count(); ++l) {
    if (!is_remote(l)) {
      here(layers_[l]);
      continue;
    }
    if (const auto facts = there(*remotes_[l].seat); facts.ok()) remotes_[l].facts = *facts;
    // Thresholds move on waking up, and what goodness means here hangs on them.
    if (options_.learning.threshold_share > 0)
      OrThrow(remotes_[l].seat->Pull(layers_[l], PullFor::kReading));
  }
}

void Network::FallAsleep(Executor& executor) {
  TurnPhase([&](FfLayer& layer) { layer.FallAsleep(executor); },
            [](RemoteLayer& remote) { return remote.FallAsleep(); });
}

void Network::WakeUp(Executor& executor) {
  TurnPhase([&](FfLayer& layer) { layer.WakeUp(executor); },
            [](RemoteLayer& remote) { return remote.WakeUp(); });
}

void Network::SetRateFactor(float factor) {
  rate_factor_ = factor;
  for (FfLayer& layer : layers_) layer.SetRateFactor(factor);
  generator_->SetRateFactor(factor);
  for (const Remote& remote : remotes_) {
    if (remote.seat != nullptr) (void)remote.seat->SetRateFactor(factor);
  }
}

void Network::PullLayers(PullFor what) {
  for (size_t l = 0; l < layer_count(); ++l) {
    if (is_remote(l)) OrThrow(remotes_[l].seat->Pull(layers_[l], what));
  }
}

void Network::PushLayers() {
  for (size_t l = 0; l < layer_count(); ++l) {
    if (!is_remote(l)) continue;
    (void)remotes_[l].seat->Push(layers_[l]);
    remotes_[l].facts = {layers_[l].contrast(), layers_[l].stopped()};
  }
}

void Network::PullLane(Lane of) {
  for (size_t l = 0; l < layer_count(); ++l) {
    if (is_remote(l)) OrThrow(remotes_[l].seat->PullLane(of, lane(of).layers[l]));
  }
}

void Network::PushLane(Lane of, int64_t number) {
  for (size_t l = 0; l < layer_count(); ++l) {
    if (!is_remote(l)) continue;
    (void)remotes_[l].seat->PushLane(of, number, lane(of).layers[l], output(of, l, number));
  }
}

}  // namespace hypnos
