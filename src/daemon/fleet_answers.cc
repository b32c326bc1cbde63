#include "daemon/fleet_answers.h"

#include <algorithm>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// Of each daemon, where all are told of: a thousand times a hundred sentences nobody reads.
constexpr size_t kProblemsInShort = 5;

void Tell(const SourceBeat& source, control::FleetSource& shown) {
  shown.set_name(source.name);
  shown.set_state(source.state);
  shown.set_why(source.why);
  shown.set_unusual(source.unusual);
  shown.set_frames(source.frames);
  shown.set_dropped(source.dropped);
  if (source.latency_seconds) shown.set_latency_seconds(*source.latency_seconds);
  if (source.prediction_error) shown.set_prediction_error(*source.prediction_error);
}

void Tell(const LayerBeat& layer, control::FleetLayer& shown) {
  shown.set_source(layer.source);
  shown.set_layer(layer.layer);
  shown.set_learning(layer.learning);
  if (layer.goodness_real) shown.set_goodness_real(*layer.goodness_real);
  if (layer.goodness_dream) shown.set_goodness_dream(*layer.goodness_dream);
}

void Tell(const SpreadBeat& layer, control::FleetLayerElsewhere& shown) {
  shown.set_network(layer.network);
  shown.set_layer(layer.layer);
  shown.set_host(layer.host);
  shown.set_placed(layer.placed);
  shown.set_steps(layer.steps);
  shown.set_late_steps(layer.late_steps);
}

void Tell(const HostBeat& layer, control::FleetLayerHosted& shown) {
  shown.set_network(layer.network);
  shown.set_layer(layer.layer);
  shown.set_placed(layer.placed);
  shown.set_steps(layer.steps);
}

void TellInShort(const Member& member, control::FleetMember& shown) {
  const HeardHeartbeat& heard = *member.heard;
  const Heartbeat& heartbeat = heard.heartbeat;
  shown.set_name(heartbeat.name);
  shown.set_host(heartbeat.host);
  shown.set_daemon_version(heartbeat.daemon_version);
  shown.set_gone(member.gone);
  shown.set_silent_seconds(Seconds(member.silent));
  shown.set_interval_seconds(heartbeat.interval_seconds);
  shown.set_uptime_seconds(heartbeat.uptime_seconds);
  shown.set_phase(heartbeat.phase);
  shown.set_sources(heard.sources);
  shown.set_sources_lost(heard.sources_lost);
  shown.set_frames(heartbeat.frames);
  shown.set_frames_per_second(heartbeat.frames_per_second);
  if (heard.latency_seconds) shown.set_latency_seconds(*heard.latency_seconds);
  shown.set_layers(heard.layers);
  shown.set_layers_elsewhere(heard.layers_elsewhere);
  shown.set_layers_hosted(heard.layers_hosted);
  if (heard.late_share) shown.set_late_share(*heard.late_share);
  for (const std::string& problem : heartbeat.problems) {
    if (static_cast<size_t>(shown.problems_size()) == kProblemsInShort) break;
    shown.add_problems(problem);
  }
  if (!heartbeat.model) return;
  control::FleetModel& model = *shown.mutable_model();
  model.set_name(heartbeat.model->model);
  model.set_round(heartbeat.model->round);
  model.set_replicas(heard.replicas);
  model.set_why(heartbeat.model->why);
}

void TellAll(const Member& member, control::FleetMember& shown) {
  TellInShort(member, shown);
  const Heartbeat& heartbeat = member.heard->heartbeat;
  shown.clear_problems();
  for (const std::string& problem : heartbeat.problems) shown.add_problems(problem);
  for (const SourceBeat& source : heartbeat.sources) Tell(source, *shown.add_source_details());
  for (const LayerBeat& layer : heartbeat.layers) Tell(layer, *shown.add_layer_details());
  for (const SpreadBeat& layer : heartbeat.spread) Tell(layer, *shown.add_elsewhere());
  for (const HostBeat& layer : heartbeat.hosts) Tell(layer, *shown.add_hosted());
  if (!heartbeat.model) return;
  control::FleetModel& model = *shown.mutable_model();
  for (const std::string& name : heartbeat.model->replicas) model.add_replica_names(name);
  model.set_digest(heartbeat.model->digest);
}

// The lower, the sooner somebody wants to know.
int RankOf(const Member& member, const std::string& self) {
  if (member.heard->heartbeat.name == self) return 0;
  if (member.gone) return 2;
  return member.heard->heartbeat.problems.empty() ? 3 : 1;
}

// By name again.
std::vector<Member> TheFirst(std::vector<Member> members, const std::string& self, size_t limit) {
  if (limit == 0 || members.size() <= limit) return members;
  std::ranges::stable_sort(members, {}, [&](const Member& one) { return RankOf(one, self); });
  members.resize(limit);
  std::ranges::sort(members, {}, [](const Member& one) { return one.heard->heartbeat.name; });
  return members;
}

}  // namespace

Result<control::ListFleetResponse> FleetOf(const std::vector<Member>& members,
                                           const std::string& self,
                                           const control::ListFleetRequest& request) {
  control::ListFleetResponse response;
  response.set_total(static_cast<uint32_t>(members.size()));
  const auto add = [&](const Member& member) -> control::FleetMember& {
    control::FleetMember& shown = *response.add_members();
    shown.set_self(member.heard->heartbeat.name == self);
    return shown;
  };
  if (request.name().empty()) {
    for (const Member& member : TheFirst(members, self, request.limit())) {
      TellInShort(member, add(member));
    }
    return response;
  }
  const auto found = std::ranges::find(members, request.name(),
                                       [](const Member& one) { return one.heard->heartbeat.name; });
  if (found == members.end()) {
    return Error{Code::kNotFound, "DAEMON_NOT_FOUND",
                 Format("no daemon of this broker is called '{}', or has said so today; without a "
                        "name all are told of",
                        Printable(request.name()))};
  }
  TellAll(*found, add(*found));
  return response;
}

}  // namespace hypnos
