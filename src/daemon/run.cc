#include "hypnos/daemon/run.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/control_listener.h"
#include "daemon/display.h"
#include "daemon/event_pictures.h"
#include "daemon/exit_code.h"
#include "daemon/herald.h"
#include "daemon/history_keeper.h"
#include "daemon/learners.h"
#include "daemon/liveness.h"
#include "daemon/metrics.h"
#include "daemon/replica_keeper.h"
#include "daemon/scores_file.h"
#include "daemon/service_manager.h"
#include "daemon/signals.h"
#include "daemon/spread.h"
#include "daemon/stop_flag.h"
#include "daemon/switchboard.h"
#include "daemon/text.h"
#include "daemon/web_listener.h"
#include "daemon/webhooks.h"
#include "daemon/worker.h"
#include "hypnos/base/bell.h"
#include "hypnos/base/format.h"
#include "hypnos/base/guarded.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/cluster/link.h"
#include "hypnos/tensor/bfloat16.h"
#include "hypnos/tensor/instruction_set.h"

namespace hypnos {
namespace {

int Fail(const Error& error, int code) {
  log::Error("{}", Printable(error.message));
  return code;
}

// A thread that hangs in a library, or at a disk, was left behind. Should it come back while the
// statics of that library are destroyed, the end of a run that went well would be a crash: none are
// destroyed.
[[noreturn]] void ExitWithoutCleaningUp(int code) {
  // Not every stream: the thread may hang in a read, and holds the lock of that one. Nor the log,
  // which goes to standard error at once.
  const bool flushed = std::fflush(stdout) == 0;
  std::_Exit(code == kExitOk && !flushed ? kExitIo : code);
}

}  // namespace

Status CheckRunnable(const config::Config& config) {
  HYPNOS_RETURN_IF_ERROR(UseInstructionSet(config.pipeline().instruction_set()));
  HYPNOS_RETURN_IF_ERROR(CheckControlServerOptions(BuildControlServerOptions(config.control())));
  if (config.has_web()) {
    HYPNOS_RETURN_IF_ERROR(CheckWebServerOptions(BuildWebServerOptions(config)));
  }
  if (config.network().weights() == config::Network::BF16 && !HasBfloat16()) {
    return Error{Code::kUnimplemented, "NO_BFLOAT16",
                 "network.weights is bf16, which this build has not: choose float32, or build "
                 "with -DHYPNOS_BFLOAT16=ON"};
  }
  if (config.has_broker() && !HasNats()) {
    return Error{Code::kUnimplemented, "NO_NATS",
                 "the configuration has a broker, and this build has no NATS: leave it out, or "
                 "build with libnats-dev and -DHYPNOS_NATS=ON"};
  }
  return {};
}

namespace {

constexpr size_t kLongStatus = 400;

// A daemon that cannot tell how it is doing can still watch.
ManagerWish WishOfManager() {
  auto wish = ManagerWishOfEnvironment();
  if (wish.ok()) return *std::move(wish);
  log::Warning("{}; the manager is told nothing", wish.error().message);
  return {};
}

// Of what the configuration names to tell of events, or to compute layers with.
int ExitCodeOfPart(const Error& error) {
  if (error.reason == "CONFIG_INVALID") return kExitConfiguration;
  return error.reason == "FOLDER_IN_USE" ? kExitTryAgain : kExitNoInput;
}

template <typename Part>
bool Take(Result<std::unique_ptr<Part>> started, std::unique_ptr<Part>& part, int* code) {
  if (!started.ok()) {
    *code = Fail(started.error(), ExitCodeOfPart(started.error()));
    return false;
  }
  part = *std::move(started);
  return true;
}

// One run of the daemon, its parts in the order in which they need each other: what comes later
// ends first.
class Daemon {
 public:
  Daemon(const config::Config& config, const RunOptions& options)
      : config_(config),
        options_(options),
        status_interval_seconds_(config.output().status_interval_seconds()),
        learners_(config, PartsOfLearners()),
        switchboard_({.learners = learners_,
                      .stop = [this] { StopForClient(); },
                      .stopping = [this] { return stop_.IsSet(); },
                      .read_config = options.read_config,
                      .apply = [this](const config::Config& next) { Apply(next); },
                      .history = [this]() -> HistoryKeeper* { return remembering_; },
                      .herald = [this]() -> const Herald* { return herald_.get(); },
                      .version = options.version,
                      .events = events_},
                     config),
        manager_(WishOfManager(), {.clock = clock_,
                                   .gets_on = [this] { return liveness_.GetsOn(); },
                                   .status = [this] { return StatusForManager(); }}),
        signals_({.stop = [this] { Stop(); }, .reload = [this] { ReloadSoon(); }}) {}

