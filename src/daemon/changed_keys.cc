#include "daemon/changed_keys.h"

#include <google/protobuf/util/message_differencer.h>

#include "hypnos/base/format.h"
#include "hypnos/config/print.h"

namespace hypnos {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

using Keys = std::vector<std::string>;

void Compare(const Message& before, const Message& after, const std::string& prefix, Keys* keys);

// Of two lists of sub-messages of the same length.
void CompareElements(const Message& before, const Message& after, const FieldDescriptor* field,
                     const std::string& path, Keys* keys) {
  const auto& reflection = *before.GetReflection();
  for (int i = 0; i < reflection.FieldSize(before, field); ++i) {
    Compare(reflection.GetRepeatedMessage(before, field, i),
            after.GetReflection()->GetRepeatedMessage(after, field, i), Format("{}.{}.", path, i),
            keys);
  }
}

bool SameField(const Message& before, const Message& after, const FieldDescriptor* field) {
  MessageDifferencer differencer;
  return differencer.CompareWithFields(before, after, {field}, {field});
}

void CompareField(const Message& before, const Message& after, const FieldDescriptor* field,
                  const std::string& path, Keys* keys) {
  if (SameField(before, after, field)) return;
  const auto& of = *before.GetReflection();
  const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (is_message && field->is_repeated() &&
      of.FieldSize(before, field) == after.GetReflection()->FieldSize(after, field)) {
    return CompareElements(before, after, field, path, keys);
  }
  if (is_message && !field->is_repeated() && of.HasField(before, field) &&
      after.GetReflection()->HasField(after, field)) {
    return Compare(of.GetMessage(before, field), after.GetReflection()->GetMessage(after, field),
                   path + ".", keys);
  }
  keys->push_back(path);
}

void Compare(const Message& before, const Message& after, const std::string& prefix, Keys* keys) {
  const auto& schema = *before.GetDescriptor();
  for (int i = 0; i < schema.field_count(); ++i) {
    CompareField(before, after, schema.field(i), prefix + schema.field(i)->name(), keys);
  }
}

}  // namespace

Keys ChangedKeys(const config::Config& before, const config::Config& after) {
  Keys keys;
  Compare(config::Defaulted(before), config::Defaulted(after), "", &keys);
  return keys;
}

}  // namespace hypnos
