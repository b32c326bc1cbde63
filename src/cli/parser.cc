#include "cli/parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <sstream>

#include "hypnos/base/format.h"
#include "hypnos/base/nearest.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

constexpr const char* kAbout = "hypnosctl: looks at a running hypnosd and tells it what to do";

constexpr const char* kFooter = R"(Examples:
  hypnosctl status
      what the daemon of this machine is doing
  hypnosctl sleep now --steps 200
      let it fall asleep before the next frame
  hypnosctl watch goodness phase --json
      an object a line, for programs
  hypnosctl --address attic.example:7411 --token-file ~/.attic-token snapshot --output now
      pictures of what another machine sees

`hypnosctl COMMAND --help` tells more, with an example. The options above may stand anywhere.

Where the daemon is: --socket or --address, then --profile, then HYPNOSCTL_SOCKET or
HYPNOSCTL_ADDRESS, then HYPNOSCTL_PROFILE, then the default profile, then /run/hypnos/control.sock,
or hypnos/control.sock in XDG_RUNTIME_DIR where only that is there.
Profiles stand in ~/.config/hypnos/profiles.yaml. There are also HYPNOSCTL_TOKEN_FILE,
HYPNOSCTL_TLS_CA, HYPNOSCTL_TLS_CERT and HYPNOSCTL_TLS_KEY. A token never stands on a command line.

Exit codes: 0 done, 64 wrong usage, 66 not there, 69 no daemon or not offered, 70 internal error,
74 I/O error, 75 not now, 76 no hypnosd answers there, 77 not permitted, 78 profile or token file.)";

void AddParameter(CLI::App& app, const Parameter& parameter) {
  if (parameter.is_switch()) {
    app.add_flag(parameter.name, parameter.help);
    return;
  }
  // Only what was given is looked at, by name; nothing is written through the option.
  CLI::Option* option = app.add_option(
      parameter.name, [](const CLI::results_t&) { return true; }, parameter.help);
  option->type_name(parameter.is_option() ? parameter.value : "");
  option->required(parameter.needed);
  if (parameter.many) {
    option->expected(1, 1000)->allow_extra_args();
  } else {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  option->check([&parameter](const std::string& text) { return Complaint(parameter, text); });
}

CLI::App& AddCommand(CLI::App& parent, const Command& command) {
  CLI::App& app = *parent.add_subcommand(command.name(), command.summary);
  for (const Parameter& parameter : command.parameters) AddParameter(app, parameter);
  app.footer(
      Format("Example:\n  hypnosctl {}\n\n`hypnosctl --help` lists what every command takes: "
             "--json, --timeout, --socket, ...",
             command.example));
  app.fallthrough();
  return app;
}

// The parser that the table describes.
class Grammar {
 public:
  explicit Grammar(const std::string& version_line) : app_(kAbout, "hypnosctl") {
    app_.footer(kFooter);
    app_.set_version_flag("--version", version_line);
    app_.require_subcommand(1);
    for (const Parameter& parameter : CommonParameters()) AddParameter(app_, parameter);
    for (const Command& command : Commands()) {
      apps_.emplace_back(&AddCommand(Parent(command), command), &command);
    }
  }

  CLI::App& app() { return app_; }

  // Precondition: it has parsed.
  Parsed Result() const {
    const auto found =
        std::ranges::find_if(apps_, [](const auto& entry) { return entry.first->parsed(); });
    HYPNOS_CHECK(found != apps_.end());
    Parsed parsed;
    parsed.command = found->second;
    Collect(*found->first, parsed.command->parameters, parsed.values);
    Collect(app_, CommonParameters(), parsed.values);
    return parsed;
  }

 private:
  CLI::App& Parent(const Command& command) {
    const std::string name = command.group();
    if (name.empty()) return app_;
    if (groups_.contains(name)) return *groups_[name];
    const auto group = std::ranges::find(CommandGroups(), name, &CommandGroup::name);
    HYPNOS_CHECK(group != CommandGroups().end());
    CLI::App& app = *app_.add_subcommand(name, group->summary);
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(Format("`hypnosctl {} COMMAND --help` tells more, with an example.", name));
    groups_[name] = &app;
    return app;
  }

  static void Collect(const CLI::App& app, const std::vector<Parameter>& parameters,
                      Values& values) {
    for (const Parameter& parameter : parameters) {
      const CLI::Option* option = app.get_option(parameter.name);
      if (option->count() > 0) values.Put(parameter.name, option->results());
    }
  }

  CLI::App app_;
  std::map<std::string, CLI::App*> groups_;
  std::vector<std::pair<CLI::App*, const Command*>> apps_;
};

// Whether what follows it is its value.
bool WantsValue(const std::string& option) {
  const auto found = std::ranges::find(CommonParameters(), option, &Parameter::name);
  return found != CommonParameters().end() && !found->value.empty();
}

// Of all commands: it may stand before their names.
bool IsCommon(const std::string& option) {
  return std::ranges::any_of(CommonParameters(), [&](const Parameter& parameter) {
    return option.substr(0, option.find('=')) == parameter.name;
  });
}

// What is wrong with the words that name a command; empty: nothing, each is known.
std::string UnknownCommand(const std::vector<std::string>& arguments) {
  std::string group;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (WantsValue(word)) ++i;
    if (word.starts_with('-')) {
      if (IsCommon(word)) continue;
      return Format("'{}' is no option of hypnosctl; those of a command follow its name",
                    Printable(word));
    }
    std::vector<std::string> known;
    for (const Command& command : Commands()) {
      if (group.empty()) {
        known.push_back(command.group().empty() ? command.name() : command.group());
      } else if (command.group() == group) {
        known.push_back(command.name());
      }
    }
    if (std::ranges::find(known, word) == known.end()) {
      const std::string nearest = Nearest(word, known);
      return Format("'{}' is no command{}{}", Printable(word),
                    group.empty() ? "" : Format(" of '{}'", group),
                    nearest.empty() ? "" : Format("; did you mean '{}'?", nearest));
    }
    if (!group.empty() ||
        std::ranges::find(CommandGroups(), word, &CommandGroup::name) == CommandGroups().end()) {
      return "";
    }
    group = word;
  }
  return "";
}

// How to ask for the help of what was named, as far as it is known: "hypnosctl source --help".
std::string HelpOf(const CLI::App& app) {
  std::string words = "hypnosctl";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    words += " " + at->get_name();
  }
  return words + " --help";
}

// Where no command has been named before it, "--fleet" means the command, since many will try that.
std::vector<std::string> WithFleetAsCommand(std::vector<std::string> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--fleet") arguments[i].erase(0, 2);
    if (WantsValue(arguments[i]))
      ++i;
    else if (!arguments[i].starts_with('-'))
      break;
  }
  return arguments;
}

}  // namespace

Result<Parsed> Parse(const std::vector<std::string>& given, const std::string& version_line) {
  const std::vector<std::string> arguments = WithFleetAsCommand(given);
  Grammar grammar(version_line);
  try {
    // CLI11 takes them from the end.
    grammar.app().parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      std::string sentence = error.what();
      std::ranges::replace(sentence, '\n', ' ');
      const std::string unknown = UnknownCommand(arguments);
      return Error{Code::kInvalidArgument, "WRONG_USAGE",
                   Format("{}; see {}", unknown.empty() ? Printable(sentence) : unknown,
                          HelpOf(grammar.app()))};
    }
    std::ostringstream out, err;
    grammar.app().exit(error, out, err);
    Parsed parsed;
    parsed.text = out.str();
    return parsed;
  }
  return grammar.Result();
}

}  // namespace hypnos::cli
