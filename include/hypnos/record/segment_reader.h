// Reads one segment of a session log, which may be anything: cut off, damaged, of another version,
// or made to do harm.
// Threads: thread-compatible.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "proto/session.pb.h"

namespace hypnos {

class BlockReader;

class SegmentReader {
 public:
  // `name` is for sentences. Errors: kDataLoss, reason NO_SEGMENT, SEGMENT_CUT_OFF or
  // SEGMENT_DAMAGED; kUnimplemented, reason SEGMENT_VERSION; kResourceExhausted, OUT_OF_MEMORY.
  static Result<std::unique_ptr<SegmentReader>> Create(std::string bytes, const std::string& name);
  // Also those of the file.
  static Result<std::unique_ptr<SegmentReader>> Open(FileSystem& files, const std::string& path);
  ~SegmentReader();

  const session::Header& header() const { return header_; }

  // The next event, its pixels as they were; none at the end. It holds what its message promises:
  // of a frame either pixels or symbols, as many as there must be, and enumerators that there are.
  // After an error, the same again. Errors: as Create.
  Result<std::optional<session::Event>> Next();

 private:
  SegmentReader(std::string bytes, const std::string& name);

  Status ReadHeader();
  Result<std::optional<session::Event>> ReadNext();
  // What stands next in the block; none at its end.
  Result<std::optional<std::string_view>> NextMessage();
  Status Restore(session::Frame* frame);
  Error Damaged(const std::string& how) const;

  const std::string bytes_;
  const std::string name_;
  std::unique_ptr<BlockReader> blocks_;
  session::Header header_;
  std::string block_;
  size_t at_ = 0;  // in the block
  std::map<std::string, session::Frame> before_;
  uint64_t remembered_ = 0;  // bytes of all of these
  std::optional<Error> error_;
};

}  // namespace hypnos
