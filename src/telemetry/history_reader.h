// Reads a history from a disk that may hang: who asks waits for so long, and no longer, and while
// somebody was left waiting, nobody else waits at all. Threads: safe; one destroys.
#pragma once

#include <memory>

#include "hypnos/telemetry/history.h"
#include "telemetry/history_on_disk.h"

namespace hypnos {

class HistoryReader {
 public:
  // Waits for `options.read_patience`.
  explicit HistoryReader(const HistoryOptions& options);
  // Stops; what hangs is left behind with its thread.
  ~HistoryReader();
  HistoryReader(const HistoryReader&) = delete;
  HistoryReader& operator=(const HistoryReader&) = delete;

  // Errors: those of ReadHistory; kUnavailable, reason DISK_HANGS, or STOPPING.
  Result<HistoryAnswer> Read(const HistoryQuery& query, const KnownTimes& known);

  // From now on nobody waits.
  void Stop();
  // After Stop. False: the disk still hangs after that time.
  bool WaitUntilOver(Duration patience);

 private:
  class Desk;
  // Shared with the thread, which may be left behind.
  std::shared_ptr<Desk> desk_;
};

}  // namespace hypnos
