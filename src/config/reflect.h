// Protobuf reflection with one function where it has a dozen.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/message.h>

#include <string>
#include <type_traits>

#include "proto/options.pb.h"

namespace hypnos::config {

// Sets a singular field, appends to a repeated one. Precondition: T is the field's own type
// (EnumValueDescriptor* for an enum).
template <class T>
void Put(const google::protobuf::FieldDescriptor* field, T value,
         google::protobuf::Message* message) {
  using google::protobuf::Reflection;
  const Reflection* reflection = message->GetReflection();
  const auto put = [&](auto set, auto add) {
    (reflection->*(field->is_repeated() ? add : set))(message, field, value);
  };
  if constexpr (std::is_same_v<T, bool>) put(&Reflection::SetBool, &Reflection::AddBool);
  if constexpr (std::is_same_v<T, int32_t>) put(&Reflection::SetInt32, &Reflection::AddInt32);
  if constexpr (std::is_same_v<T, int64_t>) put(&Reflection::SetInt64, &Reflection::AddInt64);
  if constexpr (std::is_same_v<T, uint32_t>) put(&Reflection::SetUInt32, &Reflection::AddUInt32);
  if constexpr (std::is_same_v<T, uint64_t>) put(&Reflection::SetUInt64, &Reflection::AddUInt64);
  if constexpr (std::is_same_v<T, float>) put(&Reflection::SetFloat, &Reflection::AddFloat);
  if constexpr (std::is_same_v<T, double>) put(&Reflection::SetDouble, &Reflection::AddDouble);
  if constexpr (std::is_same_v<T, std::string>) {
    put(&Reflection::SetString, &Reflection::AddString);
  }
  if constexpr (std::is_same_v<T, const google::protobuf::EnumValueDescriptor*>) {
    put(&Reflection::SetEnum, &Reflection::AddEnum);
  }
}

// Calls visit(value) with the value, or default, of a field that is no message, in its own type.
// `index` is for repeated fields.
template <class Visit>
auto Visited(const google::protobuf::Message& message,
             const google::protobuf::FieldDescriptor* field, int index, Visit visit) {
  using google::protobuf::FieldDescriptor;
  using google::protobuf::Reflection;
  const Reflection* reflection = message.GetReflection();
  const auto get = [&](auto one, auto nth) {
    return visit(field->is_repeated() ? (reflection->*nth)(message, field, index)
                                      : (reflection->*one)(message, field));
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return get(&Reflection::GetBool, &Reflection::GetRepeatedBool);
    case FieldDescriptor::CPPTYPE_INT32:
      return get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble);
    case FieldDescriptor::CPPTYPE_ENUM:
      return get(&Reflection::GetEnum, &Reflection::GetRepeatedEnum);
    default:
      return get(&Reflection::GetString, &Reflection::GetRepeatedString);
  }
}

inline bool IsMessage(const google::protobuf::FieldDescriptor* field) {
  return field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
}

// A section, at the top level, is always there unless its schema says otherwise; any other message
// only if it is given.
inline bool IsSection(const google::protobuf::FieldDescriptor* field, bool top_level) {
  return top_level && IsMessage(field) && !field->is_repeated() &&
         field->containing_oneof() == nullptr && !field->options().GetExtension(none_if_absent);
}

}  // namespace hypnos::config
