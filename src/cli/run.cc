#include "hypnos/cli/run.h"

#include <sstream>

#include "cli/command.h"
#include "cli/endpoint.h"
#include "cli/exit_code.h"
#include "cli/hints.h"
#include "cli/json.h"
#include "cli/parser.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/control/errors.h"

namespace hypnos {
namespace {

using namespace cli;  // NOLINT(google-build-using-namespace): the room's own

// Whoever read the output has had enough: `hypnosctl watch phase | head`.
bool ReaderIsGone(const Error& error) { return error.reason == "READER_GONE"; }

// A configuration has a line for each mistake.
std::string Sentences(const Error& error) {
  std::string text;
  std::istringstream lines(error.message);
  for (std::string line; error.reason == "CONFIG_INVALID" && std::getline(lines, line);) {
    text += (text.empty() ? "" : "\n") + Printable(line);
  }
  return text.empty() ? Printable(error.message) : text;
}

// Says what is wrong, and what to do about it; returns the exit code.
int Complain(const Error& error, const ControlEndpoint& endpoint, bool json,
             const CtlSurroundings& surroundings) {
  if (ReaderIsGone(error)) return kExitOk;
  const std::string hint = Hint(error, endpoint);
  std::string text;
  if (json) {
    control::Error message = ToProto(error);
    if (!hint.empty()) (*message.mutable_details())["hint"] = hint;
    text = Json(message);
  } else {
    text = Format("hypnosctl: {}{}", Sentences(error), hint.empty() ? "" : "\n" + hint);
  }
  // Where that cannot be said, the exit code still says it.
  static_cast<void>(surroundings.err(text + "\n"));
  return ExitCode(error);
}

Duration PatienceOf(const Command& command, const Values& values) {
  return FromSeconds(values.Has("--timeout") ? values.Number("--timeout")
                                             : command.timeout_seconds);
}

}  // namespace

int RunHypnosctl(const std::vector<std::string>& arguments, const CtlSurroundings& surroundings) {
  auto parsed = Parse(arguments, surroundings.version_line);
  if (!parsed.ok()) return Complain(parsed.error(), {}, false, surroundings);
  const Values& values = parsed->values;
  const bool json = values.Has("--json");
  ControlEndpoint endpoint;
  Status done;
  if (parsed->command == nullptr) {
    done = surroundings.out(parsed->text);
  } else {
    const Command& command = *parsed->command;
    if (!command.offline) {
      auto found = FindEndpoint(values, surroundings.environment, surroundings.files);
      if (!found.ok()) return Complain(found.error(), {}, json, surroundings);
      endpoint = std::move(found).value();
      endpoint.client_name = "hypnosctl " + surroundings.version;
    }
    done = Perform(command, Session(surroundings, values, endpoint, PatienceOf(command, values)));
  }
  return done.ok() ? kExitOk : Complain(done.error(), endpoint, json, surroundings);
}

}  // namespace hypnos
