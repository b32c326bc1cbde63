// token new: needs no daemon
#include <google/protobuf/struct.pb.h>

#include "cli/groups.h"
#include "cli/json.h"
#include "cli/secret_file.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/control/tokens.h"

namespace hypnos::cli {
namespace {

// What the daemon's file will hold, read by the same rules as the daemon reads it by.
Status MayJoin(const std::string& tokens, const std::string& line, FileSystem& files) {
  std::string text;
  if (!tokens.empty() && files.Exists(tokens)) {
    HYPNOS_ASSIGN_OR_RETURN(text, files.ReadFile(tokens));
    text += '\n';
  }
  const auto parsed = Tokens::Parse(text + line, tokens.empty() ? "NAME" : tokens);
  if (parsed.ok()) return {};
  return parsed.error();
}

std::string Told(const Session& session, const std::string& secret, const std::string& tokens,
                 const std::string& line) {
  if (session.json()) {
    google::protobuf::Struct told;
    auto& fields = *told.mutable_fields();
    fields["token_file"].set_string_value(secret);
    fields["line"].set_string_value(line);
    fields["added"].set_bool_value(!tokens.empty());
    return Json(told) + "\n";
  }
  if (tokens.empty()) {
    return Format("the token is in {}; add this line to the daemon's file of tokens:\n{}\n",
                  Printable(secret), line);
  }
  std::string told =
      Format("the token is in {}; its hash was added to {}, which a running daemon reads again\n",
             Printable(secret), Printable(tokens));
  if (IsForRootAlone(tokens)) {
    told += Format(
        "root alone can read {}: a daemon that runs as a user of its own needs "
        "`chgrp hypnos` for it, or whatever its group is\n",
        Printable(tokens));
  }
  return told;
}

Status CheckName(const std::string& name) {
  if (!name.empty() && name.find_first_of(" \t\r\n#") == std::string::npos) return {};
  return Error{Code::kInvalidArgument, "WRONG_NAME",
               Format("NAME '{}' is not one word: whose the token is stands in a line of the "
                      "daemon's file, between blanks",
                      Printable(name))};
}

Status NewTokenFor(const Session& session) {
  const Values& values = session.values();
  HYPNOS_RETURN_IF_ERROR(CheckName(values.Text("NAME")));
  const std::string secret = values.Text("--output"), tokens = values.Text("--tokens");
  const auto access =
      values.Text("ROLE") == "control" ? control::Access::CONTROL : control::Access::VIEW;
  HYPNOS_ASSIGN_OR_RETURN(const std::string token, NewToken());
  const std::string line = TokenLine(access, values.Text("NAME"), token);
  HYPNOS_RETURN_IF_ERROR(MayJoin(tokens, line, session.surroundings().files));
  // The secret first: a hash whose token is lost would let nobody in, and could not be told from
  // one that does.
  HYPNOS_RETURN_IF_ERROR(WriteSecret(secret, token + "\n"));
  if (!tokens.empty()) {
    Status added = AppendLine(tokens, line);
    if (!added.ok()) {
      // A token that lets nobody in is none, and would stand in the way of the next try.
      static_cast<void>(session.surroundings().files.Remove(secret));
      return added;
    }
  }
  return session.Print(Told(session, secret, tokens, line));
}

}  // namespace

std::vector<Command> TokenCommands() {
  return {{.words = "token new",
           .summary = "Makes a token, the secret word that lets somebody in from another machine",
           .example = "token new view wall-display --output wall.token --tokens /etc/hypnos/tokens",
           .parameters = {{.name = "ROLE",
                           .help = "view: may look; control: may change everything, too",
                           .kind = Parameter::Kind::kChoice,
                           .choices = {"view", "control"},
                           .needed = true},
                          {.name = "NAME", .help = "Whose it is: one word", .needed = true},
                          {.name = "--output",
                           .help = "New file for the token, for its holder alone (mode 600)",
                           .kind = Parameter::Kind::kFile,
                           .value = "FILE",
                           .needed = true},
                          {.name = "--tokens",
                           .help = "The daemon's control.tokens, to which the hash is added; "
                                   "without it the line to add is printed",
                           .kind = Parameter::Kind::kFile,
                           .value = "FILE"}},
           .run = NewTokenFor,
           .offline = true}};
}

}  // namespace hypnos::cli
