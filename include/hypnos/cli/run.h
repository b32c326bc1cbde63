// Everything that `hypnosctl` does, with what it finds around it passed in, so that tests own it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos {

struct CtlSurroundings {
  FileSystem& files;
  const Clock& clock;
  std::map<std::string, std::string> environment;
  // Standard output and standard error. An error of reason READER_GONE ends the program quietly.
  std::function<Status(std::string_view)> out;
  std::function<Status(std::string_view)> err;
  // "0.1.0"
  std::string version;
  // What --version prints.
  std::string version_line;
};

// Runs one command, as in {"source", "pause", "door"}, and returns the exit code; see
// cli/exit_code.h. Threads: one call at a time.
int RunHypnosctl(const std::vector<std::string>& arguments, const CtlSurroundings& surroundings);

}  // namespace hypnos
