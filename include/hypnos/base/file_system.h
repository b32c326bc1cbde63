// The file system, passed in, so that tests own the disk.
// Errors carry the path and the operating system's words. Codes: kNotFound, kPermissionDenied,
// kResourceExhausted (disk full), kUnavailable (any other I/O error).
// Threads: FileSystem is safe; a WritableFile belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// One that is read in parts. Threads: safe.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Fills all of `bytes`. kOutOfRange, reason FILE_TOO_SHORT, beyond the end.
  virtual Status ReadAt(uint64_t offset, std::span<std::byte> bytes) = 0;
  // When it was opened.
  virtual uint64_t size() const = 0;
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
  // Goes on behind what is there. kNotFound where nothing is.
  virtual Result<std::unique_ptr<WritableFile>> AppendToFile(const std::string& path) = 0;
  // A regular file, of any size.
  virtual Result<std::unique_ptr<ReadableFile>> OpenFile(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  // kFailedPrecondition for a device or a pipe: who writes to /dev/stdout does not own it.
  virtual Status Remove(const std::string& path) = 0;
  // Cuts a file off after its first `size` bytes, of which it must have that many.
  virtual Status Truncate(const std::string& path, uint64_t size) = 0;
  virtual bool Exists(const std::string& path) = 0;

  // And those that it lies in. Of its owner alone: it is for pictures of whoever passed by. One
  // that is there already is no error, and stays as open as it is.
  virtual Status MakeFolder(const std::string& path) = 0;
  // The names of the files in it, in their order, without those of its sub-folders.
  virtual Result<std::vector<std::string>> ListFolder(const std::string& path) = 0;
  // The names of its sub-folders, in their order.
  virtual Result<std::vector<std::string>> ListFolders(const std::string& path) = 0;
  // kUnavailable where something lies in it.
  virtual Status RemoveFolder(const std::string& path) = 0;
  // What was created in it, renamed and removed is durable on return.
  virtual Status SyncFolder(const std::string& path) = 0;
};

// The real one.
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::string> ReadFile(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> CreateFile(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> AppendToFile(const std::string& path) override;
  Result<std::unique_ptr<ReadableFile>> OpenFile(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status Truncate(const std::string& path, uint64_t size) override;
  bool Exists(const std::string& path) override;
  Status MakeFolder(const std::string& path) override;
  Result<std::vector<std::string>> ListFolder(const std::string& path) override;
  Result<std::vector<std::string>> ListFolders(const std::string& path) override;
  Status RemoveFolder(const std::string& path) override;
  Status SyncFolder(const std::string& path) override;
};

}  // namespace hypnos
