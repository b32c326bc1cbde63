// That nobody else writes to a folder: two daemons would take each other's files for their own.
// Ends with the object, or with the process, however that ends.
#pragma once

#include <string>

#include "hypnos/base/result.h"

namespace hypnos {

class FolderLock {
 public:
  // Makes the folder where it is not there. `key`: which of the configuration names it.
  // kUnavailable, reason FOLDER_IN_USE; otherwise the errors of a file system.
  static Result<FolderLock> Take(const std::string& folder, const std::string& key);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace hypnos