  int Run();

 private:
  LearnerParts PartsOfLearners();
  // Whether each source has a network of its own.
  bool separate() const {
    return config_.share() == config::Config::NOTHING && options_.replay_path.empty();
  }
  ControlService& service();
  // What is told of events, to whom, and with which pictures. Here and below, false: it cannot.
  bool StartTellingOthers(int* code);
  bool StartSpread(int* code);
  // Until all has ended. False: something hangs, and is left behind.
  bool RunNetworks(int* code);
  bool Listen(int* code);
  WebContent ContentOfWeb();
  std::string Metrics() const;
  size_t clients() const;
  std::string StatusForManager() const;
  // Finishes the steps under way, and no more.
  void Stop();
  void StopForClient();
  void Apply(const config::Config& config) {
    status_interval_seconds_ = config.output().status_interval_seconds();
  }
  // Not on the thread that hears of signals: a source that is slow to open must not keep it from
  // hearing that all shall end. One that waits already will read what is asked for now, too.
  void ReloadSoon() {
    reloader_.Post([this] { Reload(); });
  }
  void Reload();
  void TakeConfigurationAgain();
  bool StartHistory(int* code);
  // Where the configuration says so. While the sources are watched.
  void StartReplicas();
  // False: it hangs, and is left behind.
  bool StopReplicas();
  std::optional<MeasuredReplicas> MeasureReplicas() const;
  std::optional<MeasuredSpread> MeasureSpread() const;
  // False: it was stopped before there was anything to watch, or that cannot be done.
  bool Open(int* code);
  bool OpenScoresFile(int* code);
  bool StartRecording(int* code);
  // Until all sources have ended, or it is stopped.
  int Watch();
  void WatchOnce();
  // Or it is told to stop.
  void WaitUntil(const std::function<bool()>& condition);

  const config::Config& config_;
  const RunOptions& options_;
  const SystemClock clock_;
  PosixFileSystem files_;
  const SharedEvents events_ = std::make_shared<EventBook>(clock_);
  StopFlag stop_;
  // Rung when it is to stop, or a network has come to an end or goes on.
  Bell changed_;
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<Herald> herald_;  // null where there is no broker
  std::unique_ptr<Spread> spread_;  // null where no layer is shared out
  std::atomic<Spread*> spreading_ = nullptr;
  std::unique_ptr<EventPictures> pictures_;
  std::unique_ptr<ScoresWriter> scores_;  // null where none are asked for
  std::atomic<double> status_interval_seconds_;
  std::atomic<const ControlServer*> listening_ = nullptr;
  std::atomic<const WebServer*> serving_ = nullptr;
  std::atomic<bool> watching_ = false;  // all sources were opened
  Learners learners_;
  Liveness liveness_{clock_, learners_};  // the page's server and the service manager ask
  Switchboard switchboard_;               // where there are several networks
  ServiceManager manager_;
  Worker reloader_{1};
  std::unique_ptr<HistoryKeeper> history_;  // null where nothing is remembered
  std::atomic<HistoryKeeper*> remembering_ = nullptr;
  mutable std::mutex replicas_mutex_;
  std::unique_ptr<ReplicaKeeper> replicas_;  // null where nothing is shared
  std::unique_ptr<ControlServer> server_;    // null where nobody is listened to
  std::unique_ptr<WebServer> web_;           // null where there is no page
  const Signals signals_;
};

LearnerParts Daemon::PartsOfLearners() {
  return {.files = files_,
          .clock = clock_,
          .options = options_,
          .events = events_,
          .recorder = [this] { return pictures_ == nullptr ? nullptr : pictures_->recorder(); },
          .stop = [this] { StopForClient(); },
          .stopping = [this] { return stop_.IsSet(); },
          .clients = [this] { return clients(); },
          .history = [this]() -> HistoryKeeper* { return remembering_; },
          .herald = [this]() -> const Herald* { return herald_.get(); },
          .remote_layers =
              [this] {
                return spread_ == nullptr ? std::vector<RemoteLayer*>() : spread_->remote_layers();
              },
          .elsewhere =
              [this] {
                return spread_ == nullptr ? std::vector<MeasuredSpread::Seat>()
                                          : spread_->Measure().elsewhere;
              },
          .apply = [this](const config::Config& config) { Apply(config); },
          .changed = [this] { changed_.Ring(); }};
}

// One network answers for itself.
ControlService& Daemon::service() {
  if (separate()) return switchboard_;
  return learners_.All().front()->service();
}

void Daemon::Stop() {
  manager_.Stopping();
  stop_.Set();
  learners_.Stop();
  if (Spread* spread = spreading_) spread->GiveUp();
  changed_.Ring();
}

void Daemon::StopForClient() {
  log::Info("stopping, as a client has asked: finishing the frames under way");
  Stop();
}

void Daemon::Reload() {
  const bool announced = manager_.Reloading();
  TakeConfigurationAgain();
  // Where sources are still being opened, that is what readiness waits for.
  if (announced) manager_.Ready();
}

void Daemon::TakeConfigurationAgain() {
  const auto reloaded = Guarded([this] {
    return separate() ? switchboard_.Reload() : learners_.All().front()->service().Reload();
  });
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

bool Daemon::StartTellingOthers(int* code) {
  return Take(Webhooks::Start(config_, files_, clock_, events_), webhooks_, code) &&
         Take(Herald::Start(config_, {.files = files_,
                                      .clock = clock_,
                                      .events = events_,
                                      .version = options_.version}),
              herald_, code) &&
         Take(EventPictures::Start(config_, files_, clock_, events_), pictures_, code);
}

bool Daemon::StartSpread(int* code) {
  auto spread = Spread::Start(config_, {.files = files_, .clock = clock_, .events = events_});
  if (!Take(std::move(spread), spread_, code)) return false;
  spreading_ = spread_.get();
  return true;
}

int Daemon::Run() {
  int code = kExitOk;
  if (!StartTellingOthers(&code) || !StartSpread(&code)) return code;
  const bool all_ended = RunNetworks(&code);
  // After all that something can still happen to.
  const bool layers_ended = spread_ == nullptr || spread_->Stop();
  const bool pictures_ended = pictures_->Stop();
  const bool webhooks_ended = webhooks_->Stop();
  const bool herald_ended = herald_ == nullptr || herald_->Stop();
  if (!all_ended || !layers_ended || !pictures_ended || !webhooks_ended || !herald_ended) {
    ExitWithoutCleaningUp(code);
  }
  return code;
}

bool Daemon::RunNetworks(int* code) {
  // Before anybody can ask for anything: it would be forgotten.
  const Status resumed = learners_.Resume();
  if (stop_.IsSet()) return true;
  if (!resumed.ok()) {
    *code = Fail(resumed.error(), CheckpointExitCode(resumed.error()));
    return true;
  }
  if (!StartHistory(code)) return true;
  if (herald_ != nullptr) {
    herald_->Speak({.networks = [this] { return hypnos::Measure(learners_, separate()); },
                    .model = [this]() -> std::optional<ModelBeat> {
                      const auto measured = MeasureReplicas();
                      return measured ? std::optional(measured->beat) : std::nullopt;
                    },
                    .spread = [this] { return MeasureSpread(); }});
  }
  // Before the source is opened: who asks why nothing happens is told that a camera is slow.
  bool shared = true;
  if (Listen(code) && Open(code)) {
    StartReplicas();
    *code = Watch();
    manager_.Stopping();
    shared = StopReplicas();
    if (!learners_.SaveAtEnd() && *code == kExitOk) *code = kExitIo;
  }
  if (web_ != nullptr) web_->Stop();
  if (server_ != nullptr) server_->Stop();
  // Nobody asks any more.
  remembering_ = nullptr;
  // A session must not be cut short by a disk that the history waits for.
  learners_.EndRecording();
  const bool silent = herald_ == nullptr || herald_->FallSilent();
  const bool history_ended = history_ == nullptr || history_->Close();
  history_.reset();
  const bool sources_ended = learners_.Close();
  if (!sources_ended) log::Warning("the source hangs in its library and is left behind");
  return shared && silent && history_ended && sources_ended;
}

void Daemon::StartReplicas() {
  if (!config_.has_replicas() || herald_ == nullptr || separate()) return;
  Learner& learner = *learners_.All().front();
  const CheckpointKeeper* checkpoints = learner.checkpoints();
  const std::lock_guard lock(replicas_mutex_);
  replicas_ = std::make_unique<ReplicaKeeper>(
      config_, ReplicaKeeper::Parts{.clock = clock_,
                                    .pipeline = learner.pipeline(),
                                    .store = herald_->SharedStore(),
                                    .events = events_,
                                    .name = herald_->name(),
                                    .fresh = checkpoints == nullptr || !checkpoints->resumed()});
  herald_->SetListener(
      [keeper = replicas_.get()](const Heartbeat& heartbeat) { keeper->Hear(heartbeat); });
}

bool Daemon::StopReplicas() {
  if (replicas_ == nullptr) return true;
  herald_->SetListener({});
  return replicas_->Stop();
}

std::optional<MeasuredReplicas> Daemon::MeasureReplicas() const {
  const std::lock_guard lock(replicas_mutex_);
  return replicas_ == nullptr ? std::nullopt : std::optional(replicas_->Measure());
}

std::optional<MeasuredSpread> Daemon::MeasureSpread() const {
  return spread_ == nullptr ? std::nullopt : std::optional(spread_->Measure());
}

bool Daemon::Listen(int* code) {
  auto server = ListenForControl(config_.control(), config_.has_web(), options_.version, files_,
                                 clock_, service());
  if (!server.ok()) {
    *code = Fail(server.error(), ControlExitCode(server.error()));
    return false;
  }
  server_ = std::move(server).value();
  listening_ = server_.get();
  auto web = ListenForWeb(config_, ContentOfWeb(), server_.get(), files_);
  if (!web.ok()) {
    *code = Fail(web.error(), ControlExitCode(web.error()));
    return false;
  }
  web_ = std::move(web).value();
  serving_ = web_.get();
  return true;
}

WebContent Daemon::ContentOfWeb() {
  return {.metrics = [this] { return Metrics(); },
          .live = [this] { return liveness_.GetsOn(); },
          .ready = [this] { return watching_ && !stop_.IsSet(); }};
}

std::string Daemon::Metrics() const {
  const HistoryKeeper* history = remembering_;
  return MetricsText(
      {.version = options_.version,
       .clients = clients(),
       .stopping = stop_.IsSet(),
       .history = history == nullptr ? std::nullopt : std::optional(history->Report()),
       .webhooks = webhooks_->Measure(),
       .broker = herald_ == nullptr ? std::nullopt : std::optional(herald_->Measure()),
       .spread = MeasureSpread(),
       .replicas = MeasureReplicas(),
       .event_files = pictures_->Measure(),
       .networks = Measure(learners_, separate())});
}

size_t Daemon::clients() const {
  const ControlServer* server = listening_;
  const WebServer* web = serving_;
  return (server == nullptr ? 0 : server->clients()) + (web == nullptr ? 0 : web->clients());
}

std::string Daemon::StatusForManager() const {
  const std::vector<ShownNetwork> networks = learners_.Show();
  std::string text;
  for (const ShownNetwork& network : networks) {
    const std::string how = network.ended ? "has ended" : StatusLine(network.status, network.drops);
    if (network.status.frames == 0) continue;
    text += (text.empty() ? "" : " | ") + network.whose + how;
    // What is longer nobody reads in a line.
    if (text.size() > kLongStatus) return text + " | ...";
  }
  return text.empty() ? "waiting for the first frame" : text;
}

// Leaves the sources unopened where the daemon was stopped meanwhile: who stops it while a camera
// is slow to open does not want to hear of the camera.
bool Daemon::Open(int* code) {
  const Status opened = learners_.Open();
  if (stop_.IsSet()) return false;
  if (!opened.ok()) {
    const bool replays = !options_.replay_path.empty();
    *code = Fail(opened.error(),
                 replays ? ReplayExitCode(opened.error()) : SourceExitCode(opened.error()));
    return false;
  }
  if (!OpenScoresFile(code) || !StartRecording(code)) return false;
  learners_.Start(scores_.get());
  watching_ = true;
  manager_.Ready();
  return true;
}

bool Daemon::StartHistory(int* code) {
  auto started = HistoryKeeper::Start(
      {.clock = clock_, .learners = learners_, .separate = separate()}, config_.history());
  if (!started.ok()) {
    log::Error("history.folder: {}", Printable(started.error().message));
    *code = RecordingExitCode(started.error());
    return false;
  }
  history_ = *std::move(started);
  remembering_ = history_.get();
  return true;
}

bool Daemon::OpenScoresFile(int* code) {
  auto scores = OpenScores(
      files_, config_, options_,
      [this](const std::string& path) { return learners_.StartOfScores(path); }, stop_);
  if (!scores.ok()) {
    log::Error("--scores: {}", Printable(scores.error().message));
    *code = scores.error().code == Code::kInvalidArgument ? kExitUsage : kExitIo;
    return false;
  }
  scores_ = std::move(scores).value();
  return !stop_.IsSet();
}

bool Daemon::StartRecording(int* code) {
  const Status started = learners_.StartRecording();
  if (started.ok()) return true;
  log::Error("record.folder: {}", Printable(started.error().message));
  *code = RecordingExitCode(started.error());
  return false;
}

int Daemon::Watch() {
  const bool ends = options_.until_end || !options_.replay_path.empty();
  while (true) {
    WatchOnce();
    if (ends || stop_.IsSet() || learners_.code() != kExitOk) break;
    log::Info("{}",
              config_.sources().empty()
                  ? "there is nothing to watch; computing layers of others until it is stopped"
                  : "the sources have ended; waiting to be stopped (--until-end ends by itself)");
    WaitUntil([this] { return !learners_.idle(); });
  }
  learners_.Stop();
  learners_.Join();
  const bool written = scores_ == nullptr || scores_->Close();
  const int code = learners_.code();
  return code == kExitOk && !written ? kExitIo : code;
}

void Daemon::WatchOnce() {
  {
    const Display display({.networks = [&] { return learners_.Show(); },
                           .interval_seconds = [&] { return status_interval_seconds_.load(); }});
    WaitUntil([this] { return learners_.ended(); });
    // Those that were told to stop still finish what is under way.
    if (stop_.IsSet()) learners_.Join();
  }
  std::fputs(learners_.TakeSummaries().c_str(), stdout);
  std::fflush(stdout);  // now, also where the daemon goes on waiting
}

void Daemon::WaitUntil(const std::function<bool()>& condition) {
  while (true) {
    const uint64_t rings = changed_.rings();
    if (stop_.IsSet() || condition()) return;
    changed_.WaitForMoreThan(rings);
  }
}

}  // namespace

int RunDaemon(const config::Config& config, const RunOptions& options) {
  return Daemon(config, options).Run();
}

}  // namespace hypnos
