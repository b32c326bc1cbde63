#include "cli/completion.h"

#include <algorithm>
#include <vector>

#include "cli/command.h"
#include "hypnos/base/format.h"

namespace hypnos::cli {
namespace {

// In single quotes, which both shells take as it is.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// What may stand first, in the order of the table: commands and groups.
std::vector<std::pair<std::string, std::string>> FirstWords() {
  std::vector<std::pair<std::string, std::string>> words;
  for (const Command& command : Commands()) {
    const std::string group = command.group();
    if (group.empty()) {
      words.emplace_back(command.name(), command.summary);
    } else if (words.empty() || words.back().first != group) {
      const auto found = std::ranges::find(CommandGroups(), group, &CommandGroup::name);
      words.emplace_back(group, found->summary);
    }
  }
  return words;
}

std::vector<std::pair<std::string, std::string>> WordsOf(const std::string& group) {
  std::vector<std::pair<std::string, std::string>> words;
  for (const Command& command : Commands()) {
    if (command.group() == group) words.emplace_back(command.name(), command.summary);
  }
  return words;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string JoinedNames(const std::vector<std::pair<std::string, std::string>>& words) {
  std::string text;
  for (const auto& [name, summary] : words) text += (text.empty() ? "" : " ") + name;
  return text;
}

// What bash should offer for a value: a list of words, "files", "folders" or "".
std::string BashOffer(const Parameter& parameter) {
  switch (parameter.kind) {
    case Parameter::Kind::kChoice:
      return Format("COMPREPLY=($(compgen -W {} -- \"$word\"))", Quoted(Joined(parameter.choices)));
    case Parameter::Kind::kFile:
      return "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
    case Parameter::Kind::kFolder:
      return "mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
    default:
      return ":";
  }
}

// The options that take a value, so that the value is not taken for a command.
std::vector<std::string> OptionsWithValue() {
  std::vector<std::string> names;
  const auto add = [&](const std::vector<Parameter>& parameters) {
    for (const Parameter& parameter : parameters) {
      if (parameter.is_option() && !parameter.is_switch() &&
          std::ranges::find(names, parameter.name) == names.end()) {
        names.push_back(parameter.name);
      }
    }
  };
  add(CommonParameters());
  for (const Command& command : Commands()) add(command.parameters);
  return names;
}

std::string BashValueCases(const std::vector<Parameter>& parameters, const std::string& prefix) {
  std::string cases;
  for (const Parameter& parameter : parameters) {
    if (!parameter.is_option() || parameter.is_switch()) continue;
    cases +=
        Format("    {}) {}; return ;;\n", Quoted(prefix + parameter.name), BashOffer(parameter));
  }
  return cases;
}

std::string BashOptions(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters) {
    if (parameter.is_option()) names.push_back(parameter.name);
  }
  return Joined(names);
}

const Parameter* Positional(const Command& command) {
  const auto found = std::ranges::find_if(
      command.parameters, [](const Parameter& parameter) { return !parameter.is_option(); });
  return found == command.parameters.end() ? nullptr : &*found;
}

// Apostrophes and brackets mean something to zsh's _arguments.
std::string ZshDescription(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string ZshAction(const Parameter& parameter) {
  switch (parameter.kind) {
    case Parameter::Kind::kChoice:
      return "(" + Joined(parameter.choices) + ")";
    case Parameter::Kind::kFile:
      return "_files";
    case Parameter::Kind::kFolder:
      return "_files -/";
    default:
      return " ";
  }
}

std::string ZshSpecification(const Parameter& parameter) {
  const std::string help = ZshDescription(parameter.help);
  if (parameter.is_switch()) return Quoted(Format("{}[{}]", parameter.name, help));
  if (parameter.is_option()) {
    return Quoted(
        Format("{}=[{}]:{}:{}", parameter.name, help, parameter.value, ZshAction(parameter)));
  }
  return Quoted(Format("{}:{}:{}",
                       parameter.many     ? "*"
                       : parameter.needed ? "1"
                                          : "::",
                       parameter.name, ZshAction(parameter)));
}

std::string ZshDescribed(const std::vector<std::pair<std::string, std::string>>& words) {
  std::string list;
  for (const auto& [name, summary] : words) {
    list += " " + Quoted(name + ":" + ZshDescription(summary));
  }
  return list;
}

}  // namespace

std::string BashCompletion() {
  std::string script = "# bash completion for hypnosctl, made by `hypnosctl completion bash`\n";
  script += Format(
      "_hypnosctl() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command= i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${{COMP_WORDS[i]}} in\n"
      "    {}) ((i++)) || : ;;\n"
      "    -*) ;;\n"
      "    *)\n"
      "      case \"$command\" in\n"
      "      '' | ",
      [] {
        std::string cases;
        for (const auto& name : OptionsWithValue()) cases += (cases.empty() ? "" : " | ") + name;
        return cases;
      }());
  std::string groups;
  for (const CommandGroup& group : CommandGroups()) {
    groups += (groups.empty() ? "" : " | ") + group.name;
  }
  script += groups + ") command=${command:+$command }${COMP_WORDS[i]} ;;\n";
  script += "      esac ;;\n    esac\n  done\n";

  script += "  case \"$before\" in\n" + BashValueCases(CommonParameters(), "") + "  esac\n";
  script += "  case \"$command $before\" in\n";
  for (const Command& command : Commands()) {
    script += BashValueCases(command.parameters, command.words + " ");
  }
  script += "  esac\n";

  script += Format("  local options={}\n", Quoted(BashOptions(CommonParameters()) + " --help"));
  script += "  case \"$command\" in\n";
  for (const Command& command : Commands()) {
    const std::string options = BashOptions(command.parameters);
    if (!options.empty()) {
      script += Format("    {}) options+={} ;;\n", Quoted(command.words), Quoted(" " + options));
    }
  }
  script += "  esac\n";
  script +=
      "  if [[ $word == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
      "    return\n"
      "  fi\n";

  script += "  case \"$command\" in\n";
  script += Format("    '') COMPREPLY=($(compgen -W {} -- \"$word\")) ;;\n",
                   Quoted(JoinedNames(FirstWords())));
  for (const CommandGroup& group : CommandGroups()) {
    script += Format("    {}) COMPREPLY=($(compgen -W {} -- \"$word\")) ;;\n", Quoted(group.name),
                     Quoted(JoinedNames(WordsOf(group.name))));
  }
  for (const Command& command : Commands()) {
    if (const Parameter* parameter = Positional(command)) {
      script += Format("    {}) {} ;;\n", Quoted(command.words), BashOffer(*parameter));
    }
  }
  script += "  esac\n}\n";
  return script + "complete -o filenames -F _hypnosctl hypnosctl\n";
}

std::string ZshCompletion() {
  std::string script =
      "#compdef hypnosctl\n"
      "# zsh completion for hypnosctl, made by `hypnosctl completion zsh`\n"
      "_hypnosctl() {\n"
      "  local -a common words_here\n"
      "  local context state state_descr line command\n"
      "  typeset -A opt_args\n"
      "  common=(";
  for (const Parameter& parameter : CommonParameters()) {
    script += "\n    " + ZshSpecification(parameter);
  }
  script +=
      "\n    '--help[Tells more]')\n"
      "  _arguments -C $common '1: :->first' '*:: :->rest' && return\n"
      "  case $state in\n"
      "  first)\n"
      "    words_here=(" +
      ZshDescribed(FirstWords()) +
      ")\n"
      "    _describe command words_here\n"
      "    ;;\n"
      "  rest)\n"
      "    command=$words[1]\n"
      "    case $command in\n    ";
  std::string groups;
  for (const CommandGroup& group : CommandGroups()) {
    groups += (groups.empty() ? "" : " | ") + group.name;
  }
  script += groups +
            ")\n"
            "      if (( CURRENT == 2 )); then\n"
            "        case $command in\n";
  for (const CommandGroup& group : CommandGroups()) {
    script +=
        Format("        {}) words_here=({}) ;;\n", group.name, ZshDescribed(WordsOf(group.name)));
  }
  script +=
      "        esac\n"
      "        _describe command words_here\n"
      "        return\n"
      "      fi\n"
      "      command=\"$words[1] $words[2]\"\n"
      "      shift words\n"
      "      (( CURRENT-- ))\n"
      "      ;;\n"
      "    esac\n"
      "    case $command in\n";
  for (const Command& command : Commands()) {
    script += Format("    {}) _arguments $common", Quoted(command.words));
    for (const Parameter& parameter : command.parameters) {
      script += " " + ZshSpecification(parameter);
    }
    script += " ;;\n";
  }
  script +=
      "    esac\n"
      "    ;;\n"
      "  esac\n"
      "}\n"
      "if [[ $funcstack[1] == _hypnosctl ]]; then _hypnosctl \"$@\"; else compdef _hypnosctl "
      "hypnosctl; fi\n";
  return script;
}

}  // namespace hypnos::cli
