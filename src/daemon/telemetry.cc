#include "daemon/telemetry.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>

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
  if (const auto splice = auc(ProbeNegative::kSplice)) to->set_auc_splice(*splice);
  if (const auto hybrid = auc(ProbeNegative::kHybrid)) to->set_auc_hybrid(*hybrid);
  if (const auto dream = auc(ProbeNegative::kEarlyDream)) to->set_auc_early_dream(*dream);
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

constexpr size_t kMostGuesses = 10;

// The places of the largest values, the largest first; of equals the first.
std::vector<size_t> Largest(std::span<const float> values, size_t most) {
  std::vector<size_t> places(values.size());
  std::iota(places.begin(), places.end(), size_t{0});
  std::ranges::stable_sort(places, std::greater(), [&](size_t place) { return values[place]; });
  places.resize(std::min(places.size(), most));
  return places;
}

telemetry::LabelAccuracy AccuracyOf(const LabelScore& score) {
  telemetry::LabelAccuracy accuracy;
  accuracy.set_frames(score.read_out.frames());
  if (const auto share = score.read_out.total()) accuracy.set_read_out(*share);
  if (const auto share = score.goodness.total()) accuracy.set_goodness(*share);
  if (const auto share = score.same_as_before.total()) accuracy.set_same_as_before(*share);
  if (const auto share = score.read_out.recent()) accuracy.set_recent_read_out(*share);
  if (const auto share = score.goodness.recent()) accuracy.set_recent_goodness(*share);
  if (const auto share = score.same_as_before.recent()) accuracy.set_recent_same_as_before(*share);
  return accuracy;
}

telemetry::GuardDecision DecisionOf(const GuardDecision& from) {
  telemetry::GuardDecision decision;
  decision.set_time(std::chrono::duration<double>(from.time.time_since_epoch()).count());
  // In the order of their numbers.
  decision.set_event(static_cast<telemetry::GuardDecision::Event>(from.event));
  static_assert(telemetry::GuardDecision::Event_ARRAYSIZE == kGuardEvents);
  decision.set_frames(from.frames);
  decision.set_steps(from.steps);
  decision.set_message(ToString(from));
  decision.set_attempt(static_cast<uint32_t>(from.attempt));
  decision.set_rate_factor(from.rate_factor);
  if (from.back_to_steps) decision.set_back_to_steps(*from.back_to_steps);
  return decision;
}

}  // namespace

void AddElsewhere(const std::vector<MeasuredSpread::Seat>& seats,
                  std::vector<telemetry::Layer>& layers) {
  for (const MeasuredSpread::Seat& seat : seats) {
    if (seat.layer > layers.size()) continue;  // before the first frame
    telemetry::LayerElsewhere& elsewhere = *layers[seat.layer - 1].mutable_elsewhere();
    elsewhere.set_daemon(seat.status.host);
    elsewhere.set_seated(seat.status.seated);
    elsewhere.set_steps(seat.status.steps);
    elsewhere.set_late_steps(seat.status.late_steps);
  }
}

telemetry::Labels LabelsOf(const StatusSnapshot& status, const config::Labels& labels) {
  telemetry::Labels report;
  const auto name = [&](size_t label) { return labels.classes(static_cast<int>(label)); };
  if (status.label) report.set_label(name(*status.label));
  std::vector<size_t> guessed = Largest(status.label_read_out, kMostGuesses);
  for (const size_t label : Largest(status.label_goodness, 1)) {
    if (std::ranges::find(guessed, label) == guessed.end()) guessed.push_back(label);
  }
  for (const size_t label : guessed) {
    telemetry::LabelGuess& guess = *report.add_guesses();
    guess.set_label(name(label));
    guess.set_read_out(static_cast<double>(status.label_read_out[label]));
    if (!status.label_goodness.empty()) {
      guess.set_goodness(static_cast<double>(status.label_goodness[label]));
    }
  }
  *report.mutable_learned() = AccuracyOf(status.labels.learned);
  *report.mutable_held_out() = AccuracyOf(status.labels.held_out);
  return report;
}

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

telemetry::Guard GuardOf(const GuardStatus& status, GuardDetail detail) {
  telemetry::Guard guard;
  guard.set_stopped(status.stopped);
  guard.set_attempt(static_cast<uint32_t>(status.attempt));
  guard.set_attempts(static_cast<uint32_t>(status.attempts));
  guard.set_rate_factor(status.rate_factor);
  guard.set_judged(status.judged);
  guard.set_alarms(status.alarms);
  if (status.sign) guard.set_sign(ToString(*status.sign));
  if (status.good_steps) guard.set_good_steps(*status.good_steps);
  const size_t all = status.decisions.size();
  const size_t first = detail == GuardDetail::kAll || all == 0 ? 0 : all - 1;
  for (size_t i = first; i < all; ++i) {
    *guard.add_decisions() = DecisionOf(status.decisions[i]);
  }
  return guard;
}

telemetry::Phase PhaseOf(const StatusSnapshot& status, bool ended, bool learning) {
  telemetry::Phase phase;
  phase.set_state(StateOf(status, ended, learning));
  phase.set_step(status.phase.step);
  phase.set_length(status.phase.length);
  phase.set_sleeps(status.sleeps);
  phase.set_cause(ToString(status.cause));
  phase.set_learning(learning && !status.guard.stopped);
  return phase;
}

}  // namespace hypnos
