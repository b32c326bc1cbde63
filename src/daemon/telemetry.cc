#include "daemon/telemetry.h"

namespace hypnos {
namespace {

telemetry::Layer::Learning LearningOf(const LayerStatus& layer, bool has_slept) {
  if (layer.stopped) return telemetry::Layer::STOPPED;
  if (!has_slept) return telemetry::Layer::UNKNOWN;
  if (!layer.balanced()) return telemetry::Layer::LEARNING;
  return layer.tells_apart() ? telemetry::Layer::FINISHED : telemetry::Layer::CANNOT_TELL;
}

telemetry::Phase::State StateOf(const StatusSnapshot& status, bool ended, bool learning) {
  if (ended) return telemetry::Phase::ENDED;
  if (status.frames == 0) return telemetry::Phase::WAITING;
  if (status.asleep) return telemetry::Phase::ASLEEP;
  return learning && status.learning ? telemetry::Phase::AWAKE : telemetry::Phase::LOOKING;
}

}  // namespace

std::vector<telemetry::Layer> LayersOf(const StatusSnapshot& status,
                                       const config::Network& network) {
  std::vector<telemetry::Layer> layers;
  for (size_t l = 0; l < status.layers.size(); ++l) {
    const LayerStatus& from = status.layers[l];
    telemetry::Layer& to = layers.emplace_back();
    const config::Layer& options = network.layers(static_cast<int>(l));
    to.set_layer(static_cast<uint32_t>(l + 1));
    to.set_units(options.units());
    to.set_constraint_units(options.constraint_units());
    to.set_goodness_real(from.real_goodness);
    to.set_probability_real(from.real_probability);
    if (status.has_dreamed) {
      to.set_goodness_dream(from.dream_goodness);
      to.set_probability_dream(from.dream_probability);
    }
    if (status.sleeps > 0) to.set_contrast(from.contrast);
    to.set_finite(!from.stopped);
    to.set_learning(LearningOf(from, status.sleeps > 0));
  }
  return layers;
}

telemetry::Phase PhaseOf(const StatusSnapshot& status, bool ended, bool learning) {
  telemetry::Phase phase;
  phase.set_state(StateOf(status, ended, learning));
  phase.set_step(status.phase.step);
  phase.set_length(status.phase.length);
  phase.set_sleeps(status.sleeps);
  phase.set_learning(learning);
  return phase;
}

}  // namespace hypnos
