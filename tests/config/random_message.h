// Random messages of any schema that keep to its options: what Fill accepts.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "config/reflect.h"
#include "proto/options.pb.h"

namespace hypnos::config {

// To be called inside a property: draws from RapidCheck, so that failures shrink.
class RandomMessage {
 public:
  static void Fill(google::protobuf::Message* message, int depth = 0) {
    const auto& type = *message->GetDescriptor();
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
      const auto* choice = type.oneof_decl(i);
      // Deep down, take the last: it must not lead deeper.
      const int last = choice->field_count() - 1;
      PutOne(choice->field(depth > 2 ? last : *rc::gen::inRange(0, last + 1)), message, depth);
    }
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i)->containing_oneof() == nullptr) FillField(type.field(i), message, depth);
    }
  }

 private:
  using Field = google::protobuf::FieldDescriptor;
  using Message = google::protobuf::Message;

  static void FillField(const Field* field, Message* message, int depth) {
    const int least = static_cast<int>(field->options().GetExtension(min_count));
    const bool must = field->options().GetExtension(needed) || HoldsNeeded(field, depth);
    const int most = depth > 2 ? 0 : field->is_repeated() ? 3 : 1;
    const int count = std::max({least, must ? 1 : 0, *rc::gen::inRange(0, most + 1)});
    for (int i = 0; i < count; ++i) PutOne(field, message, depth);
  }

  // A section that cannot be absent because something in it is needed.
  static bool HoldsNeeded(const Field* field, int depth) {
    if (!IsSection(field, depth == 0)) return false;
    for (int i = 0; i < field->message_type()->field_count(); ++i) {
      const auto& options = field->message_type()->field(i)->options();
      if (options.GetExtension(needed) || options.GetExtension(min_count) > 0) return true;
    }
    return false;
  }

  static void PutOne(const Field* field, Message* message, int depth) {
    const auto* reflection = message->GetReflection();
    if (IsMessage(field)) {
      Fill(field->is_repeated() ? reflection->AddMessage(message, field)
                                : reflection->MutableMessage(message, field),
           depth + 1);
      return;
    }
    switch (field->cpp_type()) {
      case Field::CPPTYPE_BOOL:
        return Put(field, *rc::gen::arbitrary<bool>(), message);
      case Field::CPPTYPE_INT32:
        return Put(field, Whole<int32_t>(*field), message);
      case Field::CPPTYPE_INT64:
        return Put(field, Whole<int64_t>(*field), message);
      case Field::CPPTYPE_UINT32:
        return Put(field, Whole<uint32_t>(*field), message);
      case Field::CPPTYPE_UINT64:
        return Put(field, Whole<uint64_t>(*field), message);
      case Field::CPPTYPE_FLOAT:
        return Put(field, static_cast<float>(Real(*field)), message);
      case Field::CPPTYPE_DOUBLE:
        return Put(field, Real(*field), message);
      case Field::CPPTYPE_ENUM:
        return Put(field, Value(*field->enum_type()), message);
      default:
        return Put(field, Text(*field), message);
    }
  }

  template <class T>
  static T Whole(const Field& field) {
    const auto& options = field.options();
    const T number = *rc::gen::arbitrary<T>();
    const auto fits = [&](T value) {
      const double real = static_cast<double>(value);
      return !(options.HasExtension(min) && real < options.GetExtension(min)) &&
             !(options.HasExtension(max) && real > options.GetExtension(max)) &&
             !(options.HasExtension(above) && real <= options.GetExtension(above));
    };
    // If neither is allowed, the smallest is.
    for (const T value : {number, static_cast<T>(number % 16),
                          static_cast<T>(std::ceil(options.GetExtension(min)))}) {
      if (fits(value)) return value;
    }
    return T{0};
  }

  // Between the limits, or anything finite.
  static double Real(const Field& field) {
    const auto& options = field.options();
    const double low =
        options.HasExtension(above) ? options.GetExtension(above) : options.GetExtension(min);
    const bool bounded = options.HasExtension(above) || options.HasExtension(min);
    const double high = options.HasExtension(max) ? options.GetExtension(max) : low + 1e6;
    const double share = (1 + *rc::gen::inRange(0, 1 << 30)) / static_cast<double>(1 << 30);
    const double anything = *rc::gen::arbitrary<double>();
    return bounded ? std::min(high, low + share * (high - low))
           : std::isfinite(anything) && std::fabs(anything) < 1e30 ? anything
                                                                   : share;
  }

  static const google::protobuf::EnumValueDescriptor* Value(
      const google::protobuf::EnumDescriptor& type) {
    return type.value(*rc::gen::inRange(0, type.value_count()));
  }

  // Characters that have trapped a printer or parser before.
  static std::string Text(const Field& field) {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "a", "B", "0", " ", "  ", ":", ": ", " #", "-", "- ", "'", "\"", "\\", "\n", "\r", "\t",
        "\x01", "\x1b", "\x7f", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`",
        "~", "null", "true", "---", "...", "?", "=", "<<", "rtsp://", "me:hush@",
        "?token=", "\u00e4", "\u0085", "\u2028", "\ufeff", "\U0001f600"));
    std::string text = field.options().GetExtension(needed) ? "x" : "";
    for (const std::string& piece : pieces) text += piece;
    return text;
  }
};

}  // namespace hypnos::config
