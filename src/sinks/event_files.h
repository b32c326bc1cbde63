// The files of events in their folder, and how much room they take. Others are left alone.
// Threads: thread-compatible.
#pragma once

#include <array>
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

  // The oldest make room for it; what cannot be removed is passed over, counts, and is tried again
  // the next time. Errors: those of the file system, and then nothing of it is left where that can
  // be; kResourceExhausted, reason BUDGET, where it is larger than all that there may be.
  Status Put(const EventClip& clip, double frame_rate_hz, const std::string& host);

  // Of all that lies there, also of what could not be removed, or at most so many.
  uint64_t bytes() const { return bytes_; }

 private:
  // Of one event: PNG, AVI and JSON, whole or not.
  struct Entry {
    std::string name;
    std::array<uint64_t, 3> bytes = {};
  };

  // Makes the folder and counts what an earlier one has left there.
  Status Open();
  // `file`: the one that is, or is to be called, `whole`.
  void Count(const std::string& whole, const std::string& file);
  Status MakeRoom(uint64_t bytes);
  Status RemoveAll(Entry& entry);
  Status RemoveFile(const std::string& file);
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
