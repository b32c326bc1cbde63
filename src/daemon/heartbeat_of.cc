#include "daemon/heartbeat_of.h"

#include <algorithm>
#include <cctype>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

std::string LowerOf(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string PhaseOf(const std::vector<MeasuredNetwork>& networks) {
  std::string phase;
  for (const MeasuredNetwork& network : networks) {
    const auto state = network.status.phase().state();
    const std::string own = LowerOf(telemetry::Phase::State_Name(state));
    if (!phase.empty() && phase != own) return "mixed";
    phase = own;
  }
  return phase.empty() ? "waiting" : phase;
}

SourceBeat BeatOf(const telemetry::Source& source) {
  SourceBeat beat = {.name = source.name(),
                     .state = LowerOf(telemetry::Source::State_Name(source.state())),
                     .why = source.why(),
                     .frames = source.frames(),
                     .dropped = source.dropped_slow() + source.dropped_asleep() +
                                source.dropped_paused() + source.dropped_over_rate() +
                                source.unreadable()};
  if (source.has_latency_seconds()) beat.latency_seconds = source.latency_seconds();
  if (source.has_prediction_error()) beat.prediction_error = source.prediction_error();
  return beat;
}

LayerBeat BeatOf(const telemetry::Layer& layer, const std::string& source) {
  LayerBeat beat = {.source = source,
                    .layer = layer.layer(),
                    .learning = LowerOf(telemetry::Layer::Learning_Name(layer.learning()))};
  if (layer.has_goodness_real()) beat.goodness_real = layer.goodness_real();
  if (layer.has_goodness_dream()) beat.goodness_dream = layer.goodness_dream();
  return beat;
}

void AddProblems(const MeasuredNetwork& network, std::vector<std::string>& problems) {
  const control::StatusResponse& status = network.status;
  const std::string whose = network.source.empty() ? "" : Format("'{}': ", network.source);
  for (const telemetry::Source& source : status.sources()) {
    using telemetry::Source;
    const bool broke_off = source.state() == Source::ENDED && !source.why().empty();
    if (source.state() != Source::LOST && source.state() != Source::STALLED && !broke_off) continue;
    problems.push_back(Format("source '{}' is {}: {}", source.name(),
                              LowerOf(Source::State_Name(source.state())), source.why()));
  }
  for (const telemetry::Layer& layer : status.layers()) {
    if (layer.finite()) continue;
    problems.push_back(
        Format("{}layer {} has overflowed and learns no more", whose, layer.layer()));
  }
  if (status.guard().stopped()) problems.push_back(whose + "the guard has stopped learning");
  if (status.checkpoints().failing()) {
    problems.push_back(
        Format("{}no checkpoint can be saved: {}", whose, status.checkpoints().why()));
  }
  if (!status.session_log().failing().empty()) {
    problems.push_back(
        Format("{}nothing can be recorded: {}", whose, status.session_log().failing()));
  }
}

}  // namespace

Heartbeat HeartbeatOf(const std::vector<MeasuredNetwork>& networks,
                      const std::set<std::string>& unusual) {
  Heartbeat heartbeat = {.name = "", .phase = PhaseOf(networks)};
  for (const MeasuredNetwork& network : networks) {
    const control::StatusResponse& status = network.status;
    heartbeat.uptime_seconds = std::max(heartbeat.uptime_seconds, status.uptime_seconds());
    heartbeat.frames += status.frames();
    heartbeat.frames_per_second += status.frames_per_second();
    for (const telemetry::Source& source : status.sources()) {
      heartbeat.sources.push_back(BeatOf(source));
      heartbeat.sources.back().unusual = unusual.contains(source.name());
    }
    for (const telemetry::Layer& layer : status.layers()) {
      heartbeat.layers.push_back(BeatOf(layer, network.source));
    }
    AddProblems(network, heartbeat.problems);
  }
  return heartbeat;
}

void AddSpread(const MeasuredSpread& spread, Heartbeat& heartbeat) {
  for (const MeasuredSpread::Seat& seat : spread.elsewhere) {
    heartbeat.spread.push_back({.network = seat.network,
                                .layer = static_cast<uint32_t>(seat.layer),
                                .host = seat.status.host,
                                .placed = seat.status.seated,
                                .steps = seat.status.steps,
                                .late_steps = seat.status.late_steps});
  }
  for (const MeasuredSpread::Host& host : spread.here) {
    heartbeat.hosts.push_back({.network = host.network,
                               .layer = static_cast<uint32_t>(host.layer),
                               .placed = !host.status.head.empty(),
                               .steps = host.status.steps});
  }
}

}  // namespace hypnos
