#include "daemon/status_answers.h"

#include <chrono>
#include <utility>

#include "daemon/history_keeper.h"
#include "daemon/telemetry.h"
#include "hypnos/base/format.h"

namespace hypnos {

namespace pb = control;
using pb::Response;

StatusAnswers::StatusAnswers(const ServiceParts& parts, const config::Config& config,
                             std::string version)
    : parts_(parts),
      version_(std::move(version)),
      begin_(parts.clock.Now()),
      network_(config.network()),
      labels_(config.labels()) {}

telemetry::Phase StatusAnswers::Phase(const StatusSnapshot& status) const {
  return PhaseOf(status, parts_.sources.ended(), learning_);
}

std::vector<telemetry::Layer> StatusAnswers::Layers(const StatusSnapshot& status) const {
  std::vector<telemetry::Layer> layers = LayersOf(status, network_);
  AddElsewhere(parts_.elsewhere(), layers);
  return layers;
}

std::optional<telemetry::Labels> StatusAnswers::Labels(const StatusSnapshot& status) const {
  if (labels_.classes().empty()) return std::nullopt;
  return LabelsOf(status, labels_);
}

pb::StatusResponse StatusAnswers::Describe(const StatusSnapshot& now) const {
  pb::StatusResponse status;
  status.set_daemon_version(version_);
  status.set_uptime_seconds(Seconds(parts_.clock.Now() - begin_));
  status.set_frames(static_cast<uint64_t>(now.frames));
  status.set_dream_steps(static_cast<uint64_t>(now.dream_steps));
  status.set_frames_per_second(now.frames_per_second);
  if (now.prediction_error) {
    status.set_prediction_error(*now.prediction_error);
    status.set_prediction_error_unit(now.in_bits ? "bits a symbol" : "variances of the input");
  }
  *status.mutable_phase() = Phase(now);
  for (auto& source : parts_.sources.Reports(now)) *status.add_sources() = std::move(source);
  for (auto& layer : Layers(now)) *status.add_layers() = std::move(layer);
  for (const auto& [reason, count] : now.discontinuities) {
    (*status.mutable_discontinuities())[reason] = static_cast<uint64_t>(count);
  }
  if (auto labels = Labels(now)) *status.mutable_labels() = *std::move(labels);
  if (parts_.checkpoints != nullptr) *status.mutable_checkpoints() = parts_.checkpoints->Report();
  if (parts_.session_log) {
    if (auto log = parts_.session_log()) *status.mutable_session_log() = *std::move(log);
  }
  if (now.guard.enabled) *status.mutable_guard() = GuardOf(now.guard, GuardDetail::kLast);
  if (const HistoryKeeper* history = parts_.history()) {
    *status.mutable_history() = history->Report();
  }
  status.set_replaying(parts_.replaying);
  status.set_stopping(parts_.stopping());
  status.set_clients(static_cast<uint32_t>(parts_.clients()));
  return status;
}

Result<Response> StatusAnswers::ListLayers() const {
  Response response;
  auto& layers = *response.mutable_list_layers();
  for (auto& layer : Layers(parts_.board.Snapshot())) {
    *layers.add_layers() = std::move(layer);
  }
  return response;
}

Result<Response> StatusAnswers::SleepStatus() const {
  Response response;
  pb::SleepStatusResponse& status = *response.mutable_sleep_status();
  *status.mutable_phase() = PhaseNow();
  const StatusSnapshot now = parts_.board.Snapshot();
  status.set_dream_steps(static_cast<uint64_t>(now.dream_steps));
  if (!now.last_sleep) return response;
  const SleepReport& sleep = *now.last_sleep;
  pb::SleepStatusResponse::Sleep& last = *status.mutable_last();
  last.set_number(sleep.number);
  last.set_began(ToString(sleep.began));
  last.set_ended(ToString(sleep.ended));
  last.set_steps(sleep.steps);
  last.set_seconds(Seconds(sleep.took));
  if (sleep.before) *last.mutable_before() = ProbeOf(*sleep.before);
  if (sleep.after) *last.mutable_after() = ProbeOf(*sleep.after);
  return response;
}

}  // namespace hypnos
