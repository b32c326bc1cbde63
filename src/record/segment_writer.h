// Writes one segment: a header and events, in blocks of a few megabytes.
// After an error nothing more is to be written; what was flushed before stays readable.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "hypnos/base/file_system.h"
#include "proto/session.pb.h"
#include "record/block.h"

namespace hypnos {

// A frame of more bytes is none that could be recorded.
inline constexpr size_t kMostFrameBytes = size_t{256} << 20;

class SegmentWriter {
 public:
  // `level`: of zstd. Errors: those of the file.
  static Result<std::unique_ptr<SegmentWriter>> Create(FileSystem& files, const std::string& path,
                                                       const session::Header& header, int level);

  // Precondition: its pixels are no difference, and at most kMostFrameBytes.
  Status Add(session::Event event);
  // What was added is in the file on return, though a power cut may still lose it.
  Status Flush();
  // Durable on return.
  Status Close();

  // Of the file, what waits to be compressed left out; and those that are surely in it.
  uint64_t bytes() const { return bytes_; }
  uint64_t flushed_bytes() const { return flushed_bytes_; }
  const std::string& path() const { return path_; }

 private:
  SegmentWriter(std::unique_ptr<WritableFile> file, std::string path, int level)
      : file_(std::move(file)), path_(std::move(path)), compressor_(level) {}

  void SubtractFrameBefore(session::Frame* frame);
  void Put(const google::protobuf::MessageLite& message);
  Status WriteBlock();

  std::unique_ptr<WritableFile> file_;
  const std::string path_;
  BlockCompressor compressor_;
  // The last frame of each source, as it was.
  std::map<std::string, session::Frame> before_;
  std::string block_;    // what will be compressed together
  std::string pending_;  // compressed, to be appended
  uint64_t bytes_ = 0;
  uint64_t flushed_bytes_ = 0;
};

}  // namespace hypnos
