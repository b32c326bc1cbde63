// What has not been delivered yet, the oldest first: in memory, and a file each in a folder, so
// that it is still there when the daemon is killed. Bounded: the oldest make room and are counted.
//
// A folder that cannot be written to costs nothing but that: what is in memory is delivered, and
// lost only if the daemon ends before. Files are made whole: written aside, synced, renamed.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos {

struct OutboxLimits {
  size_t notices = 10000;
  uint64_t bytes = uint64_t{8} << 20;
};

class Outbox {
 public:
  // `folder` is its own: nobody else writes into it. `files` outlives it.
  Outbox(FileSystem& files, std::string folder, OutboxLimits limits)
      : files_(files), folder_(std::move(folder)), limits_(limits) {}

  // Makes the folder, and takes over what an earlier one has left there. To be called once, before
  // Put. An error: it works in memory; each Put tries that first again, and writes no file before.
  Status Open();

  // An object of JSON. An error: it is there, but in memory only. What alone is larger than the
  // limit is dropped.
  Status Put(std::string body);

  bool empty() const { return waiting_.empty(); }
  // Precondition of both: not empty. An error: its file could not be removed, and it may be
  // delivered once more by a later daemon.
  const std::string& front() const { return waiting_.front().body; }
  Status PopFront();

  size_t waiting() const { return waiting_.size(); }
  // That made room, or were too large, or on disk and no longer to be read, or not whole.
  uint64_t dropped() const { return dropped_; }

 private:
  struct Entry {
    std::string file;  // empty: in memory only
    std::string body;
  };

  Status TakeOver(const std::string& file);
  Status Write(const std::string& file, const std::string& body);
  void MakeRoom();
  std::string PathOf(const std::string& file) const { return folder_ + "/" + file; }

  FileSystem& files_;
  std::string folder_;
  OutboxLimits limits_;
  std::deque<Entry> waiting_;
  uint64_t bytes_ = 0;
  uint64_t dropped_ = 0;
  uint64_t next_number_ = 0;
  bool opened_ = false;
};

}  // namespace hypnos
