// The client's side: connects, says hello, asks, and waits for the answer.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos {

// Where a daemon listens, and how to be let in.
struct ControlEndpoint {
  // A Unix socket; empty: TCP.
  std::string socket_path;
  std::string host;
  uint16_t port = 0;
  bool tls = false;
  // PEM. The authority that the server's certificate must come from; empty: one of the system's.
  std::string authority_path;
  // The client's own, where the server asks for one.
  std::string certificate_path;
  std::string key_path;
  std::string token;
  // For the daemon's log.
  std::string client_name = "hypnosctl";
};

class ControlClient {
 public:
  // Connects and says hello, within `patience` in all. The host must be what the certificate says.
  // Errors: kUnavailable, reason NO_DAEMON, where nobody listens; CONNECTION_LOST; TLS_FAILED;
  // kDeadlineExceeded, reason NO_ANSWER; what the daemon says of the hello.
  static Result<std::unique_ptr<ControlClient>> Connect(const ControlEndpoint& endpoint,
                                                        FileSystem& files, Duration patience);
  ~ControlClient();
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  const control::Welcome& welcome() const;

  // Asks and waits. The daemon is given `patience` as the deadline; a little later the client gives
  // up by itself. Errors: the daemon's; kUnavailable, reason CONNECTION_LOST; kDeadlineExceeded.
  // Updates that come meanwhile wait for NextUpdate.
  Result<control::Response> Call(const control::Request& request, Duration patience);

  // The next update of any subscription, or the error that ended one. kDeadlineExceeded, reason
  // NO_ANSWER, where none came in time; it may still come.
  Result<control::Update> NextUpdate(Duration patience);

  // For who waits for other things beside: the updates that have come, none where none have, and
  // the error that ended a subscription or the connection when there are no more. Does not wait.
  Result<std::vector<control::Update>> TakeUpdates();
  // Can be read from, as poll() says, when more may have come since TakeUpdates(). Only to be
  // waited for.
  int descriptor() const;

 private:
  class Impl;
  explicit ControlClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos
