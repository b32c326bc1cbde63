// Writes a history to disk on a thread of its own. What waits is bounded: whoever adds never waits
// for the disk, and of what it does not take for too long the oldest is lost, and counted. A
// database that is damaged is set aside and a new one begun; whatever else the disk refuses is
// tried again and again. All of that is told in the log, once. Threads: safe; one destroys.
#pragma once

#include <memory>

#include "hypnos/telemetry/history.h"

namespace hypnos {

class HistoryWriter {
 public:
  // `options.folder`: not empty.
  explicit HistoryWriter(const HistoryOptions& options);
  // As Close does, where nobody has.
  ~HistoryWriter();
  HistoryWriter(const HistoryWriter&) = delete;
  HistoryWriter& operator=(const HistoryWriter&) = delete;

  void Add(const HistorySample& sample);
  void Add(const HistoryChange& change);

  // Writes what waits. False: a disk that hangs for longer than `patience` is left behind, with its
  // thread.
  bool Close(Duration patience);

  HistoryStatus status() const;

 private:
  class Loop;
  const Duration patience_;
  bool closed_ = false;
  // Shared with the thread, which may be left behind.
  std::shared_ptr<Loop> loop_;
};

}  // namespace hypnos
