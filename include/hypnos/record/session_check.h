// What a session log holds, and whether it is sound. Threads: safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/record/session_folder.h"
#include "proto/session.pb.h"

namespace hypnos {

struct SegmentCheck {
  SegmentFile file;
  uint64_t events = 0;  // that can be read, frames included
  uint64_t frames = 0;
  // What is wrong with it: a sentence; empty: it is sound.
  std::string damage;
};

struct SessionCheck {
  SessionFolder folder;
  // Of the first segment whose header can be read.
  session::Header header;
  std::vector<SegmentCheck> segments;
  uint64_t frames = 0;
  uint64_t events = 0;
  // That the recording says are missing.
  uint64_t frames_missing = 0;
  uint64_t events_missing = 0;
  // The last event, where the recording was ended in order.
  std::optional<session::End> end;
  // Why a replay cannot give the same weights: sentences; empty: it can.
  std::vector<std::string> inexact;

  bool sound() const;
};

// Reads all of it. Errors: those of FindSession. What is wrong with a segment is no error.
Result<SessionCheck> CheckSession(FileSystem& files, const std::string& path);

}  // namespace hypnos
