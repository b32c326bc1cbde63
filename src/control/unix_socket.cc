#include "control/unix_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr mode_t kMode = 0660;
constexpr int kWaitingConnections = 1024;

Error CannotListen(const std::string& path, const char* what) {
  return {Code::kUnavailable, "CANNOT_LISTEN",
          Format("control socket {}: {}: {}; choose another path with control.socket", path, what,
                 std::strerror(errno))};
}

Error InUse(const std::string& path, const char* by) {
  return {Code::kFailedPrecondition, "SOCKET_IN_USE",
          Format("control socket {}: {}; choose another path with control.socket", path, by)};
}

// Closes what was opened unless it is taken.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int Take() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// The lock is ours, so whoever had the socket before is gone, unless it is not one of us.
Status RemoveStale(const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) return InUse(path, "what lies there is no socket");
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = AddressOf(path);
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return InUse(path, "another program listens there");
  }
  if (unlink(path.c_str()) != 0)
    return CannotListen(path, "cannot replace what a dead daemon left");
  return {};
}

}  // namespace

Result<UnixSocket> UnixSocket::Listen(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Error{
        Code::kInvalidArgument, "SOCKET_PATH_TOO_LONG",
        Format("control socket {}: the path is longer than {} bytes, which the system does "
               "not allow",
               path, sizeof(sockaddr_un::sun_path) - 1)};
  }
  Descriptor lock(open((path + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.get() < 0) return CannotListen(path, "cannot open its lock file");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return InUse(path, "another hypnosd listens there");
  HYPNOS_RETURN_IF_ERROR(RemoveStale(path));

  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listener.get() < 0) return CannotListen(path, "cannot make a socket");
  // Linux gives the file the mode of the socket, less the umask: others are shut out from the
  // beginning, and the group is let in afterwards.
  const sockaddr_un address = AddressOf(path);
  if (fchmod(listener.get(), kMode) != 0 ||
      bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return CannotListen(path, "cannot make the file");
  }
  UnixSocket made(path, lock.Take(), listener.Take());
  if (chmod(path.c_str(), kMode) != 0) return CannotListen(path, "cannot let the group in");
  if (listen(made.descriptor_, kWaitingConnections) != 0) {
    return CannotListen(path, "cannot listen");
  }
  return made;
}

UnixSocket::UnixSocket(std::string path, int lock, int descriptor)
    : path_(std::move(path)), lock_(lock), descriptor_(descriptor) {}

UnixSocket::UnixSocket(UnixSocket&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

UnixSocket::~UnixSocket() {
  if (lock_ < 0) return;
  unlink(path_.c_str());
  if (descriptor_ >= 0) close(descriptor_);
  close(lock_);
}

int UnixSocket::TakeDescriptor() { return std::exchange(descriptor_, -1); }

}  // namespace hypnos
