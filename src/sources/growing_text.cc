#include "sources/growing_text.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "sources/rotated_files.h"

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

// Nothing: they cannot be read.
std::optional<std::string> BytesAt(int file, int64_t offset, int64_t count) {
  std::string bytes(static_cast<size_t>(count), '\0');
  const ssize_t read = pread(file, bytes.data(), bytes.size(), offset);
  if (read != count) return std::nullopt;
  return bytes;
}

// Nothing: the place is none of this file. Otherwise it stands there.
std::optional<FileFootprint> SeekPlace(int file, const FilePlace& place) {
  auto head = BytesAt(file, 0, place.head_bytes());
  auto tail = BytesAt(file, place.offset - place.tail_bytes(), place.tail_bytes());
  const bool is_same = head && tail && FootprintOf(*head) == place.head &&
                       FootprintOf(*tail) == place.tail &&
                       lseek(file, place.offset, SEEK_SET) == place.offset;
  if (!is_same) return std::nullopt;
  return FileFootprint::Behind(*std::move(head), *std::move(tail), place.offset);
}

}  // namespace

GrowingText::GrowingText(std::string path, int file, bool follow)
    : path_(std::move(path)), file_(file), follow_(follow) {}

GrowingText::GrowingText(GrowingText&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      next_(std::exchange(other.next_, -1)),
      over_(other.over_),
      follow_(other.follow_),
      footprint_(std::move(other.footprint_)),
      joint_(other.joint_),
      looked_at_(other.looked_at_),
      interruption_(std::move(other.interruption_)) {}

GrowingText::~GrowingText() {
  if (file_ > STDIN_FILENO) close(file_);
  if (next_ >= 0) close(next_);
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

std::optional<FilePlace> GrowingText::PlaceAt(int64_t offset) const {
  if (!follow_) return std::nullopt;
  return footprint_.At(offset);
}

bool GrowingText::GoOn(const FilePlace& place) {
  if (auto here = SeekPlace(file_, place)) {
    footprint_ = *std::move(here);
    return true;
  }
  (void)lseek(file_, 0, SEEK_SET);
  std::vector<RotatedFile> all = RotatedFilesOf(path_);
  // The newest first: it is the likeliest.
  std::ranges::reverse(all);
  const RotatedFile* packed = nullptr;
  for (const RotatedFile& renamed : all) {
    if (renamed.packed) {
      packed = &renamed;
      continue;
    }
    auto other = Open(renamed.path, true);
    auto there = other.ok() ? SeekPlace(other->file_, place) : std::nullopt;
    if (!there) continue;
    log::Info("'{}' was renamed to '{}', whose rest is read first", Printable(path_),
              Printable(renamed.path));
    close(std::exchange(file_, std::exchange(other->file_, -1)));
    footprint_ = *std::move(there);
    return true;
  }
  if (packed != nullptr) {
    log::Warning(
        "what was not read yet of '{}' may be packed in '{}', and cannot be read there; nor is "
        "what "
        "stands in files renamed since",
        Printable(path_), Printable(packed->path));
  }
  return false;
}

Result<bool> GrowingText::HasBegunAnew() const {
  struct stat now {};
  if (fstat(file_, &now) != 0) return Failed(path_, "looked at any more", errno);
  const int64_t offset = footprint_.offset();
  if (now.st_size <= offset) return now.st_size < offset;
  // It may have been emptied and filled again between two looks.
  const FilePlace read = footprint_.At(offset);
  const auto tail = BytesAt(file_, offset - read.tail_bytes(), read.tail_bytes());
  return tail && FootprintOf(*tail) != read.tail;
}

Status GrowingText::BeginAnewWhereItHas() {
  HYPNOS_ASSIGN_OR_RETURN(const bool has, HasBegunAnew());
  if (!has) return {};
  if (lseek(file_, 0, SEEK_SET) != 0) return Failed(path_, "read any more", errno);
  footprint_ = {};
  joint_ = Joint::kBegunAnew;
  return {};
}

int GrowingText::OpenReplacement() {
  struct stat here {};
  struct stat there {};
  // Between renaming the one and creating the other there is none for a while.
  if (fstat(file_, &here) != 0 || stat(path_.c_str(), &there) != 0) return -1;
  if (IsSameFile(here, there)) return -1;
  // Who writes has not opened it yet, and may have something more for the one before.
  if (S_ISREG(there.st_mode) && there.st_size == 0) return -1;
  const bool known = looked_at_ && IsSameFile(*looked_at_, there);
  const auto other = Open(path_, true);
  const bool waits = !other.ok() || IsBeginning(other->file_);
  if (waits && known) return -1;
  if (const auto between = OpenNextRenamed(here, there, known)) return *between;
  // If it is not there any more, it has been renamed since beside it was looked.
  if (!waits) return OpenAsSeen(path_, there);
  looked_at_ = there;
  if (!other.ok()) {
    log::Warning("{}; it has taken the place of the file that is followed, which is read on",
                 other.error().message);
  }
  return -1;
}

std::optional<int> GrowingText::OpenNextRenamed(const struct stat& here, const struct stat& there,
                                                bool told) const {
  for (const RotatedFile& renamed : RotatedFilesOf(path_)) {
    const struct stat& what = renamed.what;
    // What stands there now was written to last.
    const bool is_between = WasWrittenBefore(here, what) && !WasWrittenBefore(there, what) &&
                            what.st_size > 0 && !IsSameFile(here, what) && !IsSameFile(there, what);
    if (!is_between) continue;
    const auto other = renamed.packed ? Error{Code::kUnavailable, "PACKED", "it is packed"}
                                      : Open(renamed.path, true);
    if (other.ok()) return OpenAsSeen(renamed.path, what);
    if (other.error().code == Code::kNotFound) return -1;
    if (told) continue;
    log::Warning(
        "'{}' was renamed again before it was read to its end: what stands in '{}' is lost: {}",
        Printable(path_), Printable(renamed.path), other.error().message);
  }
  return std::nullopt;
}

bool GrowingText::IsBeginning(int file) const {
  struct stat what {};
  if (fstat(file, &what) != 0 || what.st_size >= footprint_.offset()) return false;
  const int64_t size = what.st_size;
  const int64_t head = std::min(size, FilePlace::kHeadBytes);
  const int64_t tail = std::min(size, FilePlace::kTailBytes);
  const auto is_the_same = [&](int64_t offset, int64_t count) {
    const auto bytes = BytesAt(file, offset, count);
    return bytes && bytes == BytesAt(file_, offset, count);
  };
  return is_the_same(0, head) && is_the_same(size - tail, tail);
}

bool GrowingText::GoOnIn(int file) {
  if (!SeekPlace(file, footprint_.At(footprint_.offset()))) return false;
  if (footprint_.offset() > 0) {
    log::Info(
        "'{}' was replaced by one that begins with all that was read of it: going on behind "
        "that",
        Printable(path_));
  }
  // The same bytes were read of both, and rows that are still to be given ended among them.
  FileFootprint read = std::move(footprint_);
  MoveTo(file);
  footprint_ = std::move(read);
  return true;
}

void GrowingText::MoveTo(int file) {
  close(file_);
  file_ = file;
  next_ = -1;
  over_ = false;
  footprint_ = {};
  looked_at_.reset();
}

Result<GrowingText::Piece> GrowingText::Read() {
  Piece piece;
  std::array<char, 1 << 16> bytes;
  while (true) {
    if (!follow_ && !Wait()) return Interrupted();
    if (over_) MoveTo(next_);
    if (follow_) HYPNOS_RETURN_IF_ERROR(BeginAnewWhereItHas());
    const ssize_t count = read(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(path_, "read any more", errno);
    if (count > 0) {
      piece.bytes.assign(bytes.data(), static_cast<size_t>(count));
      piece.joint = std::exchange(joint_, Joint::kGoesOn);
      if (follow_) footprint_.Add(piece.bytes);
      return piece;
    }
    if (!follow_) return piece;
    // What the other one was seen before is read to its end now.
    if (next_ >= 0) {
      if (GoOnIn(next_)) continue;
      over_ = true;
      piece.joint = Joint::kReplaced;
      return piece;
    }
    next_ = OpenReplacement();
    if (next_ >= 0) continue;
    if (!Wait()) return Interrupted();
  }
}

}  // namespace hypnos
