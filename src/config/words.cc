#include "config/words.h"

#include <algorithm>

#include "config/control_characters.h"
#include "hypnos/base/format.h"
#include "hypnos/base/url.h"
#include "hypnos/base/utf8.h"

namespace hypnos::config {
namespace {

constexpr size_t kShownBytes = 60;
constexpr char kReplacement[] = "\xef\xbf\xbd";

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
char LowerOf(char c) { return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Escaped(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return IsForbiddenControl(c) ? Format("\\x{:02x}", c) : std::string(1, c);
  }
}

// Character by character: escapes what cannot stand in a line, replaces what is not UTF-8.
std::string Sanitised(std::string_view text, size_t most_bytes) {
  std::string out;
  while (!text.empty() && out.size() < most_bytes) {
    const size_t length = CharacterLength(text);
    if (length == 0) {
      out += kReplacement;
    } else if (length == 1) {
      out += Escaped(text[0]);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  if (!text.empty()) out += "...";
  return out;
}

}  // namespace

std::string Shown(std::string_view text) {
  // Elsewhere an '@' means nothing.
  const bool holds_url = text.find("://") != std::string_view::npos;
  return Sanitised(holds_url ? MaskedUrl(text) : text, kShownBytes);
}

std::string Quoted(std::string_view text) {
  return "\"" + Sanitised(text, std::string::npos) + "\"";
}

std::string Noun(const google::protobuf::Descriptor& type) {
  std::string noun;
  for (const char c : type.name()) {
    if (IsUpper(c) && !noun.empty()) noun += ' ';
    noun += LowerOf(c);
  }
  return noun;
}

std::string WithArticle(const std::string& noun) {
  const bool vowel = std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + noun;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerOf);
  return lower;
}

std::string Listed(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

std::string Suggestion(std::string_view word, const std::vector<std::string>& words) {
  const std::string nearest = Nearest(word, words);
  if (!nearest.empty()) return Format("; did you mean '{}'?", nearest);
  return words.empty() ? "; there are no keys" : "; the keys are " + Listed(words);
}

std::vector<std::string> KeysOf(const google::protobuf::Descriptor& type) {
  std::vector<std::string> keys;
  keys.reserve(static_cast<size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) keys.push_back(type.field(i)->name());
  return keys;
}

std::vector<std::string> ValuesOf(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> values;
  values.reserve(static_cast<size_t>(type.value_count()));
  for (int i = 0; i < type.value_count(); ++i) values.push_back(Lower(type.value(i)->name()));
  return values;
}

std::vector<std::string> MembersOf(const google::protobuf::OneofDescriptor& choice) {
  std::vector<std::string> members;
  members.reserve(static_cast<size_t>(choice.field_count()));
  for (int i = 0; i < choice.field_count(); ++i) members.push_back(choice.field(i)->name());
  return members;
}

}  // namespace hypnos::config
