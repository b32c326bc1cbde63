// The web server: a page in the browser that shows what the daemon does, the control protocol over
// WebSocket for that page, and figures and health for those who watch over machines.
//
//   GET /, and the page's files   without a token: they hold nothing of this daemon
//   GET /control                  WebSocket of the subprotocol hypnos.control.v1: its binary
//                                 messages are the bytes of the control protocol, split anyhow
//   GET /livez, /readyz           200 or 503, and nothing more; without a token
//   GET /statusz, /metrics        `Authorization: Bearer TOKEN`, where there are tokens
//   GET /history.csv              likewise; ?series=PATTERN&from=SECONDS&to=SECONDS&points=COUNT
//   GET /events/NUMBER.jpg        likewise; a small picture of an event, where there is one
//
// It runs on the control server's thread, with the same tokens, the same brake on guessing and the
// same service. Threads: thread-compatible; one thread owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "hypnos/control/server.h"

namespace hypnos {

struct WebServerOptions {
  // An IP address, of which the machine has one.
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: a free one
  // Names of this machine besides localhost; a browser that calls it by another one is turned away.
  std::vector<std::string> hosts;
  std::optional<ControlTlsOptions> tls;
  // Whether there are tokens: off loopback there must be.
  bool tokens = false;
  size_t most_connections = 256;
  // From a connection, or the answer before, to the end of the next request's head.
  Duration request_within = std::chrono::seconds(10);
  // To take an answer.
  Duration answer_within = std::chrono::seconds(30);
  // How often the files of certificates are looked at.
  Duration reload_every = std::chrono::seconds(2);
};

// What is served besides the page. Called on the server's thread: nothing may block.
struct WebContent {
  // In Prometheus' text format.
  std::function<std::string()> metrics = [] { return std::string(); };
  // It gets on, or waits for what it may wait for.
  std::function<bool()> live = [] { return true; };
  // It watches, and is not about to end.
  std::function<bool()> ready = [] { return true; };
};

// kInvalidArgument, with a sentence that names the key of the configuration: for an address that is
// none, for one off loopback without TLS and tokens, and for a host that is no name.
Status CheckWebServerOptions(const WebServerOptions& options);

class WebServer {
 public:
  // Listens. `control` and `files` must outlive it. Certificates are read again soon after their
  // files have changed; what cannot be read then leaves the ones before in effect, and is logged.
  // Errors: as CheckWebServerOptions; kUnavailable, reason CANNOT_LISTEN; those of the files.
  static Result<std::unique_ptr<WebServer>> Start(const WebServerOptions& options,
                                                  WebContent content, ControlServer& control,
                                                  FileSystem& files);
  // Stops.
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  // Lets nobody in any more, and gives clients a second to take what they are owed. Before the
  // control server is stopped.
  void Stop();

  // As bound.
  uint16_t port() const;
  // Those that speak the control protocol. Threads: safe.
  size_t clients() const;

 private:
  class Impl;
  explicit WebServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos
