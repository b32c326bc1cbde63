// Reads a session log from its first segment to its last, whatever has happened to it since.
// Threads: thread-compatible.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hypnos/record/segment_reader.h"
#include "hypnos/record/session_folder.h"

namespace hypnos {

class SessionReader {
 public:
  // `path`: of the session's folder. Errors: those of FindSession, and of SegmentReader for the
  // first segment.
  static Result<std::unique_ptr<SessionReader>> Open(FileSystem& files, const std::string& path);

  // Of the first segment that there is.
  const session::Header& header() const { return header_; }
  const SessionFolder& folder() const { return folder_; }
  // False: the beginning is no longer there, which the disk budget may have taken.
  bool begins_at_start() const { return folder_.segments.front().number == 0; }

  // The next event; none at the end. An error says that something is missing here; to go on reading
  // goes on behind it, with the next segment. Errors: those of SegmentReader; kDataLoss, reason
  // SEGMENT_MISSING.
  // A last segment that is cut off is the end, for so a daemon that was killed leaves it.
  Result<std::optional<session::Event>> Next();

  // Why there is nothing more, where the last segment is cut off.
  const std::optional<Error>& cut_off() const { return cut_off_; }

 private:
  SessionReader(FileSystem& files, SessionFolder folder);

  Status OpenSegment();
  bool IsCutOff(const Error& error);
  Error Damage(const Error& error);

  FileSystem& files_;
  const SessionFolder folder_;
  session::Header header_;
  std::unique_ptr<SegmentReader> segment_;  // null: the next one is to be opened
  size_t next_ = 0;                         // of the segments
  uint64_t events_ = 0;
  bool damaged_ = false;          // what came before the next segment
  std::optional<Error> cut_off_;  // likewise
  std::optional<Error> gap_;      // before the segment, not told yet
};

}  // namespace hypnos
