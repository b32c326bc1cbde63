#include "daemon/daemon_service.h"

#include <algorithm>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/checkpoint_answers.h"
#include "daemon/common_answers.h"
#include "daemon/herald.h"
#include "daemon/history_keeper.h"
#include "daemon/labour.h"
#include "daemon/telemetry.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/nearest.h"
#include "hypnos/base/printable.h"
#include "hypnos/config/print.h"

namespace hypnos {
namespace {

namespace pb = control;
using pb::Request;
using pb::Response;

Error GuardIsOff() {
  return {Code::kFailedPrecondition, "GUARD_IS_OFF",
          "guard.enabled is false, so that nobody watches over what is learned: switch it on and "
          "start the daemon again"};
}

Error UnknownLabel(const std::string& label, const std::vector<std::string>& classes) {
  const std::string nearest = Nearest(label, classes);
  return {Code::kInvalidArgument, "UNKNOWN_LABEL",
          Format("'{}' is none of labels.classes{}", Printable(label),
                 nearest.empty() ? "" : Format("; did you mean '{}'?", Printable(nearest)))};
}

}  // namespace

DaemonService::DaemonService(ServiceParts parts, const config::Config& config, std::string version)
    : parts_(std::move(parts)),
      labels_(config.labels()),
      guards_(config.guard().enabled()),
      reads_text_(ReadsText(config)),
      reads_series_(ReadsSeries(config)),
      config_(ConfigParts(), config),
      status_(parts_, config, std::move(version)),
      looks_(parts_, status_, config),
      changer_(kMostWaiting) {}

ConfigInEffect::Parts DaemonService::ConfigParts() {
  return {
      .read = parts_.read_config,
      .check = [this](const config::Config& next) { return CheckSources(next); },
      .change = [this](const auto& gone, const auto& come, const config::Config& next) -> Status {
        HYPNOS_RETURN_IF_ERROR(parts_.sources.Change(gone, come, next));
        if (parts_.checkpoints != nullptr) parts_.checkpoints->NoteSources(next);
        return {};
      },
      .save =
          [this] {
            if (parts_.checkpoints != nullptr) (void)parts_.checkpoints->Save();
          },
      .apply = parts_.apply,
      .events = parts_.events};
}

void DaemonService::Handle(const Request& request, const std::shared_ptr<CallState>& call,
                           Reply reply) {
  const Answer answer(std::move(reply), call);
  if (const auto why = WhyRefused(request, parts_.stopping(), parts_.replaying)) {
    return answer(*why);
  }
  const std::string source = SourceNamedBy(request);
  if (!source.empty() && !IsAboutOneView(request)) {
    if (const Status alone = parts_.sources.CheckAlone(source); !alone.ok()) {
      return answer(alone.error());
    }
  }
  switch (request.kind_case()) {
    case Request::kShutdown:
      return Shutdown(answer);
    case Request::kSetLearning:
      return SetLearning(request.set_learning().on(), answer);
    case Request::kSleepNow:
      return SleepNow(request.sleep_now().steps(), answer);
    case Request::kAbortSleep:
      return AbortSleep(answer);
    case Request::kWake:
      return Wake(answer);
    case Request::kSetLabel:
      return SetLabel(request.set_label(), answer);
    case Request::kAddSource:
      return Labour(changer_, answer, "BUSY",
                    [this, yaml = request.add_source().yaml()] { return AddSource(yaml); });
    case Request::kRemoveSource:
      return Labour(changer_, answer, "BUSY",
                    [this, name = request.remove_source().name()] { return RemoveSource(name); });
    case Request::kResumeGuard:
      return ResumeGuard(request.resume_guard().full_rate(), answer);
    case Request::kInspectLayer:
      return looks_.InspectLayer(request.inspect_layer(), answer);
    case Request::kProbe:
      return Probe(request.probe().now(), answer);
    case Request::kDream:
      return looks_.Dream(request.dream(), answer);
    case Request::kPredict:
      return looks_.Predict(request.predict(), answer);
    case Request::kSnapshot:
      return looks_.Snapshot(request.snapshot().source(), answer);
    case Request::kQueryHistory:
      return AnswerFromHistory(parts_.history(), request.query_history(), answer);
    case Request::kListFleet:
      return answer(AnswerFleet(parts_.herald(), request.list_fleet()));
    case Request::kReloadConfig:
      return ReloadConfig(answer);
    case Request::kSaveCheckpoint:
    case Request::kListCheckpoints:
    case Request::kVerifyCheckpoint:
    case Request::kRestoreCheckpoint:
    case Request::kImportCheckpoint:
      return Checkpoint(request, answer);
    default:
      return answer(AnswerNow(request));
  }
}

Result<Response> DaemonService::AnswerNow(const Request& request) {
  switch (request.kind_case()) {
    case Request::kStatus: {
      Response response;
      *response.mutable_status() = status_.Describe(parts_.board.Snapshot());
      return response;
    }
    case Request::kListSources:
      return ListSources();
    case Request::kPauseSource:
      return PauseSource(request.pause_source().name(), true);
    case Request::kResumeSource:
      return PauseSource(request.resume_source().name(), false);
    case Request::kListLayers:
      return status_.ListLayers();
    case Request::kSleepStatus:
      return status_.SleepStatus();
    case Request::kQueryEvents:
    case Request::kEventPicture:
    case Request::kResolveEvent:
      return AnswerEvents(parts_.events, request);
    case Request::kGuard:
      return Guard();
    case Request::kShowConfig:
      return ShowConfig();
    case Request::kSetLogLevel:
      return SetLogLevel(request.set_log_level());
    default:
      return Error{Code::kUnimplemented, "UNKNOWN_REQUEST",
                   "this daemon does not know the request"};
  }
}

void DaemonService::Order(const Answer& answer, Command command) {
  parts_.pipeline.Post([answer, command = std::move(command)](PipelineControl& control) {
    if (!answer.cancelled()) answer(command(control));
  });
}

Result<Response> DaemonService::ListSources() const {
  Response response;
  for (auto& source : parts_.sources.Reports(parts_.board.Snapshot())) {
    *response.mutable_list_sources()->add_sources() = std::move(source);
  }
  return response;
}

Result<Response> DaemonService::PauseSource(const std::string& name, bool paused) {
  HYPNOS_ASSIGN_OR_RETURN(const bool changed, parts_.sources.SetPaused(name, paused));
  Response response;
  if (paused) {
    response.mutable_pause_source()->set_changed(changed);
  } else {
    response.mutable_resume_source()->set_changed(changed);
  }
  return response;
}

Result<Response> DaemonService::ShowConfig() const {
  Response response;
  response.mutable_show_config()->set_yaml(config::Print(config_.Now()));
  return response;
}

// Answered first: the server may be gone soon after.
void DaemonService::Shutdown(const Answer& answer) {
  Response response;
  const bool changed = !parts_.stopping();
  response.mutable_shutdown()->set_changed(changed);
  answer(std::move(response));
  if (changed) parts_.stop();
}

void DaemonService::SetLearning(bool on, const Answer& answer) {
  Order(answer, [this, on](PipelineControl& control) -> Result<Response> {
    HYPNOS_ASSIGN_OR_RETURN(const bool changed, control.SetLearning(on));
    status_.NoteLearning(on);
    if (changed) log::Info("learning switched {}", on ? "on" : "off");
    Response response;
    response.mutable_set_learning()->set_changed(changed);
    return response;
  });
}

void DaemonService::SleepNow(uint64_t steps, const Answer& answer) {
  constexpr uint64_t kMostSteps = 1'000'000'000;
  if (steps > kMostSteps) {
    return answer(Error{Code::kInvalidArgument, "STEPS_OUT_OF_RANGE",
                        Format("{} steps are more than {}", steps, kMostSteps)});
  }
  Order(answer, [this, steps](PipelineControl& control) -> Result<Response> {
    HYPNOS_ASSIGN_OR_RETURN(const bool changed, control.SleepNow(steps));
    Response response;
    response.mutable_sleep_now()->set_changed(changed);
    *response.mutable_sleep_now()->mutable_phase() = status_.PhaseNow();
    return response;
  });
}

void DaemonService::AbortSleep(const Answer& answer) {
  Order(answer, [this](PipelineControl& control) -> Result<Response> {
    Response response;
    response.mutable_abort_sleep()->set_changed(control.WakeNow());
    *response.mutable_abort_sleep()->mutable_phase() = status_.PhaseNow();
    return response;
  });
}

void DaemonService::Wake(const Answer& answer) {
  Order(answer, [this](PipelineControl& control) -> Result<Response> {
    Response response;
    response.mutable_wake()->set_changed(control.WakeAfterDream());
    *response.mutable_wake()->mutable_phase() = status_.PhaseNow();
    return response;
  });
}

Result<Response> DaemonService::Guard() const {
  if (!guards_) return GuardIsOff();
  Response response;
  *response.mutable_guard()->mutable_guard() =
      GuardOf(parts_.board.Snapshot().guard, GuardDetail::kAll);
  return response;
}

void DaemonService::ResumeGuard(bool full_rate, const Answer& answer) {
  Order(answer, [this, full_rate](PipelineControl& control) -> Result<Response> {
    HYPNOS_ASSIGN_OR_RETURN(const bool changed, control.ResumeLearning(full_rate));
    status_.NoteLearning(control.learns());
    Response response;
    response.mutable_resume_guard()->set_changed(changed);
    *response.mutable_resume_guard()->mutable_guard() =
        GuardOf(parts_.board.Snapshot().guard, GuardDetail::kLast);
    return response;
  });
}

void DaemonService::Probe(bool now, const Answer& answer) {
  const auto respond = [this](const ProbeReport& report) {
    const StatusSnapshot status = parts_.board.Snapshot();
    Response response;
    telemetry::Probe& probe = *response.mutable_probe()->mutable_probe();
    probe = ProbeOf(report);
    probe.set_scored(status.probes);
    probe.set_seconds(Seconds(status.probes_took));
    return response;
  };
  if (const auto last = parts_.board.Snapshot().probe; last && !now) return answer(respond(*last));
  Order(answer, [respond](PipelineControl& control) -> Result<Response> {
    HYPNOS_ASSIGN_OR_RETURN(const ProbeReport report, control.Probe());
    return respond(report);
  });
}

void DaemonService::SetLabel(const pb::SetLabelRequest& request, const Answer& answer) {
  const std::string& label = request.label();
  const std::vector<std::string> classes(labels_.classes().begin(), labels_.classes().end());
  if (classes.empty()) {
    return answer(Error{Code::kFailedPrecondition, "NO_LABELS",
                        "labels.classes names none, so that there is nothing to learn of one: "
                        "name them in the configuration and start the daemon again"});
  }
  std::optional<size_t> place;
  if (!label.empty()) {
    const auto found = std::ranges::find(classes, label);
    if (found == classes.end()) return answer(UnknownLabel(label, classes));
    place = static_cast<size_t>(found - classes.begin());
  }
  Order(answer, [request, place](PipelineControl& control) -> Result<Response> {
    const std::string of = Printable(request.source());
    if (!control.SetLabel(place, request.source())) {
      return Error{Code::kNotFound, "SOURCE_NOT_FOUND", Format("there is no source '{}'", of)};
    }
    log::Info("label{} {}", of.empty() ? "" : " of source '" + of + "'",
              place ? "'" + Printable(request.label()) + "'" : "as the source says");
    Response response;
    response.mutable_set_label();
    return response;
  });
}

void DaemonService::Checkpoint(const Request& request, const Answer& answer) {
  if (parts_.checkpoints == nullptr) {
    return answer(Error{Code::kFailedPrecondition, "NO_CHECKPOINTS",
                        "checkpoint.folder is not configured, so that nothing is kept: name one "
                        "and start the daemon again"});
  }
  Labour(changer_, answer, "BUSY", [this, request]() -> Result<Response> {
    // It may have waited for its turn for long.
    if (const auto why = WhyRefused(request, parts_.stopping(), parts_.replaying)) return *why;
    return AnswerCheckpoints(*parts_.checkpoints, request);
  });
}

void DaemonService::ReloadConfig(const Answer& answer) {
  Labour(changer_, answer, "BUSY", [this]() -> Result<Response> {
    Response response;
    HYPNOS_ASSIGN_OR_RETURN(*response.mutable_reload_config(), Reload());
    return response;
  });
}

// Of sources that are to be watched from now on, by the network that there is.
Status DaemonService::CheckSources(const config::Config& next) const {
  const bool same = ReadsText(next) == reads_text_ && ReadsSeries(next) == reads_series_;
  if (next.sources_size() == 0 || same) return {};
  return Error{Code::kFailedPrecondition, "NEEDS_RESTART",
               "the network was made for pictures, texts or series, and the sources are now of "
               "another of these kinds: start the daemon again"};
}

Result<Response> DaemonService::AddSource(const std::string& yaml) {
  HYPNOS_ASSIGN_OR_RETURN(const std::string name, config_.AddSource(yaml));
  Response response;
  for (auto& report : parts_.sources.Reports(parts_.board.Snapshot())) {
    if (report.name() == name) *response.mutable_add_source()->mutable_source() = std::move(report);
  }
  return response;
}

Result<Response> DaemonService::RemoveSource(const std::string& name) {
  HYPNOS_RETURN_IF_ERROR(config_.RemoveSource(name));
  Response response;
  response.mutable_remove_source();
  return response;
}

Status DaemonService::CheckTopic(pb::Topic /*topic*/) { return {}; }

pb::Update DaemonService::Sample(const TopicSet& topics) {
  pb::Update update;
  const StatusSnapshot now = parts_.board.Snapshot();
  looks_.AddTo(topics, &update);
  if (topics.Has(pb::GOODNESS)) {
    for (auto& layer : status_.Layers(now)) *update.add_layers() = std::move(layer);
  }
  if (topics.Has(pb::PHASE)) {
    *update.mutable_phase() = status_.Phase(now);
  }
  if (topics.Has(pb::SOURCES)) {
    for (auto& source : parts_.sources.Reports(now)) *update.add_sources() = std::move(source);
  }
  if (topics.Has(pb::EVENTS) && parts_.events != nullptr) parts_.events->AddNewest(update);
  if (topics.Has(pb::LABELS)) {
    if (auto labels = status_.Labels(now)) *update.mutable_labels() = *std::move(labels);
  }
  return update;
}

Result<pb::Update> DaemonService::SampleOf(const std::string& source, const TopicSet& topics) {
  HYPNOS_RETURN_IF_ERROR(parts_.sources.CheckAlone(source));
  pb::Update update = Sample(topics);
  update.clear_events();
  if (topics.Has(pb::EVENTS) && parts_.events != nullptr) parts_.events->AddNewest(update, source);
  return update;
}

}  // namespace hypnos
