// The files of events in their folder, and how much room they take. Others are left alone.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "hypnos/base/file_system.h"
#include "sinks/event_reel.h"

namespace hypnos {

// 20260131T120000Z-door-7: by time, then by source and number.
std::string EventFileName(const Notice& notice);

class EventFiles {
 public:
  EventFiles(FileSystem& files, std::string folder, uint64_t budget_bytes)
      : files_(files), folder_(std::move(folder)), budget_bytes_(budget_bytes) {}

  // The oldest make room for it. Errors: those of the file system, and then nothing of it is left
  // where that can be; kResourceExhausted, reason BUDGET, where it is larger than all that there
  // may be.
  Status Put(const EventClip& clip, double frame_rate_hz, const std::string& host);

  uint64_t bytes() const { return bytes_; }

 private:
  // Of one event.
  struct Entry {
    std::string name;
    uint64_t bytes = 0;
  };

  // Makes the folder and counts what an earlier one has left there.
  Status Open();
  Status MakeRoom(uint64_t bytes);
  Status RemoveAll(const std::string& name);
  Status Write(const std::string& file, std::string_view bytes);
  std::string PathOf(const std::string& file) const { return folder_ + "/" + file; }

  FileSystem& files_;
  const std::string folder_;
  const uint64_t budget_bytes_;
  bool opened_ = false;
  std::deque<Entry> entries_;  // the oldest first
  uint64_t bytes_ = 0;
};

}  // namespace hypnos
