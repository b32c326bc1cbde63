#include "config/mask.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <vector>

#include "config/words.h"
#include "proto/options.pb.h"

namespace hypnos::config {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kMask = "***";
constexpr std::string_view kSecretNames[] = {"pass", "pwd", "token", "secret", "key", "auth"};

bool IsSchemeLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

bool BeginsLikeUrl(std::string_view text) {
  const size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), IsSchemeLetter);
}

bool NamesSecret(std::string_view parameter) {
  const std::string lower = Lower(parameter);
  return std::any_of(std::begin(kSecretNames), std::end(kSecretNames),
                     [&](std::string_view name) { return lower.find(name) != std::string::npos; });
}

std::string MaskParameter(std::string_view parameter) {
  const size_t equals = parameter.find('=');
  if (equals == std::string_view::npos || !NamesSecret(parameter)) return std::string(parameter);
  return std::string(parameter.substr(0, equals + 1)).append(kMask);
}

// Also between slashes: some cameras take user=...&password=... as a path.
std::string MaskParameters(std::string_view text) {
  std::string out;
  while (true) {
    const size_t end = std::min(text.find_first_of("?&;/#"), text.size());
    out += MaskParameter(text.substr(0, end));
    if (end == text.size()) return out;
    out += text[end];
    text.remove_prefix(end + 1);
  }
}

void MaskText(const pb::FieldDescriptor* field, pb::Message* message) {
  const pb::Reflection* reflection = message->GetReflection();
  if (!field->is_repeated()) {
    reflection->SetString(message, field, MaskSecret(reflection->GetString(*message, field)));
    return;
  }
  for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
    const std::string text = reflection->GetRepeatedString(*message, field, i);
    reflection->SetRepeatedString(message, field, i, MaskSecret(text));
  }
}

void MaskBelow(const pb::FieldDescriptor* field, pb::Message* message) {
  const pb::Reflection* reflection = message->GetReflection();
  if (!field->is_repeated()) {
    MaskSecrets(reflection->MutableMessage(message, field));
    return;
  }
  for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
    MaskSecrets(reflection->MutableRepeatedMessage(message, field, i));
  }
}

}  // namespace

std::string MaskUrl(std::string_view text) {
  const size_t end = text.find("://");
  if (end == std::string_view::npos) return std::string(text);
  const size_t start = end + 3;
  std::string masked(text.substr(0, start));
  std::string_view rest = text.substr(start);
  // The last '@', wherever it stands: people do write passwords with an unescaped '/' or '?'.
  const size_t at = rest.rfind('@');
  if (at != std::string_view::npos) {
    masked += kMask;
    rest.remove_prefix(at);
  }
  return masked + MaskParameters(rest);
}

std::string MaskSecret(std::string_view text) {
  if (text.empty()) return {};
  return BeginsLikeUrl(text) ? MaskUrl(text) : std::string(kMask);
}

void MaskSecrets(pb::Message* message) {
  std::vector<const pb::FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
      MaskBelow(field, message);
    } else if (field->options().GetExtension(secret)) {
      MaskText(field, message);
    }
  }
}

}  // namespace hypnos::config
