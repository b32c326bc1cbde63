#include "sources/growing_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

Error Failed(const std::string& path, const char* what, int number) {
  const Code code = number == ENOENT                      ? Code::kNotFound
                    : number == EACCES || number == EPERM ? Code::kPermissionDenied
                                                          : Code::kUnavailable;
  return {code, "NOT_READABLE",
          Format("'{}' cannot be {}: {}", Printable(path), what, std::strerror(number))};
}

}  // namespace

GrowingText::GrowingText(std::string path, int file, bool follow)
    : path_(std::move(path)), file_(file), follow_(follow) {}

GrowingText::GrowingText(GrowingText&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      follow_(other.follow_),
      offset_(other.offset_) {}

GrowingText::~GrowingText() {
  if (file_ > STDIN_FILENO) close(file_);
}

Result<GrowingText> GrowingText::Open(const std::string& path, bool follow) {
  if (path == "-") return GrowingText("standard input", STDIN_FILENO, false);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failed(path, "opened", errno);
  return GrowingText(path, file, follow);
}

Result<GrowingText::Piece> GrowingText::Read() {
  Piece piece;
  std::array<char, 1 << 16> bytes;
  while (true) {
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
    } else {
      std::this_thread::sleep_for(kPause);
    }
  }
}

}  // namespace hypnos
