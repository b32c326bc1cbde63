#include "hypnos/checkpoint/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "hypnos/base/file_system.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {

Result<FolderLock> FolderLock::Take(const std::string& folder, const std::string& key) {
  if (const Status made = PosixFileSystem().MakeFolder(folder); !made.ok()) {
    return Error{
        made.error().code, made.error().reason,
        Format("{}; choose another {}, or let this user write there", made.error().message, key)};
  }
  // The folder itself, so that nothing is left in it, and a disk that is read-only will do.
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return Error{Code::kUnavailable, "FILE_IO",
                 Format("cannot open folder '{}': {}", Printable(folder), std::strerror(errno))};
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return FolderLock(descriptor);
  const int failed = errno;
  close(descriptor);
  if (failed == EWOULDBLOCK) {
    return Error{Code::kUnavailable, "FOLDER_IN_USE",
                 Format("another hypnosd writes to '{}': give each a {} of its own",
                        Printable(folder), key)};
  }
  return Error{Code::kUnavailable, "FILE_IO",
               Format("cannot lock '{}': {}", Printable(folder), std::strerror(failed))};
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

}  // namespace hypnos
