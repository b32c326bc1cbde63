#include "hypnos/config/print.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cmath>
#include <memory>
#include <string_view>
#include <type_traits>

#include "config/mask.h"
#include "config/reflect.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "proto/options.pb.h"

namespace hypnos::config {
namespace {

namespace pb = google::protobuf;

// Text that no YAML reader takes for anything else.
bool IsWord(std::string_view text) {
  static const std::string_view kReserved[] = {"null", "true", "false", "yes", "no", "on", "off"};
  for (const std::string_view word : kReserved) {
    if (text == word) return false;
  }
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
  return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos;
}

std::string ScalarText(const pb::Message& message, const pb::FieldDescriptor* field, int index) {
  return Visited(message, field, index, [](const auto& value) -> std::string {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, std::string>) {
      return IsWord(value) ? value : Quoted(value);
    } else if constexpr (std::is_same_v<T, const pb::EnumValueDescriptor*>) {
      return Lower(value->name());
    } else {
      return Format("{}", value);  // of a real number, the shortest text that reads back the same
    }
  });
}

class Printer {
 public:
  std::string Text() && { return std::move(text_); }

  void PrintKeys(const pb::Message& message, int indent) {
    const pb::Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      if (IsPresent(message, type.field(i))) PrintField(message, type.field(i), indent);
    }
  }

 private:
  // Absent, a scalar and a list have an effective value; a choice not taken and a message have not.
  static bool IsPresent(const pb::Message& message, const pb::FieldDescriptor* field) {
    const bool must_be_given = field->containing_oneof() != nullptr || IsMessage(field);
    return field->is_repeated() || !must_be_given ||
           message.GetReflection()->HasField(message, field);
  }

  void PrintField(const pb::Message& message, const pb::FieldDescriptor* field, int indent) {
    text_ += std::string(static_cast<size_t>(indent), ' ') + field->name() + ":";
    if (field->is_repeated()) {
      PrintList(message, field, indent);
    } else if (IsMessage(field)) {
      PrintBelow(message.GetReflection()->GetMessage(message, field), indent + 2);
    } else {
      text_ += " " + ScalarText(message, field, 0) + "\n";
    }
  }

  void PrintBelow(const pb::Message& message, int indent) {
    const size_t start = text_.size();
    text_ += "\n";
    PrintKeys(message, indent);
    const bool nothing = text_.size() == start + 1;
    if (nothing) text_.replace(start, 1, " {}\n");
  }

  void PrintList(const pb::Message& message, const pb::FieldDescriptor* field, int indent) {
    const int count = message.GetReflection()->FieldSize(message, field);
    text_ += count == 0 ? " []\n" : "\n";
    for (int i = 0; i < count; ++i) PrintElement(message, field, i, indent + 2);
  }

  void PrintElement(const pb::Message& message, const pb::FieldDescriptor* field, int index,
                    int indent) {
    const size_t start = text_.size();
    const std::string dash = std::string(static_cast<size_t>(indent), ' ') + "- ";
    if (!IsMessage(field)) {
      text_ += dash + ScalarText(message, field, index) + "\n";
      return;
    }
    PrintKeys(message.GetReflection()->GetRepeatedMessage(message, field, index), indent + 2);
    if (text_.size() == start) {
      text_ += dash + "{}\n";
    } else {
      text_.replace(start, dash.size(), dash);  // in place of the first key's indentation
    }
  }

  std::string text_;
};

void SetDefaults(pb::Message* message, bool top_level);

void SetDefaultsBelow(const pb::FieldDescriptor* field, bool top_level, pb::Message* message) {
  const pb::Reflection* reflection = message->GetReflection();
  if (field->is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      SetDefaults(reflection->MutableRepeatedMessage(message, field, i), false);
    }
  } else if (IsSection(field, top_level) || reflection->HasField(*message, field)) {
    SetDefaults(reflection->MutableMessage(message, field), false);
  }
}

void SetDefaults(pb::Message* message, bool top_level) {
  const pb::Descriptor& type = *message->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor* field = type.field(i);
    if (IsMessage(field)) {
      SetDefaultsBelow(field, top_level, message);
    } else if (!field->is_repeated() && field->containing_oneof() == nullptr) {
      Visited(*message, field, 0, [&](const auto& value) {
        Put<std::decay_t<decltype(value)>>(field, value, message);
      });
    }
  }
}

}  // namespace

std::string Print(const pb::Message& config) {
  const std::unique_ptr<pb::Message> copy(config.New());
  copy->CopyFrom(config);
  SetDefaults(copy.get(), /*top_level=*/true);
  MaskSecrets(copy.get());
  Printer printer;
  printer.PrintKeys(*copy, 0);
  return std::move(printer).Text();
}

Config Defaulted(const Config& config) {
  Config defaulted = config;
  SetDefaults(&defaulted, /*top_level=*/true);
  return defaulted;
}

Config Masked(const Config& config) {
  Config masked = config;
  MaskSecrets(&masked);
  return masked;
}

}  // namespace hypnos::config
