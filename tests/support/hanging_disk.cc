// Preloaded into a program (LD_PRELOAD), a disk that hangs: while the file named in
// HANGING_DISK_SWITCH exists, whoever opens, reads, writes or syncs something below the folder of
// HANGING_DISK_FOLDER waits, as for a network share whose server is gone. A real one needs
// privileges that whoever runs the tests may not have. Who waits says so by a file beside the
// switch, named as that with .waits behind it.
// Threads: any. It cannot be interrupted by signals that are handled, as a real one cannot.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr useconds_t kLookAgainUs = 10'000;

bool Hangs() {
  const char* switch_file = std::getenv("HANGING_DISK_SWITCH");
  return switch_file != nullptr && access(switch_file, F_OK) == 0;
}

bool IsOnDisk(const char* path) {
  const char* folder = std::getenv("HANGING_DISK_FOLDER");
  return folder != nullptr && std::strncmp(path, folder, std::strlen(folder)) == 0;
}

// Not by the open of this library, which waits.
void SayThatOneWaits() {
  char path[4096];
  std::snprintf(path, sizeof path, "%s.waits", std::getenv("HANGING_DISK_SWITCH"));
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file >= 0) syscall(SYS_close, file);
}

void WaitForPath(const char* path) {
  const int kept = errno;
  if (path != nullptr && Hangs() && IsOnDisk(path)) SayThatOneWaits();
  while (path != nullptr && Hangs() && IsOnDisk(path)) usleep(kLookAgainUs);
  errno = kept;
}

void WaitForDescriptor(int descriptor) {
  const int kept = errno;
  char link[64], path[4096] = {};
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const auto waits = [&] {
    return Hangs() && readlink(link, path, sizeof path - 1) > 0 && IsOnDisk(path);
  };
  if (waits()) SayThatOneWaits();
  while (waits()) usleep(kLookAgainUs);
  errno = kept;
}

template <class Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

mode_t ModeOf(int flags, va_list more) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = ModeOf(flags, more);
  va_end(more);
  WaitForPath(path);
  static auto* const real = Real<int(const char*, int, ...)>("open");
  return real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = ModeOf(flags, more);
  va_end(more);
  WaitForPath(path);
  static auto* const real = Real<int(const char*, int, ...)>("open64");
  return real(path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) {
  WaitForPath(path);
  static auto* const real = Real<FILE*(const char*, const char*)>("fopen");
  return real(path, mode);
}

FILE* fopen64(const char* path, const char* mode) {
  WaitForPath(path);
  static auto* const real = Real<FILE*(const char*, const char*)>("fopen64");
  return real(path, mode);
}

ssize_t read(int descriptor, void* bytes, size_t count) {
  WaitForDescriptor(descriptor);
  static auto* const real = Real<ssize_t(int, void*, size_t)>("read");
  return real(descriptor, bytes, count);
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  WaitForDescriptor(descriptor);
  static auto* const real = Real<ssize_t(int, const void*, size_t)>("write");
  return real(descriptor, bytes, count);
}

ssize_t pread64(int descriptor, void* bytes, size_t count, off64_t offset) {
  WaitForDescriptor(descriptor);
  static auto* const real = Real<ssize_t(int, void*, size_t, off64_t)>("pread64");
  return real(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t offset) {
  WaitForDescriptor(descriptor);
  static auto* const real = Real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return real(descriptor, bytes, count, offset);
}

int fsync(int descriptor) {
  WaitForDescriptor(descriptor);
  static auto* const real = Real<int(int)>("fsync");
  return real(descriptor);
}

int fdatasync(int descriptor) {
  WaitForDescriptor(descriptor);
  static auto* const real = Real<int(int)>("fdatasync");
  return real(descriptor);
}

}  // extern "C"
