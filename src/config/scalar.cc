#include "config/scalar.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "config/reflect.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "proto/options.pb.h"

namespace hypnos::config {
namespace {

namespace pb = google::protobuf;

// Options min, max and above.
struct Range {
  explicit Range(const pb::FieldDescriptor& field) {
    const pb::FieldOptions& options = field.options();
    if (options.HasExtension(min)) lowest = options.GetExtension(min);
    if (options.HasExtension(max)) highest = options.GetExtension(max);
    if (options.HasExtension(above)) beyond = options.GetExtension(above);
  }
  bool Holds(double value) const {
    return std::isfinite(value) && !(lowest && value < *lowest) && !(highest && value > *highest) &&
           !(beyond && value <= *beyond);
  }

  std::optional<double> lowest, highest, beyond;
};

bool IsPlain(const TreeNode& node) { return node.kind == TreeNode::Kind::kScalar && !node.quoted; }

// The whole text, in base 10; a plus sign may lead.
template <class T>
std::optional<T> Number(const TreeNode& node) {
  if (!IsPlain(node)) return std::nullopt;
  std::string_view text = node.text;
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> Truth(const TreeNode& node) {
  if (!IsPlain(node)) return std::nullopt;
  const std::string word = Lower(node.text);
  if (word == "true" || word == "yes" || word == "on") return true;
  if (word == "false" || word == "no" || word == "off") return false;
  return std::nullopt;
}

const pb::EnumValueDescriptor* Value(const TreeNode& node, const pb::EnumDescriptor& type) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (node.text == Lower(type.value(i)->name())) return type.value(i);
  }
  return nullptr;
}

template <class T>
bool PutNumber(const TreeNode& node, const pb::FieldDescriptor* field, pb::Message* message) {
  const std::optional<T> number = Number<T>(node);
  if (!number || !Range(*field).Holds(static_cast<double>(*number))) return false;
  Put(field, *number, message);
  return true;
}

std::string Plain(double value) { return Format("{}", value); }

std::string Between(const std::optional<std::string>& lowest,
                    const std::optional<std::string>& highest) {
  if (lowest && highest) return Format(" from {} to {}", *lowest, *highest);
  if (lowest) return Format(" of at least {}", *lowest);
  if (highest) return Format(" of at most {}", *highest);
  return {};
}

std::string ExpectedReal(const pb::FieldDescriptor& field) {
  const Range range(field);
  if (range.beyond) {
    const std::string most = range.highest ? " and at most " + Plain(*range.highest) : "";
    return Format("a number above {}{}", *range.beyond, most);
  }
  return "a number" + Between(range.lowest ? std::optional(Plain(*range.lowest)) : std::nullopt,
                              range.highest ? std::optional(Plain(*range.highest)) : std::nullopt);
}

// The type's own limits, where the schema gives none.
template <class T>
std::string ExpectedWhole(const pb::FieldDescriptor& field) {
  const Range range(field);
  const auto first_above = [](double value) { return Format("{:.0f}", std::floor(value) + 1); };
  const std::string lowest = range.beyond   ? first_above(*range.beyond)
                             : range.lowest ? Format("{:.0f}", *range.lowest)
                                            : std::to_string(std::numeric_limits<T>::min());
  const std::string highest = range.highest ? Format("{:.0f}", *range.highest)
                                            : std::to_string(std::numeric_limits<T>::max());
  return "a whole number" + Between(lowest, highest);
}

bool PutText(const TreeNode& node, const pb::FieldDescriptor* field, pb::Message* message) {
  if (node.text.empty() && field->options().GetExtension(needed)) return false;
  Put(field, node.text, message);
  return true;
}

bool PutEnum(const TreeNode& node, const pb::FieldDescriptor* field, pb::Message* message) {
  const pb::EnumValueDescriptor* value = Value(node, *field->enum_type());
  if (value != nullptr) Put(field, value, message);
  return value != nullptr;
}

bool PutTruth(const TreeNode& node, const pb::FieldDescriptor* field, pb::Message* message) {
  const std::optional<bool> truth = Truth(node);
  if (truth) Put(field, *truth, message);
  return truth.has_value();
}

}  // namespace

bool PutScalar(const TreeNode& node, const pb::FieldDescriptor* field, pb::Message* message) {
  if (node.kind != TreeNode::Kind::kScalar) return false;
  switch (field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return PutTruth(node, field, message);
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return PutNumber<int32_t>(node, field, message);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return PutNumber<int64_t>(node, field, message);
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return PutNumber<uint32_t>(node, field, message);
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return PutNumber<uint64_t>(node, field, message);
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return PutNumber<float>(node, field, message);
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return PutNumber<double>(node, field, message);
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return PutEnum(node, field, message);
    default:
      return PutText(node, field, message);
  }
}

std::string Expected(const pb::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return ExpectedWhole<int32_t>(field);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return ExpectedWhole<int64_t>(field);
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return ExpectedWhole<uint32_t>(field);
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return ExpectedWhole<uint64_t>(field);
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return ExpectedReal(field);
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return "one of " + Listed(ValuesOf(*field.enum_type()));
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return field.options().GetExtension(needed) ? "text that is not empty" : "text";
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return Format("a map of keys ({})", Listed(KeysOf(*field.message_type())));
  }
  return {};
}

std::string Found(const TreeNode& node) {
  switch (node.kind) {
    case TreeNode::Kind::kNothing:
      return "nothing";
    case TreeNode::Kind::kList:
      return Format("a list of {}", node.children.size());
    case TreeNode::Kind::kMap:
      return "keys";
    case TreeNode::Kind::kScalar:
      break;
  }
  return node.quoted ? Format("the text \"{}\"", Shown(node.text))
                     : Format("'{}'", Shown(node.text));
}

}  // namespace hypnos::config
