// The control server: listens on a Unix socket and, if asked to, on TCP, and lets a service answer.
// All of it runs on one thread of its own, and so do other ways in, such as the web server.
// Threads: thread-compatible; one thread owns it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "hypnos/control/service.h"
#include "proto/control.pb.h"

namespace hypnos {

struct ControlHub;

struct ControlTlsOptions {
  // PEM; the certificate may be followed by the chain up to its authority.
  std::string certificate_path;
  std::string key_path;
  // Certificates of authorities of which a client must show a certificate; empty: no client must.
  std::string client_authority_path;
};

struct ControlTcpOptions {
  // An IP address, of which the machine has one.
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: a free one
  std::optional<ControlTlsOptions> tls;
};

struct ControlServerOptions {
  // Mode 0660. Empty: none.
  std::string socket_path;
  // What whoever may open the socket may do without a token.
  control::Access socket_access = control::CONTROL;
  std::optional<ControlTcpOptions> tcp;
  // Empty: there are no tokens, and over TCP everybody may look.
  std::string tokens_path;
  size_t most_clients = 1024;
  // How often the files of certificates and tokens are looked at.
  Duration reload_every = std::chrono::seconds(2);
  std::string daemon_version;
};

// kInvalidArgument, with a sentence that names the key of the configuration: for an address that is
// none, and for one off loopback without TLS and tokens.
Status CheckControlServerOptions(const ControlServerOptions& options);

class ControlServer {
 public:
  // Listens. All references must outlive the server; `service` also the replies it gives.
  // Certificates and tokens are read again soon after their files have changed; what
  // cannot be read then leaves the ones before in effect, and is logged.
  // Errors: as CheckControlServerOptions; kFailedPrecondition, reason SOCKET_IN_USE, where another
  // daemon listens on the socket; kUnavailable, reason CANNOT_LISTEN; those of the files.
  static Result<std::unique_ptr<ControlServer>> Start(const ControlServerOptions& options,
                                                      FileSystem& files, const Clock& clock,
                                                      ControlService& service);
  // Stops.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  // Lets nobody in any more, gives clients a second to take what they are owed, and ends the
  // thread.
  void Stop();

  // As bound; 0: no TCP.
  uint16_t tcp_port() const;
  // Threads: safe.
  size_t clients() const;

  // For other ways in; see there. Valid as long as the server.
  ControlHub hub() const;

 private:
  class Impl;
  explicit ControlServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos
