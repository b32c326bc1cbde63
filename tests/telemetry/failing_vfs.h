// A disk for SQLite that does what a test tells it: it is full, it hangs, or whoever only reads
// does.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "hypnos/base/check.h"

namespace hypnos {

class FailingVfs {
 public:
  static constexpr const char* kName = "failing";

  // One at a time.
  FailingVfs() {
    static const bool registered = Register();
    HYPNOS_CHECK(registered);
    full = hangs = reading_hangs = false;
  }
  ~FailingVfs() { full = hangs = reading_hangs = false; }

  static inline std::atomic<bool> full = false;
  static inline std::atomic<bool> hangs = false;
  static inline std::atomic<bool> reading_hangs = false;

 private:
  static bool Register() {
    sqlite3_vfs* usual = sqlite3_vfs_find(nullptr);
    usual_open_ = usual->xOpen;
    vfs_ = *usual;
    vfs_.zName = kName;
    vfs_.pNext = nullptr;
    vfs_.xOpen = Open;
    return sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK;
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    const bool only_reads = (flags & SQLITE_OPEN_READONLY) != 0;
    while (only_reads && reading_hangs) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const int code = usual_open_(vfs, name, file, flags, out);
    if (code != SQLITE_OK || file->pMethods == nullptr) return code;
    // Of databases and of journals there are different ones, which write in the same way.
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = methods_.emplace(file->pMethods, *file->pMethods);
    if (is_new) {
      usual_write_ = file->pMethods->xWrite;
      found->second.xWrite = Write;
    }
    file->pMethods = &found->second;
    return code;
  }

  static int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    while (hangs) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return full ? SQLITE_FULL : usual_write_.load()(file, bytes, size, offset);
  }

  static inline sqlite3_vfs vfs_;
  static inline std::mutex mutex_;
  static inline std::map<const sqlite3_io_methods*, sqlite3_io_methods> methods_;
  static inline std::atomic<int (*)(sqlite3_file*, const void*, int, sqlite3_int64)> usual_write_;
  static inline int (*usual_open_)(sqlite3_vfs*, const char*, sqlite3_file*, int, int*) = nullptr;
};

}  // namespace hypnos
