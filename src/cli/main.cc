// hypnosctl: looks at a running hypnosd and tells it what to do.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "hypnos/base/format.h"
#include "hypnos/base/version.h"
#include "hypnos/cli/run.h"

extern char** environ;

namespace {

hypnos::Status WriteAll(int descriptor, std::string_view text) {
  // One write for all of it, so that a signal does not leave half a line.
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) {
      return hypnos::Error{hypnos::Code::kUnavailable, "READER_GONE", "nobody reads any more"};
    }
    if (written < 0) {
      return hypnos::Error{
          hypnos::Code::kUnavailable, "CANNOT_WRITE",
          hypnos::Format("cannot write to the standard output: {}", std::strerror(errno))};
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

int Main(int argc, char** argv) {
  // A reader that went away is told by the write that fails, whoever started this program and
  // whatever signals he left ignored.
  std::signal(SIGPIPE, SIG_IGN);
  hypnos::PosixFileSystem files;
  const hypnos::SystemClock clock;
  const hypnos::CtlSurroundings surroundings{
      .files = files,
      .clock = clock,
      .environment = Environment(),
      .out = [](std::string_view text) { return WriteAll(STDOUT_FILENO, text); },
      .err = [](std::string_view text) { return WriteAll(STDERR_FILENO, text); },
      .version = std::string(hypnos::Version()),
      .version_line = hypnos::VersionLine("hypnosctl")};
  return hypnos::RunHypnosctl(std::vector<std::string>(argv + 1, argv + argc), surroundings);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hypnosctl: %s\n", error.what());
    return hypnos::cli::kExitInternal;
  }
}
