// What a subcommand is: an entry of a table. From the entries come the parser, the help, the
// completions, and what is asked of the daemon.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/values.h"
#include "hypnos/base/result.h"
#include "hypnos/cli/run.h"
#include "hypnos/control/client.h"
#include "proto/control.pb.h"

namespace hypnos::cli {

// A command at work.
// Threads: thread-compatible.
class Session {
 public:
  Session(const CtlSurroundings& surroundings, const Values& values, ControlEndpoint endpoint,
          Duration patience)
      : surroundings_(surroundings),
        values_(values),
        endpoint_(std::move(endpoint)),
        patience_(patience) {}

  const CtlSurroundings& surroundings() const { return surroundings_; }
  const Values& values() const { return values_; }
  bool json() const { return values_.Has("--json"); }
  // How long an answer may take.
  Duration patience() const { return patience_; }
  const ControlEndpoint& endpoint() const { return endpoint_; }
  // What --source names.
  std::string source() const { return values_.Text("--source"); }

  Result<std::unique_ptr<ControlClient>> Connect() const {
    return ControlClient::Connect(endpoint_, surroundings_.files, patience_);
  }
  Status Print(std::string_view text) const { return surroundings_.out(text); }

 private:
  const CtlSurroundings& surroundings_;
  const Values& values_;
  ControlEndpoint endpoint_;
  Duration patience_;
};

struct Command {
  // "source pause": the group and the command in it; or the command alone.
  std::string words;
  std::string summary;
  // One line of arguments as they could be typed.
  std::string example;
  std::vector<Parameter> parameters = {};
  // How long it may take if nothing else is said.
  double timeout_seconds = 10;

  // The request that it is about; KIND_NOT_SET where it asks nothing of the daemon.
  control::Request::KindCase request = control::Request::KIND_NOT_SET;
  // The request that the values ask for.
  Result<control::Request> (*ask)(const Session&) = nullptr;
  // Takes out of the answer what belongs into files. May be absent.
  Status (*keep)(const Session&, control::Response&) = nullptr;
  // The answer in words and tables, with a line end.
  std::string (*show)(const Session&, const control::Response&) = nullptr;
  // What each of several networks answered is part of that; otherwise it is shown one by one.
  bool shows_each = false;

  // Instead of the three above, where one request and its answer do not do.
  Status (*run)(const Session&) = nullptr;
  // It asks no daemon, and needs to find none.
  bool offline = false;

  std::string group() const {
    const size_t space = words.find(' ');
    return space == std::string::npos ? "" : words.substr(0, space);
  }
  std::string name() const { return words.substr(words.find(' ') + 1); }
};

// Of which of several networks something is asked.
inline const Parameter kOfNetwork = {
    .name = "--source",
    .help = "Of whose network, where each source has its own; of all if not given",
    .value = "NAME"};
inline const Parameter kOfOneNetwork = {
    .name = "--source",
    .help = "Of whose network; to be given where each source has its own, and there are several",
    .value = "NAME"};

struct CommandGroup {
  std::string name;
  std::string summary;
};

// All of them, in the order in which the help lists them.
const std::vector<Command>& Commands();
const std::vector<CommandGroup>& CommandGroups();
// What every command takes besides its own.
const std::vector<Parameter>& CommonParameters();

// Asks, keeps and shows, or runs.
Status Perform(const Command& command, const Session& session);

}  // namespace hypnos::cli
