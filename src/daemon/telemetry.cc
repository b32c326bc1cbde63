#include "daemon/telemetry.h"

namespace hypnos {
namespace {

telemetry::Layer::Learning LearningOf(const LayerStatus& layer, bool has_slept) {
  if (layer.stopped) return telemetry::Layer::STOPPED;
  if (!has_slept) return telemetry::Layer::UNKNOWN;
  if (!layer.balanced()) return telemetry::Layer::LEARNING;
  return layer.tells_apart() ? telemetry::Layer::FINISHED : telemetry::Layer::CANNOT_TELL;
}

void FillProbeLayer(const LayerProbe& from, telemetry::ProbeLayer* to) {
  const auto auc = [&](ProbeNegative kind) { return from.auc_of[static_cast<size_t>(kind)]; };
  to->set_finite(from.finite);
  to->set_goodness_real(from.real_goodness);
  to->set_goodness_negative(from.negative_goodness);
  to->set_probability_real(from.real_probability);
  to->set_probability_negative(from.negative_probability);
  to->set_pairwise_accuracy(from.pairwise_accuracy);
  to->set_auc(from.auc);
  to->set_auc_splice(auc(ProbeNegative::kSplice));
  to->set_auc_hybrid(auc(ProbeNegative::kHybrid));
  to->set_auc_early_dream(auc(ProbeNegative::kEarlyDream));
  to->mutable_histogram_real()->Assign(from.real_histogram.begin(), from.real_histogram.end());
  to->mutable_histogram_negative()->Assign(from.negative_histogram.begin(),
                                           from.negative_histogram.end());
  to->set_negatives_above(from.negatives_above);
  to->set_positives_below(from.positives_below);
  to->set_saturated(from.saturated);
  to->set_units(static_cast<uint32_t>(from.units));
  to->set_dead_units(static_cast<uint32_t>(from.dead_units));
  to->set_mean_norm(from.weights.mean);
  to->set_largest_norm(from.weights.largest);
  to->set_cosine(from.cosine);
  to->set_effective_rank(from.effective_rank);
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
    if (from.told_probe) to.set_probe_accuracy(*from.told_probe);
  }
  return layers;
}

telemetry::Probe ProbeOf(const ProbeReport& report) {
  const ProbeFigures& figures = report.figures;
  telemetry::Probe probe;
  probe.set_sequences(static_cast<uint32_t>(figures.sequences));
  probe.set_locations(static_cast<uint32_t>(figures.locations));
  probe.set_learned_steps(report.learned_steps);
  probe.set_last_seconds(Seconds(report.took));
  probe.set_input_cosine(figures.input_cosine);
  for (size_t l = 0; l < figures.layers.size(); ++l) {
    FillProbeLayer(figures.layers[l], probe.add_layers());
    probe.mutable_layers()->rbegin()->set_layer(static_cast<uint32_t>(l + 1));
    probe.mutable_layers()->rbegin()->set_contrast(report.contrast[l]);
  }
  return probe;
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
