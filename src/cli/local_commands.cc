// completion: what needs no daemon
#include "cli/completion.h"
#include "cli/groups.h"

namespace hypnos::cli {
namespace {

Status Complete(const Session& session) {
  return session.Print(session.values().Text("SHELL") == "bash" ? BashCompletion()
                                                                : ZshCompletion());
}

}  // namespace

std::vector<Command> LocalCommands() {
  return {{.words = "completion",
           .summary = "Prints what makes a shell complete these commands",
           .example = "completion bash",
           .parameters = {{.name = "SHELL",
                           .help = "bash: source <(hypnosctl completion bash); zsh: source "
                                   "<(hypnosctl completion zsh), after compinit",
                           .kind = Parameter::Kind::kChoice,
                           .choices = {"bash", "zsh"},
                           .needed = true}},
           .run = Complete,
           .offline = true}};
}

}  // namespace hypnos::cli
