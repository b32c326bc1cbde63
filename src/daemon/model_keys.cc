#include "daemon/model_keys.h"

#include <google/protobuf/text_format.h>

#include "hypnos/base/format.h"
#include "hypnos/config/print.h"

namespace hypnos {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

using Keys = std::map<std::string, std::string>;

void Add(const Message& message, const std::string& prefix, Keys& keys);

void AddField(const Message& message, const FieldDescriptor* field, const std::string& path,
              Keys& keys) {
  const auto& reflection = *message.GetReflection();
  const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (field->is_repeated()) {
    const int count = reflection.FieldSize(message, field);
    for (int i = 0; i < count; ++i) {
      const std::string here = Format("{}.{}", path, i);
      if (is_message) {
        Add(reflection.GetRepeatedMessage(message, field, i), here + ".", keys);
      } else {
        TextFormat::PrintFieldValueToString(message, field, i, &keys[here]);
      }
    }
  } else if (!is_message) {
    TextFormat::PrintFieldValueToString(message, field, -1, &keys[path]);
  } else if (reflection.HasField(message, field)) {
    Add(reflection.GetMessage(message, field), path + ".", keys);
  }
}

void Add(const Message& message, const std::string& prefix, Keys& keys) {
  const auto& schema = *message.GetDescriptor();
  for (int i = 0; i < schema.field_count(); ++i) {
    AddField(message, schema.field(i), prefix + schema.field(i)->name(), keys);
  }
}

}  // namespace

Keys ModelKeys(const config::Config& config) {
  config::Config model = config::Defaulted(config);
  Keys keys;
  keys["seed"] = Format("{}", model.seed());
  model.mutable_encoding()->clear_width();
  model.mutable_encoding()->clear_height();
  Add(model.encoding(), "encoding.", keys);
  Add(model.network(), "network.", keys);
  Add(model.generator(), "generator.", keys);
  Add(model.learning(), "learning.", keys);
  Add(model.labels(), "labels.", keys);
  keys.erase("encoding.width");
  keys.erase("encoding.height");
  // Which predict without learning anything.
  keys.erase("generator.goodness_share");
  return keys;
}

}  // namespace hypnos
