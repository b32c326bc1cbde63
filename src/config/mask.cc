#include "config/mask.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <vector>

#include "hypnos/base/url.h"
#include "proto/options.pb.h"

namespace hypnos::config {
namespace {

namespace pb = google::protobuf;

bool IsSchemeLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

bool BeginsLikeUrl(std::string_view text) {
  const size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), IsSchemeLetter);
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

std::string MaskSecret(std::string_view text) {
  if (text.empty()) return {};
  return BeginsLikeUrl(text) ? MaskedUrl(text) : "***";
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
