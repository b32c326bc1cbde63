#include <iterator>
#include <optional>
#include <utility>

#include "cli/command.h"
#include "cli/groups.h"
#include "cli/json.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/control/errors.h"

namespace hypnos::cli {

const std::vector<Command>& Commands() {
  static const std::vector<Command> kCommands = [] {
    std::vector<Command> all;
    for (const auto part :
         {StatusCommands, SourceCommands, LayerCommands, ProbeCommands, PhaseCommands,
          GuardCommands, HistoryCommands, FleetCommands, CheckpointCommands, PictureCommands,
          EventCommands, ConfigCommands, DaemonCommands, WatchCommands, TopCommands,
          SessionCommands, TokenCommands, LocalCommands}) {
      std::vector<Command> some = part();
      std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    return all;
  }();
  return kCommands;
}

const std::vector<CommandGroup>& CommandGroups() {
  static const std::vector<CommandGroup> kGroups = {
      {"source", "What is watched"},
      {"layer", "The layers of the network"},
      {"learning", "Whether anything is learned"},
      {"sleep", "Falling asleep, and what is dreamed"},
      {"guard", "What watches over what is learned"},
      {"checkpoint", "What is kept on disk of what was learned"},
      {"events", "What has happened, and what was unusual"},
      {"config", "The configuration of the daemon"},
      {"session", "What was recorded of what was learned from, on this machine"},
      {"token", "Who is let in from other machines"},
  };
  return kGroups;
}

const std::vector<Parameter>& CommonParameters() {
  using Kind = Parameter::Kind;
  static const std::vector<Parameter> kCommon = {
      {.name = "--json", .help = "Prints JSON, one object a line, instead of words and tables"},
      {.name = "--timeout",
       .help = "How long an answer may take",
       .kind = Kind::kNumber,
       .value = "SECONDS",
       .least = 0.001,
       .most = 3600},
      {.name = "--socket", .help = "The daemon's socket", .kind = Kind::kFile, .value = "PATH"},
      {.name = "--address",
       .help = "A daemon that listens on TCP; its port is 7411 if not given",
       .value = "HOST[:PORT]"},
      {.name = "--tls", .help = "TLS also to this machine; to others it is always used"},
      {.name = "--tls-ca",
       .help = "PEM of the authority that the daemon's certificate comes from; without it, one of "
               "the system's",
       .kind = Kind::kFile,
       .value = "FILE"},
      {.name = "--tls-cert",
       .help = "PEM of a certificate of your own, where the daemon asks for one",
       .kind = Kind::kFile,
       .value = "FILE"},
      {.name = "--tls-key", .help = "PEM of its key", .kind = Kind::kFile, .value = "FILE"},
      {.name = "--token-file",
       .help = "File with the token that lets you in, which others may not read",
       .kind = Kind::kFile,
       .value = "FILE"},
      {.name = "--profile", .help = "A daemon by its name in profiles.yaml", .value = "NAME"},
  };
  return kCommon;
}

namespace {

// The message that the answer consists of, without the envelope's choice around it.
const google::protobuf::Message& Inner(const control::Response& response) {
  const auto* field = response.GetDescriptor()->FindFieldByNumber(response.kind_case());
  return response.GetReflection()->GetMessage(response, field);
}

// Of several networks, a line for each after the one for all.
std::string InJson(const control::Response& response) {
  std::string text = Json(Inner(response)) + "\n";
  for (const auto& each : response.of_each()) text += Json(each) + "\n";
  return text;
}

std::string InWords(const Command& command, const Session& session,
                    const control::Response& response) {
  if (response.of_each().empty() || command.shows_each) return command.show(session, response);
  std::string text;
  for (const auto& each : response.of_each()) {
    if (!each.has_response()) continue;
    const std::string shown = command.show(session, each.response());
    const bool one_line = shown.find('\n') + 1 == shown.size();
    const char* gap = text.empty() || one_line ? "" : "\n";
    text += Format("{}{}:{}{}", gap, Printable(each.source()), one_line ? " " : "\n", shown);
  }
  return text;
}

// Of networks that did not do what was asked, where others did: the first one's code.
Status Failures(const control::Response& response) {
  std::optional<Error> failed;
  for (const auto& each : response.of_each()) {
    if (!each.has_error()) continue;
    Error error = FromProto(each.error());
    error.message = Format("{}: {}", each.source(), error.message);
    if (failed) error.message = failed->message + "; " + error.message;
    failed = failed ? Error{failed->code, failed->reason, error.message} : error;
  }
  return failed ? Status(*failed) : Status();
}

}  // namespace

Status Perform(const Command& command, const Session& session) {
  if (command.run != nullptr) return command.run(session);
  HYPNOS_ASSIGN_OR_RETURN(const control::Request request, command.ask(session));
  HYPNOS_ASSIGN_OR_RETURN(const auto client, session.Connect());
  HYPNOS_ASSIGN_OR_RETURN(control::Response response, client->Call(request, session.patience()));
  // The same numbers on both sides; what a daemon answers must still be looked at.
  if (static_cast<int>(response.kind_case()) != static_cast<int>(request.kind_case())) {
    return Error{Code::kDataLoss, "NOT_A_DAEMON",
                 "the daemon answered something that was not asked: it is of another version, or "
                 "no hypnosd"};
  }
  if (command.keep != nullptr) HYPNOS_RETURN_IF_ERROR(command.keep(session, response));
  HYPNOS_RETURN_IF_ERROR(
      session.Print(session.json() ? InJson(response) : InWords(command, session, response)));
  return Failures(response);
}

}  // namespace hypnos::cli
