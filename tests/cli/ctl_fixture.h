// hypnosctl in this process, with a daemon that does nothing behind a real socket.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/fake_service.h"
#include "hypnos/cli/run.h"
#include "hypnos/control/server.h"
#include "support/temp_dir.h"

namespace hypnos::cli {

class CtlTest : public ::testing::Test {
 protected:
  CtlTest() { options.socket_path = folder.File("control.sock"); }

  void Start() {
    options.daemon_version = "0.1.0";
    auto started = ControlServer::Start(options, files, clock, service);
    ASSERT_TRUE(started.ok()) << started.error().message;
    server = std::move(started).value();
  }

  // Runs a command with what is in `environment`; afterwards `out` and `err` hold what it printed.
  int Run(const std::vector<std::string>& arguments) {
    out.clear();
    err.clear();
    const CtlSurroundings surroundings{
        .files = files,
        .clock = clock,
        .environment = environment,
        .out = [this](std::string_view text) -> Status {
          if (reader_leaves_after_writes-- == 0) {
            return Error{Code::kUnavailable, "READER_GONE", "nobody reads any more"};
          }
          out += text;
          return {};
        },
        .err = [this](std::string_view text) -> Status {
          err += text;
          return {};
        },
        .version = "0.1.0",
        .version_line = "hypnosctl 0.1.0"};
    return RunHypnosctl(arguments, surroundings);
  }

  // The same to the daemon of this test.
  int RunHere(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--socket", options.socket_path});
    return Run(arguments);
  }

  // The only request that came.
  control::Request TakeRequest() {
    const auto requests = service.TakeRequests();
    EXPECT_EQ(requests.size(), 1u);
    return requests.empty() ? control::Request() : requests[0];
  }

  TempDir folder;
  PosixFileSystem files;
  SystemClock clock;
  FakeService service;
  ControlServerOptions options;
  std::map<std::string, std::string> environment;
  std::string out, err;
  int reader_leaves_after_writes = -1;
  std::unique_ptr<ControlServer> server;
};

}  // namespace hypnos::cli
