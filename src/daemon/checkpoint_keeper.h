// Keeps what is learned on disk, beside the learning: by time and by steps, when asked, at the end;
// goes on from the newest one at the start, and back to any of them.
// A save is a picture taken between two steps and written by a child process (BackgroundSave), one
// at a time. Where it fails the log says so once, the status as long as that lasts, and it is tried
// again and again. Threads: safe; Resume before anything is watched. Whoever runs the pipeline must
// not call what waits for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/event_book.h"
#include "hypnos/base/clock.h"
#include "hypnos/checkpoint/background_save.h"
#include "hypnos/checkpoint/checkpoint_folder.h"
#include "hypnos/checkpoint/folder_lock.h"
#include "hypnos/pipeline/pipeline.h"
#include "proto/config.pb.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

class CheckpointKeeper final : public PipelineObserver {
 public:
  struct Parts {
    FileSystem& files;
    const Clock& clock;
    Pipeline& pipeline;
    // "0.1.0"
    std::string program;
    // Whose network it is, where each source has its own; empty: all sources'.
    std::string source = "";
    // Null: nobody remembers what happens to them.
    SharedEvents events = nullptr;
    // What is saved and loaded beside the pipeline's state; called when nothing is under way.
    std::function<void(StateArchive&)> exchange = [](StateArchive&) {};
    // Learning was switched because of saving.
    std::function<void(bool)> learning_switched = [](bool) {};
  };

  // How long a try that failed is waited after.
  static constexpr Duration kRetry = std::chrono::seconds(10);

  // Precondition: checkpoint.folder is not empty.
  CheckpointKeeper(Parts parts, const config::Config& config);
  // Waits for the save under way.
  ~CheckpointKeeper() override;

  // Takes the folder for itself and loads the newest good checkpoint into the pipeline, unless
  // `fresh`. Returns what each source had given that is the same now, by name.
  // Errors: FOLDER_IN_USE; OTHER_CONFIGURATION and CHECKPOINT_VERSION; ALL_DAMAGED; the disk's.
  Result<std::map<std::string, Pipeline::AwaitedStream>> Resume(bool fresh);
  // Whether Resume has loaded one.
  bool resumed() const;

  // Other sources are watched from now on: what is saved says of which it is.
  void NoteSources(const config::Config& config);

  // From now on by time and by steps.
  void Start();
  // When there is time.
  void SaveSoon();
  // Now; waits until it is written. Where nothing was seen since the last one that one is answered.
  Result<CheckpointInfo> Save();
  // Waits for the save under way, if there is one: its process ends with the thread that began it,
  // and that is whoever runs the pipeline, who must therefore not end before.
  void Settle() const { const std::lock_guard saving(save_mutex_); }
  // Once nobody runs the pipeline any more: in this process. Ends what Start began.
  bool SaveAtEnd();

  Result<std::vector<CheckpointInfo>> List();
  Result<CheckpointInfo> Verify(const std::string& name);
  // Waits for the pipeline.
  Result<CheckpointInfo> Restore(const std::string& name);
  struct Imported {
    CheckpointInfo from;
    ImportReport report;
  };
  Result<Imported> Import(const std::string& name);

  telemetry::Checkpoints Report() const;

  void OnFrame(const FrameReport& report) override;
  void OnDream(const DreamReport& report) override;
  // What was decided must not be forgotten by whoever is killed next.
  void OnGuard(const GuardReport& report) override;

 private:
  struct Named {
    std::string name;
    CheckpointFile file;
  };

  void Loop();
  bool IsDue();
  Duration RetryAfter() const;
  CheckpointFacts Facts(const StateCounts& counts) const;
  // What is to be written, at this moment.
  Result<StateCounts> TakePicture(PipelineControl& control, StatePicture& picture);
  Result<CheckpointInfo> SaveNow();
  void Note(const Result<CheckpointInfo>& saved, Duration took);
  void NoteFailure(const Error& error);
  void SwitchLearning(bool on);
  void NoteChange();
  Status CheckConfig(const std::string& name, const CheckpointFacts& facts) const;
  Result<std::map<std::string, Pipeline::AwaitedStream>> Load(
      const CheckpointFolder::Opened& opened);
  Result<Named> OpenNamed(const std::string& name);
  // What came after the last save would be lost, whatever is answered.
  Status CheckSavedLater() const;

  const Parts parts_;
  const std::string whose_;  // "source 'door': ", before what the log is told
  const config::Config config_;
  const config::Checkpoint options_;
  CheckpointFolder folder_;
  std::optional<FolderLock> lock_;

  std::atomic<uint64_t> changes_ = 0;  // frames and dreamed steps
  std::atomic<bool> guard_stopped_ = false;
  mutable std::mutex save_mutex_;  // one at a time
  BackgroundSave background_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string saved_config_;
  uint64_t saved_changes_ = 0;  // that are in the last one
  std::optional<CheckpointInfo> last_;
  bool resumed_ = false;
  Instant last_try_;
  std::optional<Instant> saving_since_;
  Duration last_took_{};
  uint64_t saved_ = 0;
  uint64_t failed_ = 0;
  std::optional<Error> failing_;
  bool learning_stopped_ = false;
  bool asked_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace hypnos
