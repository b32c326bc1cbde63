// Writes a session log, segment by segment, and keeps the folder within its budget. What the disk
// refuses is lost and counted, never what was written before; after a while it is tried again, with
// a new segment.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/record/session_recorder.h"
#include "record/segment_writer.h"

namespace hypnos {

class SessionWriter {
 public:
  // `about`: what every segment's header has in common. All must outlive it.
  SessionWriter(FileSystem& files, const Clock& clock, const RecorderOptions& options,
                const session::Header& about);

  // Makes the folder and the first segment. Errors: those of the file system, but for a disk that
  // is full, which is tried again later.
  Status Begin();

  void Write(session::Event event);
  // Puts what was written for a moment into the file, and tries again what failed. To be called
  // about every second.
  void Tick();
  // Writes what is left, durably.
  void Close();

  // What was not flushed is lost, and after a while a new segment is tried.
  void Fail(const Error& error);

  const RecorderStatus& status() const { return status_; }

 private:
  struct Counts {
    uint64_t frames = 0;
    uint64_t others = 0;
    uint64_t told = 0;  // that something is missing

    uint64_t all() const { return frames + others + told; }
    void operator+=(const Counts& more) {
      frames += more.frames;
      others += more.others;
      told += more.told;
    }
  };

  Status MakeSession();
  Status BeginSegment();
  // Whether there is a segment to write to, by now.
  bool IsReady();
  Status RotateIfDue();
  Status Put(session::Event event);
  // That something is missing, where that was not told yet.
  Status TellMissing();
  Status Flush();
  Status CheckIsThere();
  Status CloseSegment();
  void KeepToBudget();
  void Lose(uint64_t frames, uint64_t others);

  FileSystem& files_;
  const Clock& clock_;
  const RecorderOptions options_;
  session::Header header_;
  std::string folder_;  // of the session; empty: not made yet
  std::unique_ptr<SegmentWriter> segment_;
  Instant segment_begun_{};
  Instant flushed_{};
  Instant retry_at_{};
  uint64_t closed_bytes_ = 0;  // in the segments before
  // In the segment; what may yet be lost is not in it.
  Counts in_segment_, unflushed_;
  uint64_t moment_ = 0;                           // of the last event
  session::Missing missing_, unflushed_missing_;  // not told yet; told, and may yet be lost
  RecorderStatus status_;
};

}  // namespace hypnos
