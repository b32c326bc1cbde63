// The file system, passed in, so that tests own the disk.
// Errors carry the path and the operating system's words. Codes: kNotFound, kPermissionDenied,
// kResourceExhausted (disk full), kUnavailable (any other I/O error).
// Threads: FileSystem is safe; a WritableFile belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos {

class WritableFile {
 public:
  virtual ~WritableFile() = default;
  // Buffered: bytes may reach the file only with Flush, Sync or Close.
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Flush() = 0;
  // Durable on return.
  virtual Status Sync() = 0;
  // Flushes. Calling anything afterwards is a mistake.
  virtual Status Close() = 0;
};

inline constexpr uint64_t kMostReadBytes = uint64_t{512} << 20;

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // kOutOfRange, reason FILE_TOO_LARGE, for more than kMostReadBytes: to read a file whole is for
  // configurations and pictures, and one that goes on for ever must not eat up the memory.
  virtual Result<std::string> ReadFile(const std::string& path) = 0;
  // Creates, or empties what is there. kUnavailable, reason NO_READER, at once for a pipe that
  // nobody reads from.
  virtual Result<std::unique_ptr<WritableFile>> CreateFile(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  // kFailedPrecondition for a device or a pipe: who writes to /dev/stdout does not own it.
  virtual Status Remove(const std::string& path) = 0;
  // Cuts a file off after its first `size` bytes, of which it must have that many.
  virtual Status Truncate(const std::string& path, uint64_t size) = 0;
  virtual bool Exists(const std::string& path) = 0;
};

// The real one.
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::string> ReadFile(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> CreateFile(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status Truncate(const std::string& path, uint64_t size) override;
  bool Exists(const std::string& path) override;
};

}  // namespace hypnos
