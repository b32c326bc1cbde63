#include "sources/growing_text.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr int kPauseMilliseconds = 100;

Error Failed(const std::string& path, const char* what, int number) {
  const Code code = number == ENOENT                      ? Code::kNotFound
                    : number == EACCES || number == EPERM ? Code::kPermissionDenied
                                                          : Code::kUnavailable;
  return {code, "NOT_READABLE",
          Format("'{}' cannot be {}: {}", Printable(path), what, std::strerror(number))};
}

GrowingText::Piece Interrupted() {
  GrowingText::Piece piece;
  piece.interrupted = true;
  return piece;
}

}  // namespace

GrowingText::GrowingText(std::string path, int file, bool follow)
    : path_(std::move(path)), file_(file), follow_(follow) {}

GrowingText::GrowingText(GrowingText&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      follow_(other.follow_),
      offset_(other.offset_),
      interruption_(std::move(other.interruption_)) {}

GrowingText::~GrowingText() {
  if (file_ > STDIN_FILENO) close(file_);
}

Result<GrowingText> GrowingText::Open(const std::string& path, bool follow) {
  if (path == "-") return GrowingText("standard input", STDIN_FILENO, false);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return Failed(path, "opened", errno);
  GrowingText text(path, file, follow);
  struct stat what {};
  if (fstat(file, &what) != 0) return Failed(path, "looked at", errno);
  if (S_ISREG(what.st_mode)) return text;
  return Error{
      Code::kInvalidArgument, "NOT_A_FILE",
      Format("'{}' is no regular file: what comes through a pipe is read from the standard "
             "input, '-'",
             Printable(path))};
}

bool GrowingText::Wait() const {
  // A regular file is always ready: it is asked again and again.
  std::array<pollfd, 2> ready = {
      pollfd{.fd = interruption_->descriptor(), .events = POLLIN, .revents = 0},
      pollfd{.fd = file_, .events = POLLIN, .revents = 0}};
  const nfds_t waited_for = follow_ ? 1 : 2;
  while (poll(ready.data(), waited_for, follow_ ? kPauseMilliseconds : -1) < 0 && errno == EINTR) {
  }
  return !interruption_->raised();
}

Result<GrowingText::Piece> GrowingText::Read() {
  Piece piece;
  std::array<char, 1 << 16> bytes;
  while (true) {
    if (!follow_ && !Wait()) return Interrupted();
    const ssize_t count = read(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(path_, "read any more", errno);
    if (count > 0) {
      offset_ += count;
      piece.bytes.assign(bytes.data(), static_cast<size_t>(count));
      return piece;
    }
    if (!follow_) return piece;
    struct stat now {};
    if (fstat(file_, &now) != 0) return Failed(path_, "looked at any more", errno);
    if (now.st_size < offset_) {
      if (lseek(file_, 0, SEEK_SET) != 0) return Failed(path_, "read any more", errno);
      offset_ = 0;
      piece.restarted = true;
    } else if (!Wait()) {
      return Interrupted();
    }
  }
}

}  // namespace hypnos
