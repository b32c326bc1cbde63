// From words on a command line to a command of the table and its values.
// Threads: thread-compatible.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"
#include "hypnos/base/result.h"

namespace hypnos::cli {

struct Parsed {
  // Nothing: there is only text to print, help or version.
  const Command* command = nullptr;
  Values values;
  std::string text;
};

// kInvalidArgument, reason WRONG_USAGE.
Result<Parsed> Parse(const std::vector<std::string>& arguments, const std::string& version_line);

}  // namespace hypnos::cli
