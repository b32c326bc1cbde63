#include "hypnos/daemon/run.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "daemon/ask_pipeline.h"
#include "daemon/build_options.h"
#include "daemon/checkpoint_keeper.h"
#include "daemon/control_listener.h"
#include "daemon/daemon_service.h"
#include "daemon/display.h"
#include "daemon/exit_code.h"
#include "daemon/scores_path.h"
#include "daemon/scores_writer.h"
#include "daemon/session_log.h"
#include "daemon/session_replay.h"
#include "daemon/signals.h"
#include "daemon/status.h"
#include "daemon/stop_flag.h"
#include "daemon/text.h"
#include "daemon/watched_sources.h"
#include "daemon/weights_digest.h"
#include "daemon/worker.h"
#include "hypnos/base/bell.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/checkpoint/folder_lock.h"
#include "hypnos/pipeline/pipeline.h"
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
  void OnSleep(const SleepReport& report) override {
    for (auto* observer : observers_) observer->OnSleep(report);
  }
  void OnStreamEnd(const StreamEnd& end) override {
    for (auto* observer : observers_) observer->OnStreamEnd(end);
  }

 private:
  std::vector<PipelineObserver*> observers_;
};

LeftOutClips ClipsWithoutScores(const config::Config& config) {
  LeftOutClips clips;
  if (config.output().score_learned_entries()) return clips;
  for (const config::Source& source : config.sources()) {
    if (!source.learn()) continue;
    for (const auto& entry : source.playlist().entries()) {
      if (entry.learn()) clips.emplace(source.name(), entry.name());
    }
  }
  return clips;
}

// Of a playlist only what is not learned from is scored, unless the configuration says otherwise.
void WarnOfNoScores(const config::Config& config) {
  const auto left_out = ClipsWithoutScores(config);
  if (left_out.empty()) return;
  size_t clips = 0;
  for (const config::Source& source : config.sources()) {
    clips += source.has_playlist() ? static_cast<size_t>(source.playlist().entries_size()) : 1;
  }
  if (left_out.size() < clips) return;
  log::Warning(
      "--scores: there will be no row, for every entry of the playlist is learned from; give one "
      "`learn: false`, or set output.score_learned_entries");
}

// Of a file of scores, how long it was when the state was saved.
struct SavedScores {
  std::string path;
  uint64_t bytes = 0;

  void ExchangeState(StateArchive& archive) {
    const StateArchive::Scope scope(archive, "scores");
    archive.Text("path", path);
    archive.Number("bytes", bytes);
  }
};

// Up to the end of its last whole row.
uint64_t BytesOfWholeRows(ReadableFile& file) {
  constexpr uint64_t kLongestRow = 1 << 20;
  const uint64_t begin = file.size() > kLongestRow ? file.size() - kLongestRow : 0;
  std::string end(file.size() - begin, '\0');
  if (!file.ReadAt(begin, std::as_writable_bytes(std::span(end))).ok()) return 0;
  const size_t newline = end.rfind('\n');
  return newline == std::string::npos ? 0 : begin + newline + 1;
}

// Behind how many bytes the file goes on; 0: it is a new one. `again`: the frames of the rows after
// them come again. What a camera showed does not: its rows stay.
uint64_t ContinueAt(FileSystem& files, const std::string& path, const SavedScores& saved,
                    bool again) {
  if (saved.bytes == 0 || saved.path != path) return 0;
  const auto file = files.OpenFile(path);
  const bool is_short = !file.ok() || (*file)->size() < saved.bytes;
  if (is_short) {
    log::Warning("--scores: '{}' is shorter than when the checkpoint was saved: rows are missing",
                 Printable(path));
  }
  if (!file.ok()) return 0;
  return again && !is_short ? saved.bytes : BytesOfWholeRows(**file);
}

// Null where none are asked for, or it was told to stop while it waited for a pipe's reader.
Result<std::unique_ptr<ScoresWriter>> OpenScores(FileSystem& files, const config::Config& config,
                                                 const RunOptions& options,
                                                 const SavedScores& saved, bool again,
                                                 StopFlag& stop) {
  if (options.scores_path.empty()) return std::unique_ptr<ScoresWriter>();
  std::vector<SourceOptions> sources;
  for (const config::Source& source : config.sources()) {
    sources.push_back(BuildSourceOptions(source, config));
  }
  HYPNOS_ASSIGN_OR_RETURN(const ScoresPath path,
                          CheckScoresPath(options.scores_path, options.config_path, sources));
  WarnOfNoScores(config);
  const std::vector<std::string> classes(config.labels().classes().begin(),
                                         config.labels().classes().end());
  const uint64_t continue_at = path.is_file ? ContinueAt(files, path.path, saved, again) : 0;
  const auto create = [&] {
    return ScoresWriter::Create(files, path,
                                {.left_out = ClipsWithoutScores(config),
                                 .classes = classes,
                                 .names_source = config.sources_size() > 1,
                                 .continue_at = continue_at});
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

// What is not there lies nowhere, and holds nothing.
bool LiesIn(const std::string& path, const std::string& folder) {
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  return !failed && std::filesystem::equivalent(real.parent_path(), folder, failed) && !failed;
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

Status CheckShare(const config::Config& config) {
  if (config.share() != config::Config::NOTHING || config.sources_size() <= 1) return {};
  return Error{Code::kUnimplemented, "SHARE_NOTHING",
               Format("share is nothing, and {} sources are configured: networks of their own are "
                      "not built yet; choose weights, or start a daemon for each source",
                      config.sources_size())};
}

Status CheckRunnable(const config::Config& config) {
  HYPNOS_RETURN_IF_ERROR(UseInstructionSet(config.pipeline().instruction_set()));
  HYPNOS_RETURN_IF_ERROR(CheckControlServerOptions(BuildControlServerOptions(config.control())));
  if (config.network().weights() == config::Network::BF16 && !HasBfloat16()) {
    return Error{Code::kUnimplemented, "NO_BFLOAT16",
                 "network.weights is bf16, which this build has not: choose float32, or build "
                 "with -DHYPNOS_BFLOAT16=ON"};
  }
  return CheckShare(config);
}

namespace {

// Of a replay none are opened: the recording has their frames.
config::Config WatchedIn(const config::Config& config, const RunOptions& options) {
  config::Config watched = config;
  if (!options.replay_path.empty()) watched.clear_sources();
  return watched;
}

// One run of the daemon, its parts in the order in which they need each other: what comes later
// ends first.
class Daemon {
 public:
  Daemon(const config::Config& config, const RunOptions& options)
      : config_(config),
        options_(options),
        pipeline_(BuildPipelineOptions(config), clock_, observers_),
        sources_({.pipeline = pipeline_,
                  .board = board_,
                  .reconnects = !options.until_end,
                  .added = [this] { changed_.Ring(); }},
                 WatchedIn(config, options)),
        status_interval_seconds_(config.output().status_interval_seconds()),
        checkpoints_(MakeKeeper()),
        service_(Parts(), config, options.version),
        signals_({.stop = [this] { Stop(); }, .reload = [this] { ReloadSoon(); }}) {
    observers_.Add(&board_);
    observers_.Add(&sources_);
    if (checkpoints_ != nullptr) observers_.Add(checkpoints_.get());
  }

  int Run();

 private:
  ServiceParts Parts();
  // Null where no folder is configured.
  std::unique_ptr<CheckpointKeeper> MakeKeeper();
  void ExchangeScores(StateArchive& archive);
  // From the newest checkpoint. False: that cannot be done.
  bool Resume(int* code);
  // Finishes the steps under way, and no more.
  void Stop();
  // Not on the thread that hears of signals: a source that is slow to open must not keep it from
  // hearing that all shall end. One that waits already will read what is asked for now, too.
  void ReloadSoon() {
    reloader_.Post([this] { Reload(); });
  }
  void Reload();
  // False: it was stopped before there was anything to watch.
  bool Open(int* code);
  bool OpenScoresFile(int* code);
  bool StartRecording(int* code);
  bool OpenReplay(int* code);
  // Of the weights that there are now.
  uint64_t Digest();
  // What was learned, for whoever replays it.
  void EndRecording();
  Result<RunSummary> RunPipeline();
  // Whether the weights are those of the recording.
  int JudgeReplay() const;
  bool replays() const { return !options_.replay_path.empty(); }
  // Until all sources have ended.
  int Watch();
  int WatchOnce();
  int CodeOf(const std::vector<StreamEnd>& failures) const;
  RunDescription Describe() const;
  std::vector<SourceLine> SeveralSources() const;

  const config::Config& config_;
  const RunOptions& options_;
  const SystemClock clock_;
  PosixFileSystem files_;
  StopFlag stop_;
  StatusBoard board_{clock_};
  std::unique_ptr<ScoresWriter> scores_;  // null where none are asked for
  SavedScores saved_scores_;
  std::map<std::string, uint64_t> passed_;  // frames that sources had given before, by name
  Fanout observers_;
  std::optional<FolderLock> sessions_lock_;
  std::unique_ptr<SessionLog> session_log_;  // null where nothing is recorded
  std::unique_ptr<SessionReplay> replay_;    // null where sources are watched
  Pipeline pipeline_;
  // Rung when it is to stop, or there is another source.
  Bell changed_;
  WatchedSources sources_;
  std::atomic<double> status_interval_seconds_;
  std::atomic<const ControlServer*> listening_ = nullptr;
  const std::unique_ptr<CheckpointKeeper> checkpoints_;
  std::atomic<const SessionLog*> recording_ = nullptr;
  DaemonService service_;
  Worker reloader_{1};
  std::unique_ptr<ControlServer> server_;  // null where nobody is listened to
  const Signals signals_;
};

ServiceParts Daemon::Parts() {
  return {.clock = clock_,
          .pipeline = pipeline_,
          .board = board_,
          .sources = sources_,
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
          .session_log = [this]() -> std::optional<telemetry::SessionLog> {
            const SessionLog* log = recording_;
            return log == nullptr ? std::nullopt : std::optional(log->Report());
          },
          .replaying = replays(),
          .read_config = options_.read_config,
          .checkpoints = checkpoints_.get(),
          .check = CheckShare,
          .apply =
              [this](const config::Config& config) {
                status_interval_seconds_ = config.output().status_interval_seconds();
              }};
}

void Daemon::Stop() {
  pipeline_.Stop();
  stop_.Set();
  sources_.Stop();
  changed_.Ring();
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
  int code = kExitOk;
  // Before anybody can ask for anything: it would be forgotten.
  if (!Resume(&code)) return code;
  // Before the source is opened: who asks why nothing happens is told that a camera is slow.
  auto server = ListenForControl(config_.control(), options_.version, files_, clock_, service_);
  if (!server.ok()) return Fail(server.error(), ControlExitCode(server.error()));
  server_ = std::move(server).value();
  listening_ = server_.get();

  if (Open(&code)) {
    code = Watch();
    const bool saved = checkpoints_ == nullptr || checkpoints_->SaveAtEnd();
    if (!saved && code == kExitOk) code = kExitIo;
  }
  if (server_ != nullptr) server_->Stop();
  EndRecording();
  if (!sources_.Close()) ExitWithoutCleaningUp(code);
  return code;
}

std::unique_ptr<CheckpointKeeper> Daemon::MakeKeeper() {
  // What is replayed has its own beginning.
  if (config_.checkpoint().folder().empty() || replays()) return nullptr;
  return std::make_unique<CheckpointKeeper>(
      CheckpointKeeper::Parts{
          .files = files_,
          .clock = clock_,
          .pipeline = pipeline_,
          .program = options_.version,
          .exchange = [this](StateArchive& archive) { ExchangeScores(archive); },
          .learning_switched = [this](bool on) { service_.NoteLearning(on); }},
      config_);
}

void Daemon::ExchangeScores(StateArchive& archive) {
  if (!archive.loading()) {
    saved_scores_ = {};
    if (scores_ != nullptr) saved_scores_ = {options_.scores_path, scores_->bytes()};
  }
  saved_scores_.ExchangeState(archive);
}

bool Daemon::Resume(int* code) {
  if (checkpoints_ == nullptr) return true;
  auto resumed = checkpoints_->Resume(options_.fresh);
  if (resumed.ok()) {
    passed_ = *std::move(resumed);
    return true;
  }
  const Error& error = resumed.error();
  *code = Fail(error, CheckpointExitCode(error));
  return false;
}

// Leaves the sources unopened where the daemon was stopped meanwhile: who stops it while a camera
// is slow to open does not want to hear of the camera.
bool Daemon::Open(int* code) {
  if (replays()) return OpenReplay(code) && OpenScoresFile(code) && StartRecording(code);
  const Status opened = sources_.Open(passed_);
  if (stop_.IsSet()) return false;
  if (!opened.ok()) {
    *code = Fail(opened.error(), SourceExitCode(opened.error()));
    return false;
  }
  if (!OpenScoresFile(code) || !StartRecording(code)) return false;
  if (checkpoints_ != nullptr) checkpoints_->Start();
  sources_.Start();
  return true;
}

bool Daemon::OpenScoresFile(int* code) {
  const bool again = std::ranges::all_of(config_.sources(), [this](const config::Source& source) {
    return passed_.contains(source.name()) && GivesTheSame(source);
  });
  auto scores = OpenScores(files_, config_, options_, saved_scores_, again, stop_);
  if (!scores.ok()) {
    log::Error("--scores: {}", Printable(scores.error().message));
    *code = scores.error().code == Code::kInvalidArgument ? kExitUsage : kExitIo;
    return false;
  }
  scores_ = std::move(scores).value();
  if (scores_ != nullptr) observers_.Add(scores_.get());
  return !stop_.IsSet();
}

// A folder that cannot be used is noticed now, as whatever else is wrong with a configuration.
bool Daemon::StartRecording(int* code) {
  if (!config_.record().enabled()) return true;
  if (replays() && LiesIn(options_.replay_path, config_.record().folder())) {
    log::Error(
        "record.folder: '{}' holds the session that is replayed, which would have to make room for "
        "the new one: name another folder",
        Printable(config_.record().folder()));
    *code = kExitConfiguration;
    return false;
  }
  const bool resumed = checkpoints_ != nullptr && checkpoints_->resumed();
  const std::string checkpoint = resumed ? checkpoints_->Report().last() : "";
  const auto fail = [&](const Error& error) {
    log::Error("record.folder: {}", Printable(error.message));
    *code = error.reason == "FOLDER_IN_USE" ? kExitTryAgain : kExitIo;
    return false;
  };
  auto lock = FolderLock::Take(config_.record().folder(), "record.folder");
  if (!lock.ok()) return fail(lock.error());
  sessions_lock_.emplace(*std::move(lock));
  auto session_log = SessionLog::Start(files_, clock_, config_, {options_.version, checkpoint});
  if (!session_log.ok()) return fail(session_log.error());
  session_log_ = *std::move(session_log);
  recording_ = session_log_.get();
  pipeline_.SetInputObserver(session_log_.get());
  return true;
}

// Between two commands: a client may still ask for another checkpoint.
uint64_t Daemon::Digest() {
  const auto digest = AskPipeline<uint64_t>(pipeline_, [this](PipelineControl&) {
    return Result<uint64_t>(WeightsDigest(pipeline_.network()));
  });
  return digest.ok() ? *digest : 0;
}

void Daemon::EndRecording() {
  if (session_log_ == nullptr) return;
  (void)AskPipeline<bool>(pipeline_, [this](PipelineControl&) {
    session_log_->End(WeightsDigest(pipeline_.network()));
    return Result<bool>(true);
  });
}

bool Daemon::OpenReplay(int* code) {
  auto replay = SessionReplay::Open(files_, options_.replay_path);
  if (!replay.ok()) {
    *code = Fail(replay.error(), ReplayExitCode(replay.error()));
    return false;
  }
  replay_ = *std::move(replay);
  replay_->SetRules(RulesOf(config_));
  const std::string& version = replay_->header().program_version();
  if (version != options_.version) {
    log::Warning("the session was recorded by hypnosd {}, and this is {}: the weights may differ",
                 Printable(version), options_.version);
  }
  if (!options_.replay_is_exact) {
    log::Warning("the configuration is not that of the recording: the weights will differ");
  }
  return true;
}

Result<RunSummary> Daemon::RunPipeline() {
  return replay_ != nullptr ? pipeline_.Replay(*replay_) : pipeline_.Run();
}

int Daemon::JudgeReplay() const {
  if (stop_.IsSet()) return kExitOk;
  const auto& expected = replay_->weights();
  if (!expected) {
    log::Warning(
        "the recording has no end, as where the daemon was killed: there is nothing to "
        "compare the weights with");
    return kExitOk;
  }
  if (*expected == WeightsDigest(pipeline_.network())) {
    log::Info("the weights are those of the recording, bit for bit");
    return kExitOk;
  }
  if (!options_.replay_is_exact) {
    log::Info("the weights are not those of the recording, as the configuration is not");
    return kExitOk;
  }
  log::Error(
      "the weights are not those of the recording: another program, another kind of "
      "processor or another BLAS computes other bits");
  return kExitData;
}

std::vector<SourceLine> Daemon::SeveralSources() const {
  const auto reports = sources_.Reports(board_.Snapshot());
  if (reports.size() < 2) return {};
  std::vector<SourceLine> lines;
  lines.reserve(reports.size());
  for (const telemetry::Source& source : reports) {
    lines.push_back(
        {.name = source.name(),
         .state = source.state(),
         .dropped = static_cast<int64_t>(source.dropped_slow() + source.dropped_asleep())});
  }
  return lines;
}

RunDescription Daemon::Describe() const {
  RunDescription run;
  run.classes = {config_.labels().classes().begin(), config_.labels().classes().end()};
  run.several = SeveralSources();
  if (replays()) {
    run.source = Format("session '{}'", options_.replay_path);
    return run;
  }
  int64_t frames = 0;
  const auto reports = sources_.Reports({});
  for (const telemetry::Source& source : reports) {
    run.source = source.description();
    if (!source.has_frames_in_all()) return run;
    frames += static_cast<int64_t>(source.frames_in_all());
  }
  run.frames = frames;
  return run;
}

int Daemon::Watch() {
  while (true) {
    const uint64_t rings = changed_.rings();
    const int code = WatchOnce();
    if (code != kExitOk || options_.until_end || replays() || stop_.IsSet()) {
      const bool written = scores_ == nullptr || scores_->Close();
      return code == kExitOk && !written ? kExitIo : code;
    }
    if (checkpoints_ != nullptr) checkpoints_->SaveSoon();
    log::Info("the sources have ended; waiting to be stopped (--until-end ends by itself)");
    // For a source that was added, if there is one already.
    changed_.WaitForMoreThan(rings);
  }
}

// Each was told when it happened. A source that somebody has added meanwhile is no reason to end a
// daemon that waits for others.
int Daemon::CodeOf(const std::vector<StreamEnd>& failures) const {
  const auto counts = [&](const StreamEnd& end) {
    return options_.until_end || std::ranges::any_of(config_.sources(), [&](const auto& source) {
             return source.name() == end.source;
           });
  };
  const auto failed = std::ranges::find_if(failures, counts);
  return failed == failures.end() ? kExitOk : SourceExitCode(*failed->error);
}

int Daemon::WatchOnce() {
  int code = kExitOk;
  const int64_t seen_before = pipeline_.summary().frames;
  {
    const Display display({.run = [&] { return Describe(); },
                           .status = [&] { return board_.Snapshot(); },
                           .drops = [&] { return sources_.drops(); },
                           .interval_seconds = [&] { return status_interval_seconds_.load(); }});
    const auto result = RunPipeline();
    if (!result.ok()) {
      code = Fail(result.error(), replays() && result.error().code == Code::kDataLoss
                                      ? kExitData
                                      : SourceExitCode(result.error()));
    } else if (replays()) {
      code = JudgeReplay();
    } else {
      code = CodeOf(result->failures);
    }
  }
  if (pipeline_.summary().frames > seen_before) {
    std::fputs(
        SummaryText(pipeline_.summary(), board_.Snapshot(), sources_.drops(), SeveralSources())
            .c_str(),
        stdout);
    if (session_log_ != nullptr || replays()) {
      std::puts(Format("Weights: xxh3 {:016x}.", Digest()).c_str());
    }
    std::fflush(stdout);  // now, also where the daemon goes on waiting
  }
  if (const int64_t unreadable = sources_.unreadable(); unreadable > 0) {
    log::Warning("frames that could not be decoded and were passed over: {}", unreadable);
  }
  return code;
}

}  // namespace

int RunDaemon(const config::Config& config, const RunOptions& options) {
  return Daemon(config, options).Run();
}

}  // namespace hypnos
