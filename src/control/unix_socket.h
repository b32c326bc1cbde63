// The file of a Unix socket: made with mode 0660, so that nobody else can open it for a moment,
// and taken over from a daemon that is dead.
//
// Which daemon a path belongs to is decided by a lock on `path`.lock, which the kernel gives free
// when its holder dies, however that happened. The lock file stays: removing it would let two
// daemons lock different files of the same name.
// Threads: thread-compatible.
#pragma once

#include <string>

#include "hypnos/base/result.h"

namespace hypnos {

class UnixSocket {
 public:
  // kFailedPrecondition, reason SOCKET_IN_USE, where a daemon listens, or where what lies there is
  // no socket; kInvalidArgument, reason SOCKET_PATH_TOO_LONG; kUnavailable, reason CANNOT_LISTEN.
  static Result<UnixSocket> Listen(const std::string& path);
  UnixSocket(UnixSocket&& other) noexcept;
  UnixSocket& operator=(UnixSocket&&) = delete;
  // Removes the file.
  ~UnixSocket();

  // The listening socket; whoever takes it closes it.
  int TakeDescriptor();

 private:
  UnixSocket(std::string path, int lock, int descriptor);

  std::string path_;
  int lock_ = -1;
  int descriptor_ = -1;
};

}  // namespace hypnos
