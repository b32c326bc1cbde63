// A daemon that does nothing, for tests from outside: listens on the socket that is named, prints
// "ready" and then each request that comes as a line of JSON, and ends when its input does.
//
// usage: hypnos_fake_daemon SOCKET [without-events]
#include <unistd.h>

#include <cstdio>
#include <string>

#include "cli/fake_service.h"
#include "cli/json.h"
#include "hypnos/control/server.h"

int main(int argc, char** argv) {
  if (argc < 2) return 64;
  hypnos::PosixFileSystem files;
  const hypnos::SystemClock clock;
  hypnos::cli::FakeService service;
  service.on_request = [](const hypnos::control::Request& request) {
    std::printf("%s\n", hypnos::cli::Json(request).c_str());
    std::fflush(stdout);
  };
  hypnos::ControlServerOptions options;
  options.socket_path = argv[1];
  options.daemon_version = "0.1.0";
  service.events = argc == 2;
  const auto server = hypnos::ControlServer::Start(options, files, clock, service);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 69;
  }
  std::puts("ready");
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}
