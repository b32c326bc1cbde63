#include "hypnos/daemon/run.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/display.h"
#include "daemon/exit_code.h"
#include "daemon/scores_path.h"
#include "daemon/scores_writer.h"
#include "daemon/signals.h"
#include "daemon/status.h"
#include "daemon/text.h"
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

 private:
  std::vector<PipelineObserver*> observers_;
};

// Whether somebody asked to stop, for those who wait and those who only look.
class StopFlag {
 public:
  void Set() {
    {
      const std::lock_guard lock(mutex_);
      set_ = true;
    }
    changed_.notify_all();
  }
  bool IsSet() const {
    const std::lock_guard lock(mutex_);
    return set_;
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return set_; });
  }
  // Whether it was set within that time.
  bool WaitFor(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return set_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
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
                                          BuildSourceOptions(config.sources(0))));
  WarnOfNoScores(config);
  const auto create = [&] { return ScoresWriter::Create(files, path, ClipsWithoutScores(config)); };
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

int RunDaemon(const config::Config& config, const RunOptions& options) {
  const config::Source& source_config = config.sources(0);

  SystemClock clock;
  StatusBoard board(clock);
  Fanout observers;
  observers.Add(&board);
  Pipeline pipeline(BuildPipelineOptions(config), clock, observers);

  // Capture begins after the signals are set up; until then there is nothing to stop.
  StopFlag stop;
  std::mutex capture_mutex;
  FrameQueue* queue = nullptr;
  const Signals signals([&] {
    pipeline.Stop();
    stop.Set();
    const std::lock_guard lock(capture_mutex);
    if (queue != nullptr) queue->Close();
  });

  auto source = OpenSource(BuildSourceOptions(source_config));
  // Who stops the daemon while a camera is slow to open does not want to hear of the camera.
  if (stop.IsSet()) return kExitOk;
  if (!source.ok()) return Fail(source.error(), SourceExitCode(source.error()));
  const RunDescription run{(*source)->Describe(), (*source)->frame_count()};

  PosixFileSystem files;
  auto opened = OpenScores(files, config, options, stop);
  if (!opened.ok()) {
    log::Error("--scores: {}", Printable(opened.error().message));
    return opened.error().code == Code::kInvalidArgument ? kExitUsage : kExitIo;
  }
  const std::unique_ptr<ScoresWriter> scores = std::move(opened).value();
  if (scores != nullptr) observers.Add(scores.get());
  if (stop.IsSet()) return kExitOk;

  log::Info("watching {}", Printable(run.source));
  CaptureThread capture(std::move(source).value(), source_config.queue_frames(),
                        BuildOnFull(source_config));
  {
    const std::lock_guard lock(capture_mutex);
    queue = &capture.queue();
    if (stop.IsSet()) queue->Close();
  }
  int code = kExitOk;
  {
    const Display display(run,
                          {.status = [&] { return board.Snapshot(); },
                           .drops = [&] { return capture.queue().drops(); }},
                          config.output().status_interval_seconds());
    const auto result = pipeline.Run(capture.queue());
    if (!result.ok()) code = Fail(result.error(), SourceExitCode(result.error()));
  }
  if (scores != nullptr && !scores->Close() && code == kExitOk) code = kExitIo;
  if (pipeline.summary().frames > 0) {
    std::fputs(SummaryText(pipeline.summary(), board.Snapshot(), capture.queue().drops()).c_str(),
               stdout);
    std::fflush(stdout);  // now, also where the daemon goes on waiting
  }
  if (const int64_t unreadable = capture.source().unreadable_frames(); unreadable > 0) {
    log::Warning("frames that could not be decoded and were passed over: {}", unreadable);
  }
  if (code == kExitOk && !options.until_end && !stop.IsSet()) {
    log::Info("the source has ended; waiting to be stopped (--until-end ends by itself)");
    stop.Wait();
  }
  {
    const std::lock_guard lock(capture_mutex);
    queue = nullptr;
  }
  if (!capture.Stop()) ExitWithoutCleaningUp(code);
  return code;
}

}  // namespace hypnos
