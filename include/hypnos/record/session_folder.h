// Where session logs lie: FOLDER/SESSION/segment-000000-20261126T031500Z.hypnos, and so on; and
// FOLDER/SESSION/state-000000.safetensors, what the network was where that does not follow. A
// session is called after the time at which it began, as 20261126T031500Z, with -2 behind it where
// there is one of that name. Of a folder, whatever is called otherwise is left alone.
// Times are UTC, to the second. Threads: safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos {

struct SegmentFile {
  std::string path;
  uint64_t number = 0;
  WallTime begun;
  uint64_t bytes = 0;
};

struct StateFile {
  std::string path;
  std::string name;
  uint64_t bytes = 0;
};

struct SessionFolder {
  std::string path;
  std::string name;
  // In the order of their numbers.
  std::vector<SegmentFile> segments;
  std::vector<StateFile> states = {};

  // Of all of them.
  uint64_t bytes() const;
};

std::string SessionName(WallTime begun);
std::string SegmentName(uint64_t number, WallTime begun);
std::string StateName(uint64_t number);

// "2026-11-26 03:15:00"
std::string TimeText(WallTime time);

// The sessions in a folder, the oldest one first, those without a segment left out.
Result<std::vector<SessionFolder>> ListSessions(FileSystem& files, const std::string& folder);
// One session. kNotFound, reason NO_SESSION, where no segment lies in the folder; it says which
// sessions do, where there are some.
Result<SessionFolder> FindSession(FileSystem& files, const std::string& path);

struct SegmentRetention {
  // Of all sessions in the folder together; 0: no end.
  uint64_t budget_bytes = 0;
  // Segments that were begun longer ago are removed; 0: none is for its age.
  Duration keep{};
};

// Removes the oldest segments until what is left, with `room` more, keeps to the options; of the
// file at `writing` never. States go with the first segment of a session: without that they lead
// nowhere. Returns how many segments were removed. Errors: those of the file system; then
// fewer were removed than should have been.
Result<uint64_t> RemoveOldSegments(FileSystem& files, const std::string& folder,
                                   const SegmentRetention& options, WallTime now, uint64_t room,
                                   const std::string& writing);

}  // namespace hypnos
