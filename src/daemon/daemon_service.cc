#include "daemon/daemon_service.h"

#include <algorithm>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/common_answers.h"
#include "daemon/dream_answers.h"
#include "daemon/herald.h"
#include "daemon/history_keeper.h"
#include "daemon/labour.h"
#include "daemon/layer_answers.h"
#include "daemon/series_answers.h"
#include "daemon/snapshot.h"
#include "daemon/take_look.h"
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

constexpr Duration kInspectionAge = std::chrono::milliseconds(500);

pb::Checkpoint CheckpointOf(const CheckpointInfo& info) {
  pb::Checkpoint checkpoint;
  checkpoint.set_name(info.name);
  checkpoint.set_time(std::chrono::duration<double>(info.facts.time.time_since_epoch()).count());
  checkpoint.set_bytes(info.bytes);
  checkpoint.set_frames(info.facts.frames);
  return checkpoint;
}

Error GuardIsOff() {
  return {Code::kFailedPrecondition, "GUARD_IS_OFF",
          "guard.enabled is false, so that nobody watches over what is learned: switch it on and "
          "start the daemon again"};
}

Error NoSuchLayer(uint32_t layer, int layers) {
  return {Code::kNotFound, "LAYER_NOT_FOUND",
          Format("there is no layer {}; there are layers 1 to {}", layer, layers)};
}

Error UnknownLabel(const std::string& label, const std::vector<std::string>& classes) {
  const std::string nearest = Nearest(label, classes);
  return {Code::kInvalidArgument, "UNKNOWN_LABEL",
          Format("'{}' is none of labels.classes{}", Printable(label),
                 nearest.empty() ? "" : Format("; did you mean '{}'?", Printable(nearest)))};
}

VideoEncoderOptions::Colour ColourOf(const config::Config& config) {
  return config.encoding().colour() == config::Encoding::BGR ? VideoEncoderOptions::Colour::kBgr
                                                             : VideoEncoderOptions::Colour::kGrey;
}

// Of a wrong one the source tells, and nothing is ever looked at.
std::optional<Alphabet> AlphabetOf(const config::Config& config) {
  if (!ReadsText(config)) return std::nullopt;
  auto alphabet = BuildAlphabet(config.encoding().text());
  return alphabet.ok() ? std::optional(*std::move(alphabet)) : std::nullopt;
}

std::optional<SeriesEncoderOptions> SeriesOf(const config::Config& config) {
  if (!ReadsSeries(config)) return std::nullopt;
  return BuildSeriesEncoder(config);
}

}  // namespace

DaemonService::DaemonService(ServiceParts parts, const config::Config& config, std::string version)
    : parts_(std::move(parts)),
      version_(std::move(version)),
      begin_(parts_.clock.Now()),
      network_(config.network()),
      labels_(config.labels()),
      guards_(config.guard().enabled()),
      colour_(ColourOf(config)),
      alphabet_(AlphabetOf(config)),
      series_(SeriesOf(config)),
      goodness_share_(static_cast<float>(config.generator().goodness_share())),
      config_(ConfigParts(), config),
      meter_(parts_.clock, parts_.pipeline, thinker_),
      views_(parts_.clock, parts_.pipeline, parts_.board, thinker_, colour_),
      thinker_(kMostWaiting),
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
      return InspectLayer(request.inspect_layer(), answer);
    case Request::kProbe:
      return Probe(request.probe().now(), answer);
    case Request::kDream:
      return Dream(request.dream(), answer);
    case Request::kPredict:
      return Predict(request.predict(), answer);
    case Request::kSnapshot:
      return Snapshot(request.snapshot().source(), answer);
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
      *response.mutable_status() = Describe(parts_.board.Snapshot());
      return response;
    }
    case Request::kListSources:
      return ListSources();
    case Request::kPauseSource:
      return PauseSource(request.pause_source().name(), true);
    case Request::kResumeSource:
      return PauseSource(request.resume_source().name(), false);
    case Request::kListLayers:
      return ListLayers();
    case Request::kSleepStatus:
      return SleepStatus();
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

telemetry::Phase DaemonService::PhaseNow() const {
  return PhaseOf(parts_.board.Snapshot(), parts_.sources.ended(), learning_);
}

std::vector<telemetry::Layer> DaemonService::LayersNow(const StatusSnapshot& status) const {
  std::vector<telemetry::Layer> layers = LayersOf(status, network_);
  AddElsewhere(parts_.elsewhere(), layers);
  return layers;
}

std::optional<telemetry::Labels> DaemonService::LabelsNow(const StatusSnapshot& status) const {
  if (labels_.classes().empty()) return std::nullopt;
  return LabelsOf(status, labels_);
}

pb::StatusResponse DaemonService::Describe(const StatusSnapshot& now) const {
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
  *status.mutable_phase() = PhaseOf(now, parts_.sources.ended(), learning_);
  for (auto& source : parts_.sources.Reports(now)) *status.add_sources() = std::move(source);
  for (auto& layer : LayersNow(now)) *status.add_layers() = std::move(layer);
  for (const auto& [reason, count] : now.discontinuities) {
    (*status.mutable_discontinuities())[reason] = static_cast<uint64_t>(count);
  }
  if (auto labels = LabelsNow(now)) *status.mutable_labels() = *std::move(labels);
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

Result<Response> DaemonService::ListLayers() const {
  Response response;
  auto& layers = *response.mutable_list_layers();
  for (auto& layer : LayersNow(parts_.board.Snapshot())) {
    *layers.add_layers() = std::move(layer);
  }
  return response;
}

Result<Response> DaemonService::SleepStatus() const {
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
    learning_ = on;
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
    *response.mutable_sleep_now()->mutable_phase() = PhaseNow();
    return response;
  });
}

void DaemonService::AbortSleep(const Answer& answer) {
  Order(answer, [this](PipelineControl& control) -> Result<Response> {
    Response response;
    response.mutable_abort_sleep()->set_changed(control.WakeNow());
    *response.mutable_abort_sleep()->mutable_phase() = PhaseNow();
    return response;
  });
}

