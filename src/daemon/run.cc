#include "hypnos/daemon/run.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/control_listener.h"
#include "daemon/daemon_service.h"
#include "daemon/display.h"
#include "daemon/exit_code.h"
#include "daemon/live_log.h"
#include "daemon/scores_path.h"
#include "daemon/scores_writer.h"
#include "daemon/signals.h"
#include "daemon/status.h"
#include "daemon/stop_flag.h"
#include "daemon/text.h"
#include "daemon/watched_source.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/capture_thread.h"
#include "hypnos/tensor/bfloat16.h"
#include "hypnos/tensor/instruction_set.h"

namespace hypnos {
namespace {

// Hands each report on to several.
class Fanout final : public PipelineObserver {
 public:
  void Add(PipelineObserver* observer) { observers_.push_back(observer); }
  void OnFrame(const FrameReport& report) override {
    for (auto* observer : observers_) observer->OnFrame(report);
  }
  void OnDream(const DreamReport& report) override {
    for (auto* observer : observers_) observer->OnDream(report);
  }
  void OnPhase(const PhaseReport& report) override {
    for (auto* observer : observers_) observer->OnPhase(report);
  }
  void OnProbe(const ProbeReport& report) override {
    for (auto* observer : observers_) observer->OnProbe(report);
  }

 private:
  std::vector<PipelineObserver*> observers_;
};

std::set<std::string> ClipsWithoutScores(const config::Config& config) {
  std::set<std::string> names;
  if (config.output().score_learned_entries() || !config.sources(0).learn()) return names;
  for (const auto& entry : config.sources(0).playlist().entries()) {
    if (entry.learn()) names.insert(entry.name());
  }
  return names;
}

// Of a playlist only what is not learned from is scored, unless the configuration says otherwise.
void WarnOfNoScores(const config::Config& config) {
  const auto left_out = ClipsWithoutScores(config);
  if (left_out.empty() ||
      static_cast<int>(left_out.size()) < config.sources(0).playlist().entries_size()) {
    return;
  }
  log::Warning(
      "--scores: there will be no row, for every entry of the playlist is learned from; give one "
      "`learn: false`, or set output.score_learned_entries");
}

// Null where none are asked for, or it was told to stop while it waited for a pipe's reader.
Result<std::unique_ptr<ScoresWriter>> OpenScores(FileSystem& files, const config::Config& config,
                                                 const RunOptions& options, StopFlag& stop) {
  if (options.scores_path.empty()) return std::unique_ptr<ScoresWriter>();
  HYPNOS_ASSIGN_OR_RETURN(const ScoresPath path,
                          CheckScoresPath(options.scores_path, options.config_path,
                                          BuildSourceOptions(config.sources(0), config)));
  WarnOfNoScores(config);
  const std::vector<std::string> classes(config.labels().classes().begin(),
                                         config.labels().classes().end());
  const auto create = [&] {
    return ScoresWriter::Create(files, path, ClipsWithoutScores(config), classes);
  };
  auto scores = create();
  const auto lacks_reader = [&] { return !scores.ok() && scores.error().reason == "NO_READER"; };
  if (lacks_reader()) log::Info("--scores: waiting for a reader of '{}'", Printable(path.path));
  while (lacks_reader()) {
    if (stop.WaitFor(std::chrono::milliseconds(100))) return std::unique_ptr<ScoresWriter>();
    scores = create();
  }
  return scores;
}

int Fail(const Error& error, int code) {
  log::Error("{}", Printable(error.message));
  return code;
}

// A thread that hangs in a library was left behind. Should it come back while the statics of that
// library are destroyed, the end of a run that went well would be a crash: none are destroyed.
[[noreturn]] void ExitWithoutCleaningUp(int code) {
  log::Warning("the source hangs in its library and is left behind");
  // Not every stream: the thread may hang in a read, and holds the lock of that one. Nor the log,
  // which goes to standard error at once.
  const bool flushed = std::fflush(stdout) == 0;
  std::_Exit(code == kExitOk && !flushed ? kExitIo : code);
}

}  // namespace

Status CheckRunnable(const config::Config& config) {
  HYPNOS_RETURN_IF_ERROR(UseInstructionSet(config.pipeline().instruction_set()));
  HYPNOS_RETURN_IF_ERROR(CheckControlServerOptions(BuildControlServerOptions(config.control())));
  if (config.network().weights() == config::Network::BF16 && !HasBfloat16()) {
    return Error{Code::kUnimplemented, "NO_BFLOAT16",
                 "network.weights is bf16, which this build has not: choose float32, or build "
                 "with -DHYPNOS_BFLOAT16=ON"};
  }
  if (config.sources_size() == 1) return {};
  return Error{Code::kUnimplemented, "SEVERAL_SOURCES",
               Format("{} sources are configured, but one is watched at a time so far: keep one, "
                      "or put files and folders into a playlist",
                      config.sources_size())};
}

namespace {

// One run of the daemon, its parts in the order in which they need each other: what comes later
// ends first.
class Daemon {
 public:
  Daemon(const config::Config& config, const RunOptions& options)
      : config_(config),
        options_(options),
        pipeline_(BuildPipelineOptions(config), clock_, observers_),
        live_log_(std::make_shared<LiveLog>(config.sources(0).name())),
        source_(config.sources(0).name()),
        status_interval_seconds_(config.output().status_interval_seconds()),
        service_(Parts(), config, options.version),
        signals_({.stop = [this] { Stop(); }, .reload = [this] { Reload(); }}) {
    observers_.Add(&board_);
  }

