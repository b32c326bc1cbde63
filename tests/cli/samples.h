// Messages with something in every field, by reflection, so that a new field is not forgotten.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "hypnos/base/check.h"
#include "proto/control.pb.h"

namespace hypnos::cli {

namespace internal {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Fill(Message* message);

// Sets a singular field, appends to a repeated one.
inline void FillField(const FieldDescriptor* field, Message* message) {
  using google::protobuf::Reflection;
  const Reflection* reflection = message->GetReflection();
  const auto put = [&](auto set, auto add, auto value) {
    (reflection->*(field->is_repeated() ? add : set))(message, field, value);
  };
  // A number of its own for each field, and a time that is one.
  const int number = field->number();
  const double real = field->name() == "time" ? 1764056425.25 : number + 0.5;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::SetBool, &Reflection::AddBool, true);
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&Reflection::SetUInt32, &Reflection::AddUInt32, static_cast<uint32_t>(number));
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&Reflection::SetUInt64, &Reflection::AddUInt64, static_cast<uint64_t>(number));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(&Reflection::SetFloat, &Reflection::AddFloat, static_cast<float>(real));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&Reflection::SetDouble, &Reflection::AddDouble, real);
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&Reflection::SetString, &Reflection::AddString, "the " + field->name());
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(&Reflection::SetEnum, &Reflection::AddEnum,
                 field->enum_type()->value(1 % field->enum_type()->value_count()));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Fill(field->is_repeated() ? reflection->AddMessage(message, field)
                                       : reflection->MutableMessage(message, field));
    default:
      HYPNOS_CHECK(false);  // no such field in the protocol yet
  }
}

inline void Fill(Message* message) {
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    // Of each of several networks the same again, and so on.
    if (field->name() != "of_each") FillField(field, message);
  }
}

}  // namespace internal

inline control::Response SampleResponse(int kind) {
  control::Response response;
  const auto* field = response.GetDescriptor()->FindFieldByNumber(kind);
  HYPNOS_CHECK(field != nullptr);
  internal::FillField(field, &response);
  // A dream is of pictures or of text.
  if (response.has_dream()) response.mutable_dream()->clear_text();
  return response;
}

// Something other with each number.
inline control::Update SampleUpdate(uint64_t number) {
  control::Update update;
  internal::Fill(&update);
  update.mutable_phase()->set_step(number);
  update.mutable_layers(0)->set_goodness_real(1 + 0.1 * static_cast<double>(number % 7));
  return update;
}

}  // namespace hypnos::cli
