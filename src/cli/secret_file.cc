#include "cli/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

constexpr size_t kMostBytes = 4096;
// Others may do nothing; the group may read, as with a file of a service's group.
constexpr mode_t kForbidden = S_IWGRP | S_IRWXO;

Error Wrong(const std::string& path, const std::string& what) {
  return {Code::kInvalidArgument, "TOKEN_FILE",
          Format("token file '{}': {}", Printable(path), what)};
}

Error CannotWrite(const std::string& path, const std::string& what) {
  return {Code::kUnavailable, "CANNOT_WRITE",
          Format("cannot write '{}': {}", Printable(path), what)};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

std::string Trimmed(const std::string& text) {
  constexpr const char* kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

Status WriteAndSync(int file, const std::string& path, const std::string& text) {
  // A regular file takes so little in one piece, or is full.
  const ssize_t written = write(file, text.data(), text.size());
  if (written < 0) return CannotWrite(path, std::strerror(errno));
  if (static_cast<size_t>(written) < text.size()) return CannotWrite(path, "the disk is full");
  // What has no disk behind it, as a pipe, cannot be synchronised and need not be.
  if (fsync(file) != 0 && errno != EINVAL) return CannotWrite(path, std::strerror(errno));
  return {};
}

Result<off_t> SizeOf(int file, const std::string& path) {
  struct stat info;
  if (fstat(file, &info) != 0) return CannotWrite(path, std::strerror(errno));
  return info.st_size;
}

// Whether a file of this size ends in the middle of a line.
Result<bool> EndsWithinLine(int file, off_t size, const std::string& path) {
  if (size == 0) return false;
  char last = 0;
  if (pread(file, &last, 1, size - 1) != 1) return CannotWrite(path, std::strerror(errno));
  return last != '\n';
}

}  // namespace

Status WriteSecret(const std::string& path, const std::string& text) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.number() < 0) {
    return CannotWrite(path, errno == EEXIST ? "there is a file of that name; choose another"
                                             : std::strerror(errno));
  }
  Status written = WriteAndSync(file.number(), path, text);
  if (!written.ok()) unlink(path.c_str());
  return written;
}

Status AppendLine(const std::string& path, const std::string& line) {
  const Descriptor file(open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  if (file.number() < 0) return CannotWrite(path, std::strerror(errno));
  HYPNOS_ASSIGN_OR_RETURN(const off_t size, SizeOf(file.number(), path));
  HYPNOS_ASSIGN_OR_RETURN(const bool within_line, EndsWithinLine(file.number(), size, path));
  Status written = WriteAndSync(file.number(), path, (within_line ? "\n" : "") + line + "\n");
  // Half a line would make the whole file unreadable. What cannot be cut off is no file.
  if (!written.ok()) [[maybe_unused]]
    const int cut = ftruncate(file.number(), size);
  return written;
}

bool IsForRootAlone(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return false;
  return info.st_uid == 0 && info.st_gid == 0 && (info.st_mode & S_IROTH) == 0;
}

Result<std::string> ReadToken(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return Wrong(path, Format("cannot read it: {}", std::strerror(errno)));
  // Of what was opened, not of what the path may name by now.
  struct stat info;
  if (fstat(file.number(), &info) != 0) {
    return Wrong(path, Format("cannot look at it: {}", std::strerror(errno)));
  }
  if ((info.st_mode & kForbidden) != 0) {
    return Wrong(path,
                 Format("others may read or change it (mode {:04o}), so that it is no secret: "
                        "chmod 600 it, and use a new token",
                        info.st_mode & 07777));
  }
  std::string text(kMostBytes, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = read(file.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Wrong(path, Format("cannot read it: {}", std::strerror(errno)));
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  if (size == kMostBytes) return Wrong(path, "it is too long to be a token");
  text.resize(size);
  std::string token = Trimmed(text);
  if (token.empty()) return Wrong(path, "it is empty");
  if (token.find_first_of(" \t\r\n") != std::string::npos) {
    return Wrong(path, "it holds more than a token, which is one word");
  }
  return token;
}

}  // namespace hypnos::cli