  int Run();

 private:
  ServiceParts Parts();
  // Finishes the steps under way, and no more.
  void Stop();
  void Reload();
  SourceOptions SourceToWatch();
  int Open();
  int Watch();
  void WaitUntilStopped();

  const config::Config& config_;
  const RunOptions& options_;
  const SystemClock clock_;
  PosixFileSystem files_;
  StopFlag stop_;
  StatusBoard board_{clock_};
  std::unique_ptr<ScoresWriter> scores_;  // null where none are asked for
  Fanout observers_;
  Pipeline pipeline_;
  RunDescription description_;
  // Also of a thread that is left behind.
  const std::shared_ptr<LiveLog> live_log_;
  const std::shared_ptr<Interruption> interruption_ = std::make_shared<Interruption>();
  std::optional<CaptureThread> capture_;
  WatchedSource source_;
  std::atomic<double> status_interval_seconds_;
  std::atomic<const ControlServer*> listening_ = nullptr;
  DaemonService service_;
  std::unique_ptr<ControlServer> server_;  // null where nobody is listened to
  const Signals signals_;
};

ServiceParts Daemon::Parts() {
  return {.clock = clock_,
          .pipeline = pipeline_,
          .board = board_,
          .source = source_,
          .stop =
              [this] {
                log::Info("stopping, as a client has asked: finishing the frames under way");
                Stop();
              },
          .stopping = [this] { return stop_.IsSet(); },
          .clients = [this]() -> size_t {
            const ControlServer* server = listening_;
            return server == nullptr ? 0 : server->clients();
          },
          .read_config = options_.read_config,
          .apply =
              [this](const config::Config& config) {
                status_interval_seconds_ = config.output().status_interval_seconds();
              }};
}

void Daemon::Stop() {
  pipeline_.Stop();
  stop_.Set();
  source_.Stop();
  interruption_->Raise();
}

void Daemon::Reload() {
  const auto reloaded = service_.Reload();
  if (!reloaded.ok()) {
    log::Error("reload: {}; the configuration stays as it was",
               Printable(reloaded.error().message));
    return;
  }
  for (const std::string& key : reloaded->changed()) log::Info("reload: {} has changed", key);
  for (const std::string& key : reloaded->need_restart()) {
    log::Warning("reload: {} has changed, which needs a restart", key);
  }
  if (reloaded->changed().empty() && reloaded->need_restart().empty()) {
    log::Info("reload: nothing has changed");
  }
}

int Daemon::Run() {
  // Before the source is opened: who asks why nothing happens is told that a camera is slow.
  auto server = ListenForControl(config_.control(), options_.version, files_, clock_, service_);
  if (!server.ok()) return Fail(server.error(), ControlExitCode(server.error()));
  server_ = std::move(server).value();
  listening_ = server_.get();

  int code = Open();
  if (code == kExitOk && capture_) code = Watch();
  if (server_ != nullptr) server_->Stop();
  if (capture_ && !capture_->Stop()) ExitWithoutCleaningUp(code);
  return code;
}

SourceOptions Daemon::SourceToWatch() {
  SourceOptions options = BuildSourceOptions(config_.sources(0), config_);
  if (LiveOptions* live = LiveOptionsOf(options)) {
    live->interruption = interruption_;
    live->on_change = [log = live_log_](const SourceHealth& health) { log->OnChange(health); };
    live->on_gate = [log = live_log_](GateVerdict verdict) { log->OnGate(verdict); };
    // A run that is to end with its sources would never end.
    live->reconnect = live->reconnect && !options_.until_end;
  }
  return options;
}

// Leaves the source unopened where the daemon was stopped meanwhile: who stops it while a camera is
// slow to open does not want to hear of the camera.
int Daemon::Open() {
  const config::Source& source_config = config_.sources(0);
  auto source = OpenSource(SourceToWatch());
  if (stop_.IsSet()) return kExitOk;
  if (!source.ok()) return Fail(source.error(), SourceExitCode(source.error()));
  description_ = {(*source)->Describe(),
                  (*source)->frame_count(),
                  {config_.labels().classes().begin(), config_.labels().classes().end()}};

  auto scores = OpenScores(files_, config_, options_, stop_);
  if (!scores.ok()) {
    log::Error("--scores: {}", Printable(scores.error().message));
    return scores.error().code == Code::kInvalidArgument ? kExitUsage : kExitIo;
  }
  scores_ = std::move(scores).value();
  if (scores_ != nullptr) observers_.Add(scores_.get());
  if (stop_.IsSet()) return kExitOk;

  log::Info("watching {}", Printable(description_.source));
  capture_.emplace(std::move(source).value(), source_config.queue_frames(),
                   BuildOnFull(source_config));
  source_.Opened(*capture_);
  return kExitOk;
}

int Daemon::Watch() {
  int code = kExitOk;
  {
    const Display display(description_,
                          {.status = [&] { return board_.Snapshot(); },
                           .drops = [&] { return source_.drops(); },
                           .interval_seconds = [&] { return status_interval_seconds_.load(); }});
    const auto result = pipeline_.Run(capture_->queue());
    source_.Ended();
    if (!result.ok()) code = Fail(result.error(), SourceExitCode(result.error()));
  }
  if (scores_ != nullptr && !scores_->Close() && code == kExitOk) code = kExitIo;
  if (pipeline_.summary().frames > 0) {
    std::fputs(SummaryText(pipeline_.summary(), board_.Snapshot(), source_.drops()).c_str(),
               stdout);
    std::fflush(stdout);  // now, also where the daemon goes on waiting
  }
  if (const int64_t unreadable = capture_->source().unreadable_frames(); unreadable > 0) {
    log::Warning("frames that could not be decoded and were passed over: {}", unreadable);
  }
  if (code == kExitOk && !options_.until_end) WaitUntilStopped();
  return code;
}

void Daemon::WaitUntilStopped() {
  if (stop_.IsSet()) return;
  log::Info("the source has ended; waiting to be stopped (--until-end ends by itself)");
  stop_.Wait();
}

}  // namespace

int RunDaemon(const config::Config& config, const RunOptions& options) {
  return Daemon(config, options).Run();
}

}  // namespace hypnos