void DaemonService::Wake(const Answer& answer) {
  Order(answer, [this](PipelineControl& control) -> Result<Response> {
    Response response;
    response.mutable_wake()->set_changed(control.WakeAfterDream());
    *response.mutable_wake()->mutable_phase() = PhaseNow();
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
    learning_ = control.learns();
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

Result<const Look*> DaemonService::LookAtLayer(size_t layer, const std::string& source) {
  const Instant now = parts_.clock.Now();
  const bool same = inspected_ && inspected_->layer == layer && inspected_->source == source;
  if (!same || now - inspected_->at > kInspectionAge) {
    inspected_.reset();
    HYPNOS_ASSIGN_OR_RETURN(Look look, TakeLook(parts_.pipeline, {.weights_of = layer}, source));
    inspected_ = {layer, source, now, std::move(look)};
  }
  return &inspected_->look;
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

void DaemonService::InspectLayer(const pb::InspectLayerRequest& request, const Answer& answer) {
  const int layers = network_.layers_size();
  if (request.layer() < 1 || request.layer() > static_cast<uint32_t>(layers)) {
    return answer(NoSuchLayer(request.layer(), layers));
  }
  if (const auto valid = CheckInspect(request); !valid.ok()) return answer(valid.error());
  Labour(thinker_, answer, "BUSY_LOOKING", [this, request]() -> Result<Response> {
    HYPNOS_ASSIGN_OR_RETURN(const Look* look, LookAtLayer(request.layer() - 1, request.source()));
    Response response;
    *response.mutable_inspect_layer() = InspectionOf(*look, request);
    const auto told = LayersNow(parts_.board.Snapshot());
    if (request.layer() <= told.size()) {
      *response.mutable_inspect_layer()->mutable_layer() = told[request.layer() - 1];
    }
    return response;
  });
}

void DaemonService::Dream(const pb::DreamRequest& request, const Answer& answer) {
  const auto steps = DreamSteps(request);
  if (!steps.ok()) return answer(steps.error());
  const uint64_t seed = request.seed();
  Labour(thinker_, answer, "BUSY_DREAMING",
         [this, steps = *steps, seed, source = request.source()]() -> Result<Response> {
           HYPNOS_ASSIGN_OR_RETURN(const Look look, TakeLook(parts_.pipeline, kDreamParts, source));
           Response response;
           HYPNOS_ASSIGN_OR_RETURN(*response.mutable_dream(),
                                   alphabet_ ? DreamTextOf(look, steps, seed, *alphabet_)
                                   : series_ ? DreamSeriesOf(look, steps, seed, *series_)
                                             : DreamOf(look, steps, seed, colour_));
           return response;
         });
}

void DaemonService::Predict(const pb::PredictRequest& request, const Answer& answer) {
  const auto steps = PredictSteps(request);
  if (!steps.ok()) return answer(steps.error());
  Labour(thinker_, answer, "BUSY_DREAMING",
         [this, steps = *steps, source = request.source()]() -> Result<Response> {
           HYPNOS_ASSIGN_OR_RETURN(
               const Look look,
               TakeLook(parts_.pipeline, series_ ? kDreamParts : kPredictParts, source));
           Response response;
           HYPNOS_ASSIGN_OR_RETURN(*response.mutable_predict(),
                                   alphabet_
                                       ? PredictedTextOf(look, steps, *alphabet_, goodness_share_)
                                   : series_ ? PredictedSeriesOf(look, steps, *series_)
                                             : PredictionOf(look, steps, colour_));
           const StatusSnapshot now = parts_.board.Snapshot();
           if (now.prediction_error) {
             response.mutable_predict()->set_prediction_error(*now.prediction_error);
           }
           if (auto labels = LabelsNow(now)) {
             *response.mutable_predict()->mutable_labels() = *std::move(labels);
           }
           return response;
         });
}

void DaemonService::Snapshot(const std::string& source, const Answer& answer) {
  if (!has_pictures()) {
    return answer(Error{Code::kUnimplemented, "NO_PICTURE",
                        Format("the network reads {}, of which there is no picture; ask what it "
                               "predicts or dreams",
                               alphabet_ ? "text" : "series")});
  }
  Labour(thinker_, answer, "BUSY_LOOKING", [this, source]() -> Result<Response> {
    HYPNOS_ASSIGN_OR_RETURN(const Look look, TakeLook(parts_.pipeline, kSnapshotParts, source));
    Response response;
    *response.mutable_snapshot() = SnapshotOf(look, colour_);
    if (auto labels = LabelsNow(parts_.board.Snapshot())) {
      *response.mutable_snapshot()->mutable_labels() = *std::move(labels);
    }
    return response;
  });
}

void DaemonService::Checkpoint(const Request& request, const Answer& answer) {
  if (parts_.checkpoints == nullptr) {
    return answer(Error{Code::kFailedPrecondition, "NO_CHECKPOINTS",
                        "checkpoint.folder is not configured, so that nothing is kept: name one "
                        "and start the daemon again"});
  }
  Labour(changer_, answer, "BUSY", [this, request] { return CheckpointNow(request); });
}

Result<Response> DaemonService::CheckpointNow(const Request& request) {
  CheckpointKeeper& checkpoints = *parts_.checkpoints;
  // It may have waited for its turn for long.
  if (const auto why = WhyRefused(request, parts_.stopping(), parts_.replaying)) return *why;
  Response response;
  switch (request.kind_case()) {
    case Request::kSaveCheckpoint: {
      HYPNOS_ASSIGN_OR_RETURN(const CheckpointInfo saved, checkpoints.Save());
      *response.mutable_save_checkpoint()->mutable_checkpoint() = CheckpointOf(saved);
      return response;
    }
    case Request::kListCheckpoints: {
      HYPNOS_ASSIGN_OR_RETURN(const auto list, checkpoints.List());
      for (const CheckpointInfo& one : list) {
        *response.mutable_list_checkpoints()->add_checkpoints() = CheckpointOf(one);
      }
      response.mutable_list_checkpoints();
      return response;
    }
    case Request::kVerifyCheckpoint: {
      HYPNOS_ASSIGN_OR_RETURN(const CheckpointInfo good,
                              checkpoints.Verify(request.verify_checkpoint().name()));
      *response.mutable_verify_checkpoint()->mutable_checkpoint() = CheckpointOf(good);
      return response;
    }
    case Request::kRestoreCheckpoint: {
      HYPNOS_ASSIGN_OR_RETURN(const CheckpointInfo restored,
                              checkpoints.Restore(request.restore_checkpoint().name()));
      *response.mutable_restore_checkpoint()->mutable_checkpoint() = CheckpointOf(restored);
      return response;
    }
    default: {
      HYPNOS_ASSIGN_OR_RETURN(const CheckpointKeeper::Imported imported,
                              checkpoints.Import(request.import_checkpoint().name()));
      pb::ImportCheckpointResponse& answer = *response.mutable_import_checkpoint();
      *answer.mutable_checkpoint() = CheckpointOf(imported.from);
      answer.mutable_taken()->Assign(imported.report.taken.begin(), imported.report.taken.end());
      answer.mutable_left()->Assign(imported.report.left.begin(), imported.report.left.end());
      return response;
    }
  }
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
  const bool same =
      ReadsText(next) == alphabet_.has_value() && ReadsSeries(next) == series_.has_value();
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
  if (topics.Has(pb::ACTIVITY)) {
    for (auto& activity : meter_.Latest()) *update.add_activity() = std::move(activity);
  }
  if (has_pictures()) views_.AddTo(topics, &update);
  if (topics.Has(pb::GOODNESS)) {
    for (auto& layer : LayersNow(now)) *update.add_layers() = std::move(layer);
  }
  if (topics.Has(pb::PHASE)) {
    *update.mutable_phase() = PhaseOf(now, parts_.sources.ended(), learning_);
  }
  if (topics.Has(pb::SOURCES)) {
    for (auto& source : parts_.sources.Reports(now)) *update.add_sources() = std::move(source);
  }
  if (topics.Has(pb::EVENTS) && parts_.events != nullptr) parts_.events->AddNewest(update);
  if (topics.Has(pb::LABELS)) {
    if (auto labels = LabelsNow(now)) *update.mutable_labels() = *std::move(labels);
  }
  return update;
}

}  // namespace hypnos
