// Remembers how the figures of all networks went: looks at them each second, on a thread of its
// own, and answers what clients ask, on another, since that may have to wait for a disk.
// Threads: safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "daemon/answer.h"
#include "daemon/history_sampler.h"
#include "daemon/learners.h"
#include "daemon/worker.h"
#include "hypnos/base/clock.h"
#include "hypnos/checkpoint/folder_lock.h"
#include "hypnos/telemetry/history.h"
#include "proto/config.pb.h"
#include "proto/control.pb.h"

namespace hypnos {

class HistoryKeeper {
 public:
  struct Parts {
    const Clock& clock;
    const Learners& learners;
    bool separate = false;  // each source has a network of its own
  };

  // Takes the folder for itself, if there is one. Null where nothing is to be remembered.
  // Errors: those of FolderLock.
  static Result<std::unique_ptr<HistoryKeeper>> Start(const Parts& parts,
                                                      const config::History& config);
  // As Close does, where nobody has.
  ~HistoryKeeper();
  HistoryKeeper(const HistoryKeeper&) = delete;
  HistoryKeeper& operator=(const HistoryKeeper&) = delete;

  // kInvalidArgument: see QueryOf and History; kResourceExhausted, reason BUSY_READING.
  void Handle(const control::QueryHistoryRequest& request, const Answer& answer);
  // The same at once; it may take long.
  Result<control::QueryHistoryResponse> Read(const control::QueryHistoryRequest& request) const;

  telemetry::History Report() const;

  // Looks for the last time, and writes what was not written yet. False: the disk hangs and is left
  // behind, with a thread that may still use what the process has.
  bool Close();

 private:
  HistoryKeeper(const Parts& parts, const HistoryOptions& options, std::optional<FolderLock> lock);
  void Loop();
  void LookOnce();
  void Look();

  const Parts parts_;
  const std::optional<FolderLock> lock_;
  History history_;
  HistorySampler sampler_;  // of the thread
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::string trouble_;  // of the thread: why the last look failed
  std::thread thread_;
  Worker reader_;  // ends before what its jobs use
};

// By the keeper, if there is one; otherwise FAILED_PRECONDITION, reason NO_HISTORY.
void AnswerFromHistory(HistoryKeeper* keeper, const control::QueryHistoryRequest& request,
                       const Answer& answer);

}  // namespace hypnos
