#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "hypnos/base/file_system.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

Error FromErrno(const char* doing, const std::string& path, int number) {
  const std::string sentence = Format("cannot {} '{}': {}", doing, path, std::strerror(number));
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return {Code::kNotFound, "FILE_NOT_FOUND", sentence};
    case EACCES:
    case EPERM:
    case EROFS:
    case EISDIR:
      return {Code::kPermissionDenied, "FILE_NOT_PERMITTED", sentence};
    case ENXIO:
      return {Code::kUnavailable, "NO_READER", Format("nobody reads from '{}'", path)};
    case ENOSPC:
    case EDQUOT:
      return {Code::kResourceExhausted, "DISK_FULL", sentence};
    default:
      return {Code::kUnavailable, "FILE_IO", sentence};
  }
}

Error TooLarge(const std::string& path) {
  return {Code::kOutOfRange, "FILE_TOO_LARGE",
          Format("cannot read '{}': it is larger than {} MiB", path, kMostReadBytes >> 20)};
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// Also for a link to one.
bool IsDeviceOrPipe(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return false;
  return S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode) || S_ISFIFO(info.st_mode);
}

class PosixReadableFile final : public ReadableFile {
 public:
  PosixReadableFile(int descriptor, uint64_t size, std::string path)
      : descriptor_(descriptor), size_(size), path_(std::move(path)) {}
  ~PosixReadableFile() override { close(descriptor_); }
  PosixReadableFile(const PosixReadableFile&) = delete;
  PosixReadableFile& operator=(const PosixReadableFile&) = delete;

  Status ReadAt(uint64_t offset, std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t count =
          pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return FromErrno("read", path_, errno);
      if (count == 0) {
        return Error{Code::kOutOfRange, "FILE_TOO_SHORT",
                     Format("cannot read '{}': it ends at byte {}", path_, offset)};
      }
      bytes = bytes.subspan(static_cast<size_t>(count));
      offset += static_cast<uint64_t>(count);
    }
    return {};
  }
  uint64_t size() const override { return size_; }

 private:
  const int descriptor_;
  const uint64_t size_;
  const std::string path_;
};

// Of those entries of a folder, in their order. What vanishes meanwhile is none.
template <class F>
Result<std::vector<std::string>> NamesIn(const std::string& path, F wanted) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    if (wanted(*entry, gone)) names.push_back(entry->path().filename().string());
  }
  if (error) return FromErrno("list folder", path, error.value());
  std::ranges::sort(names);
  return names;
}

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}
  ~PosixWritableFile() override {
    if (file_ != nullptr) std::fclose(file_);
  }
  PosixWritableFile(const PosixWritableFile&) = delete;
  PosixWritableFile& operator=(const PosixWritableFile&) = delete;

  Status Append(std::string_view bytes) override {
    // What is empty may lie nowhere, which the C library must not be given.
    if (bytes.empty()) return {};
    return Done(std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size(), "write to");
  }
  Status Flush() override { return Done(std::fflush(file_) == 0, "write to"); }
  Status Sync() override {
    HYPNOS_RETURN_IF_ERROR(Flush());
    return Done(fsync(fileno(file_)) == 0, "sync");
  }
  Status Close() override {
    std::FILE* file = std::exchange(file_, nullptr);
    return Done(std::fclose(file) == 0, "close");
  }

 private:
  Status Done(bool good, const char* doing) const {
    if (good) return {};
    return FromErrno(doing, path_, errno);
  }

  std::FILE* file_;
  std::string path_;
};

Result<std::unique_ptr<WritableFile>> OpenToWrite(const std::string& path, int flags,
                                                  const char* doing) {
  // Without waiting for a pipe's reader; what is written afterwards waits for it as usual.
  constexpr int kFlags = O_WRONLY | O_CLOEXEC | O_NONBLOCK;
  constexpr mode_t kForAll = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
  const int descriptor = open(path.c_str(), kFlags | flags, kForAll);
  if (descriptor < 0) return FromErrno(doing, path, errno);
  fcntl(descriptor, F_SETFL, O_WRONLY | (flags & O_APPEND));
  std::FILE* file = fdopen(descriptor, (flags & O_APPEND) != 0 ? "ab" : "wb");
  if (file == nullptr) {
    const int number = errno;
    close(descriptor);
    return FromErrno(doing, path, number);
  }
  return std::unique_ptr<WritableFile>(std::make_unique<PosixWritableFile>(file, path));
}

}  // namespace

Result<std::string> PosixFileSystem::ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return FromErrno("read", path, errno);
  std::string bytes;
  // What says how long it is need not be read to be refused, nor its storage be grown.
  struct stat info;
  if (fstat(fileno(file.get()), &info) == 0 && S_ISREG(info.st_mode)) {
    if (static_cast<uint64_t>(info.st_size) > kMostReadBytes) return TooLarge(path);
    bytes.reserve(static_cast<size_t>(info.st_size));
  }
  char chunk[1 << 16];
  size_t count = 0;
  while ((count = std::fread(chunk, 1, sizeof(chunk), file.get())) > 0) {
    if (bytes.size() + count > kMostReadBytes) return TooLarge(path);
    bytes.append(chunk, count);
  }
  if (std::ferror(file.get()) != 0) return FromErrno("read", path, errno);
  return bytes;
}

Result<std::unique_ptr<WritableFile>> PosixFileSystem::CreateFile(const std::string& path) {
  return OpenToWrite(path, O_CREAT | O_TRUNC, "create");
}

Result<std::unique_ptr<WritableFile>> PosixFileSystem::AppendToFile(const std::string& path) {
  return OpenToWrite(path, O_APPEND, "write to");
}

Result<std::unique_ptr<ReadableFile>> PosixFileSystem::OpenFile(const std::string& path) {
  // Without waiting for a pipe's writer: it is refused.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return FromErrno("read", path, errno);
  struct stat info;
  if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(descriptor);
    return Error{Code::kFailedPrecondition, "NOT_A_FILE",
                 Format("cannot read '{}': it is no file", path)};
  }
  return std::unique_ptr<ReadableFile>(
      std::make_unique<PosixReadableFile>(descriptor, static_cast<uint64_t>(info.st_size), path));
}

Status PosixFileSystem::Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return FromErrno("rename", from, errno);
  return {};
}

Status PosixFileSystem::Remove(const std::string& path) {
  if (IsDeviceOrPipe(path)) {
    return Error{Code::kFailedPrecondition, "NOT_A_FILE",
                 Format("cannot remove '{}': it is no file", path)};
  }
  if (unlink(path.c_str()) != 0) return FromErrno("remove", path, errno);
  return {};
}

Status PosixFileSystem::Truncate(const std::string& path, uint64_t size) {
  if (truncate(path.c_str(), static_cast<off_t>(size)) != 0) {
    return FromErrno("cut off", path, errno);
  }
  return {};
}

bool PosixFileSystem::Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

Status PosixFileSystem::MakeFolder(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  std::filesystem::path folder = path;
  // "a/" is "a", and lies in nothing that would have to be made first.
  if (!folder.has_filename()) folder = folder.parent_path();
  const auto above = folder.parent_path();
  // That it is not there yet is none.
  error.clear();
  if (!above.empty()) std::filesystem::create_directories(above, error);
  if (error) return FromErrno("make folder", path, error.value());
  if (mkdir(path.c_str(), S_IRWXU) == 0) return {};
  const int failed = errno;
  // Somebody else may just have made it.
  if (std::filesystem::is_directory(path, error)) return {};
  return FromErrno("make folder", path, failed);
}

Result<std::vector<std::string>> PosixFileSystem::ListFolder(const std::string& path) {
  return NamesIn(path, [](const auto& entry, auto& gone) { return entry.is_regular_file(gone); });
}

Result<std::vector<std::string>> PosixFileSystem::ListFolders(const std::string& path) {
  return NamesIn(path, [](const auto& entry, auto& gone) { return entry.is_directory(gone); });
}

Status PosixFileSystem::RemoveFolder(const std::string& path) {
  if (rmdir(path.c_str()) != 0) return FromErrno("remove folder", path, errno);
  return {};
}

Status PosixFileSystem::SyncFolder(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return FromErrno("sync folder", path, errno);
  const int failed = fsync(descriptor) == 0 ? 0 : errno;
  close(descriptor);
  // There are file systems that have nothing of the kind, and lose nothing by it.
  const bool unknown = failed == EINVAL || failed == ENOTSUP;
  if (failed != 0 && !unknown) return FromErrno("sync folder", path, failed);
  return {};
}

}  // namespace hypnos
