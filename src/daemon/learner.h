// One network and all that is its own: the sources that it watches, the pipeline in which it learns
// from them, what is kept of it on disk and recorded, and who answers for it. Its parts stand in
// the order in which they need each other: what comes later ends first.
//
//   Resume -> Open -> StartRecording -> Start -> Watch -> SaveAtEnd -> EndRecording -> Close
//
// Threads: one thread does these, one after the other; Stop, what looks, and what puts another
// source in the place of one may be called by any.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/checkpoint_keeper.h"
#include "daemon/daemon_service.h"
#include "daemon/exit_code.h"
#include "daemon/fanout.h"
#include "daemon/history_track.h"
#include "daemon/novelty_teller.h"
#include "daemon/scores_file.h"
#include "daemon/session_log.h"
#include "daemon/session_replay.h"
#include "daemon/status.h"
#include "daemon/text.h"
#include "daemon/watched_sources.h"
#include "hypnos/base/bell.h"
#include "hypnos/checkpoint/folder_lock.h"
#include "hypnos/daemon/run.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos {

// What a learner has from the daemon. All must outlive it.
struct LearnerParts {
  FileSystem& files;
  const Clock& clock;
  const RunOptions& options;
  // What happens to it; may be null.
  SharedEvents events = nullptr;
  // Is shown what unusual events look like; may be null.
  std::function<EventRecorder*()> recorder = []() -> EventRecorder* { return nullptr; };
  // Threads that it shares with others; null: its own.
  std::shared_ptr<Workers> workers = nullptr;
  // The daemon's; see ServiceParts.
  std::function<void()> stop;
  std::function<bool()> stopping;
  std::function<size_t()> clients;
  std::function<HistoryKeeper*()> history = []() -> HistoryKeeper* { return nullptr; };
  std::function<const Herald*()> herald = []() -> const Herald* { return nullptr; };
  // See PipelineOptions.
  std::function<std::vector<RemoteLayer*>()> remote_layers;
  std::function<std::vector<MeasuredSpread::Seat>()> elsewhere = [] {
    return std::vector<MeasuredSpread::Seat>();
  };
  std::function<void(const config::Config&)> apply = [](const config::Config&) {};
  // It has come to an end, or goes on after one.
  std::function<void()> changed = [] {};
};

class Learner {
 public:
  // `config`: of its sources, and no others.
  Learner(const config::Config& config, LearnerParts parts);
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  // From the newest checkpoint, unless `fresh`. Errors: those of CheckpointKeeper::Resume.
  Status Resume(bool fresh);
  // The sources, or what is replayed. Errors: those of WatchedSources::Open, SessionReplay::Open.
  Status Open();
  // Where to write scores, if anywhere, and what of them was saved; before Start.
  void SetScores(ScoresWriter* scores);
  const SavedScores& saved_scores() const { return saved_scores_; }
  // Whether the rows of scores since it was saved come again.
  bool comes_again() const;
  // Where the configuration says so. Errors: those of SessionLog::Start.
  Status StartRecording();
  void Start();

  // Until it is stopped, or what is replayed has ended. Where its sources have ended, or one has
  // failed, it waits for others.
  void Watch();

  // Finishes the steps under way, and no more.
  void Stop();
  // While it is watched, what was not saved yet. No error where there is nothing that could be
  // saved: no folder, no network, or one that is torn.
  Status Save();
  // True also where nothing is kept.
  bool SaveAtEnd();
  // What was learned, for whoever replays it.
  void EndRecording();
  // False: something hangs in a library and is left behind.
  bool Close() { return sources_.Close(); }

  // Of one source: another one in its place, opened and then watched by the same network, after a
  // cut. kFailedPrecondition, reason NEEDS_RESTART, where it is of another kind than the network
  // was made for, and NETWORK_FAILED, where a step of that broke off; errors of
  // WatchedSources::Prepare.
  struct OtherSource {
    config::Config config;
    WatchedSources::Opened opened;
  };
  Result<OtherSource> OpenOther(const config::Config& config);
  void Replace(const OtherSource& other);

  // Its sources have ended, for good or until another one comes: from the moment in which that is
  // there it has not.
  bool ended() const { return over_ || (waits_ && sources_.ended()); }
  // The exit code that it has come to, once it has ended.
  int code() const { return code_; }

  const config::Config& config() const { return config_; }
  DaemonService& service() { return service_; }
  WatchedSources& sources() { return sources_; }
  Pipeline& pipeline() { return pipeline_; }
  CheckpointKeeper* checkpoints() { return checkpoints_.get(); }
  StatusSnapshot status() const { return board_.Snapshot(); }
  FrameDrops drops() const { return sources_.drops(); }
  // What has happened to it since the last time, for its history.
  std::deque<HistoryChange> TakeHistory() { return track_.Take(); }
  RunDescription Describe() const;
  // What was seen and learned, in words, each time that its sources have ended; empty where there
  // is nothing new to say.
  std::string TakeSummary();
  bool has_summary() const;

 private:
  ServiceParts PartsOfService();
  // Null where no folder is configured.
  std::unique_ptr<CheckpointKeeper> MakeKeeper();
  void ExchangeScores(StateArchive& archive);
  Status OpenReplay();
  // An exit code; what is wrong has been logged.
  int RunOnce();
  void WatchAll();
  // False: it is stopped.
  bool WaitForAnother(uint64_t rings);
  void Summarise();
  Result<RunSummary> RunPipeline();
  void Fail(const Error& error);
  // Whether the weights are those of the recording.
  int JudgeReplay() const;
  // Of the weights that there are now.
  uint64_t Digest();
  int CodeOf(const std::vector<StreamEnd>& failures) const;
  std::vector<SourceLine> SeveralSources() const;
  bool replays() const { return !parts_.options.replay_path.empty(); }
  // Of whom a line in the log speaks, where there are several.
  std::string Whose() const;

  const config::Config config_;
  const LearnerParts parts_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> waits_ = false;   // for another source
  std::atomic<bool> broken_ = false;  // by what a library threw: its network does not go on
  std::atomic<bool> over_ = false;    // nobody watches any more
  std::atomic<int> code_ = kExitOk;
  StatusBoard board_;
  HistoryTrack track_;
  ScoresWriter* scores_ = nullptr;
  SavedScores saved_scores_;
  std::map<std::string, Pipeline::AwaitedStream> passed_;  // what sources had given before, by name
  int64_t told_frames_ = 0;  // of which the last summary told, or that were loaded
  mutable std::mutex summary_mutex_;
  std::string summary_;
  Fanout observers_;
  std::optional<FolderLock> sessions_lock_;
  std::unique_ptr<SessionLog> session_log_;  // null where nothing is recorded
  std::unique_ptr<SessionReplay> replay_;    // null where sources are watched
  Pipeline pipeline_;
  NoveltyTeller novelty_;
  // Rung when it is to stop, or there is another source.
  Bell more_;
  WatchedSources sources_;
  const std::unique_ptr<CheckpointKeeper> checkpoints_;
  std::atomic<const SessionLog*> recording_ = nullptr;
  DaemonService service_;
};

}  // namespace hypnos
