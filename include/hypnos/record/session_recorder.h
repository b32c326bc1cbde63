// Records what a network learns from, beside it: a bounded queue, and a thread that compresses and
// writes. It never changes what is learned, and holds it up only where it is told to wait.
// Threads: Record and Close belong to one thread at a time; status may be asked for by any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "proto/session.pb.h"

namespace hypnos {

struct RecorderOptions {
  std::string folder = "/var/lib/hypnos/sessions";
  // A segment ends when it is so large, or so old.
  uint64_t segment_bytes = 64'000'000;
  Duration segment_time = std::chrono::hours(1);
  // Of all sessions in the folder together; 0: no end. At least two segments.
  uint64_t budget_bytes = 10'000'000'000;
  // Segments that were begun longer ago are removed; 0: none is.
  Duration keep{};
  // Of frames that wait to be written; one is always taken.
  uint64_t queue_bytes = 64'000'000;
  // Where the queue is full: wait, or leave the frame out of the recording.
  bool waits = true;
  int compression_level = 1;
  // After the disk has refused something.
  Duration retry = std::chrono::seconds(10);
};

struct RecorderStatus {
  std::string session;  // path of its folder; empty before there is one
  // Why nothing is written now: a sentence. Empty: it is.
  std::string failing;
  uint64_t segments = 0;  // of this session, removed ones included
  uint64_t bytes = 0;     // written, of this session
  uint64_t frames = 0;    // written
  uint64_t events = 0;    // written, frames included
  // Left out, since the disk was too slow or refused them.
  uint64_t frames_lost = 0;
  uint64_t events_lost = 0;  // frames included
  uint64_t segments_removed = 0;
  // Nothing is missing.
  bool exact = true;
};

class SessionRecorder {
 public:
  // Begins a session. `about`: configuration, program and beginning; the rest of the header is
  // filled in. `files` and `clock` must outlive it. Errors: those of the file system, but for a
  // disk that is full, which may have room later.
  static Result<std::unique_ptr<SessionRecorder>> Start(FileSystem& files, const Clock& clock,
                                                        const RecorderOptions& options,
                                                        const session::Header& about);
  // As Close.
  ~SessionRecorder();
  SessionRecorder(const SessionRecorder&) = delete;
  SessionRecorder& operator=(const SessionRecorder&) = delete;

  // Never fails: what cannot be recorded is counted. A frame may wait, where the options say so.
  void Record(session::Event event);

  // Writes what waits, durably, and ends the session. What is recorded afterwards is not.
  void Close();

  RecorderStatus status() const;

 private:
  class Impl;
  explicit SessionRecorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos
