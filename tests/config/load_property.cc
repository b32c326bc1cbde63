#include "config/load_property.h"

#include <google/protobuf/util/message_differencer.h>

#include <cstdio>
#include <sstream>

#include "config/control_characters.h"
#include "hypnos/base/utf8.h"
#include "hypnos/config/load.h"
#include "hypnos/config/print.h"

namespace hypnos::config {
namespace {

// Takes the bytes up to the next zero.
std::string_view NextPart(std::string_view* bytes) {
  const std::string_view part = bytes->substr(0, bytes->find('\0'));
  bytes->remove_prefix(part.size() + (part.size() < bytes->size() ? 1 : 0));
  return part;
}

Overrides OverridesIn(std::string_view bytes) {
  Overrides overrides;
  while (!bytes.empty()) {
    const std::string part(NextPart(&bytes));
    const size_t equals = part.find('=');
    if (part.starts_with("HYPNOS_") && equals != std::string::npos) {
      overrides.environment[part.substr(0, equals)] = part.substr(equals + 1);
    } else {
      overrides.sets.push_back(part);
    }
  }
  return overrides;
}

bool IsPrintable(std::string_view line) {
  while (!line.empty()) {
    const size_t length = CharacterLength(line);
    if (length == 0 || IsForbiddenControl(line[0])) return false;
    line.remove_prefix(length);
  }
  return true;
}

bool NamesItsPlace(const std::string& line) {
  if (line.starts_with("--set ") || line.starts_with("HYPNOS_") || line.starts_with("and ")) {
    return true;
  }
  if (!line.starts_with("f:")) return false;
  int row = 0, column = 0, end = 0;
  return std::sscanf(line.c_str(), "f:%d:%d: %n", &row, &column, &end) == 2 && row >= 1 &&
         column >= 1 && end > 0 && static_cast<size_t>(end) < line.size();
}

std::string BrokenByRefusal(const Error& error) {
  if (error.code != Code::kInvalidArgument || error.message.empty()) return "another error";
  std::istringstream lines(error.message);
  for (std::string line; std::getline(lines, line);) {
    if (!IsPrintable(line)) return "unprintable: " + line;
    if (!NamesItsPlace(line)) return "no place: " + line;
  }
  return {};
}

std::string BrokenByAcceptance(const Config& config) {
  const std::string printed = Print(config);
  const Result<Config> again = Parse(printed, "printed");
  if (!again.ok()) return "refused when printed: " + again.error().message + "\n" + printed;
  const Config expected = Masked(Defaulted(config));
  if (google::protobuf::util::MessageDifferencer::Equals(expected, *again)) return {};
  return "changed when printed: " + printed;
}

}  // namespace

std::string BrokenPromise(std::string_view bytes) {
  const std::string_view text = NextPart(&bytes);
  const Result<Config> config = Parse(text, "f", OverridesIn(bytes));
  return config.ok() ? BrokenByAcceptance(*config) : BrokenByRefusal(config.error());
}

}  // namespace hypnos::config
