#include "hypnos/checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadataKey = "__metadata__";
constexpr uint64_t kAlignment = 64;

// An object of objects that hold lists.
constexpr int kDeepest = 3;

constexpr std::array<std::pair<ElementType, const char*>, 7> kTypes = {{
    {ElementType::kF32, "F32"},
    {ElementType::kF64, "F64"},
    {ElementType::kF16, "F16"},
    {ElementType::kBF16, "BF16"},
    {ElementType::kI64, "I64"},
    {ElementType::kU64, "U64"},
    {ElementType::kU8, "U8"},
}};

const char* NameOf(ElementType type) {
  const auto found = std::ranges::find(kTypes, type, [](const auto& pair) { return pair.first; });
  HYPNOS_CHECK(found != kTypes.end());
  return found->second;
}

std::optional<ElementType> TypeNamed(const std::string& name) {
  const auto found =
      std::ranges::find_if(kTypes, [&](const auto& pair) { return name == pair.second; });
  return found == kTypes.end() ? std::nullopt : std::optional(found->first);
}

Error Broken(const std::string& why) { return {Code::kDataLoss, "NO_SAFETENSORS", why}; }

// Deeper ones than there can be would take much memory before they are refused.
bool IsTooDeep(std::string_view json) {
  int depth = 0;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

Result<Metadata> ParseMetadata(const Json& json) {
  if (!json.is_object()) return Broken("its metadata are no object");
  Metadata metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return Broken("its metadata hold more than text");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

// None where it is no list of numbers.
std::optional<std::vector<uint64_t>> NumbersOf(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return std::nullopt;
  std::vector<uint64_t> numbers;
  for (const Json& number : *found) {
    if (!number.is_number_unsigned()) return std::nullopt;
    numbers.push_back(number.get<uint64_t>());
  }
  return numbers;
}

// None where they are more than can be counted.
std::optional<uint64_t> BytesOf(ElementType type, const StateArchive::Shape& shape) {
  uint64_t bytes = SizeOf(type);
  for (const uint64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

Result<TensorPlace> ParseTensor(const std::string& name, const Json& json) {
  const auto broken = [&](const char* why) {
    return Broken(Format("its tensor '{}' {}", Printable(name), why));
  };
  if (!json.is_object()) return broken("is not described");
  const auto type = json.find("dtype");
  if (type == json.end() || !type->is_string()) return broken("has no type");
  const auto known = TypeNamed(type->get<std::string>());
  if (!known) return broken("is of a type that is not known");
  auto shape = NumbersOf(json, "shape");
  const auto offsets = NumbersOf(json, "data_offsets");
  if (!shape || !offsets || offsets->size() != 2) return broken("has no shape, or no place");
  TensorPlace place{name, *known, std::move(*shape), (*offsets)[0], (*offsets)[1]};
  const auto bytes = BytesOf(place.type, place.shape);
  if (place.begin > place.end || bytes != place.end - place.begin) {
    return broken("has another size than its shape");
  }
  return place;
}

// Without a gap, so that no byte of the file is without a meaning.
Status CheckPlaces(const std::vector<TensorPlace>& tensors, uint64_t data_bytes) {
  uint64_t at = 0;
  for (const TensorPlace& tensor : tensors) {
    if (tensor.begin != at) {
      return Broken(Format("its tensor '{}' does not begin where the one before ends",
                           Printable(tensor.name)));
    }
    at = tensor.end;
  }
  if (at != data_bytes) {
    return Broken(Format("it has {} bytes of data, and its tensors have {}", data_bytes, at));
  }
  return {};
}

}  // namespace

std::string WriteHead(const SafetensorsHead& head) {
  Json json = Json::object();
  json[kMetadataKey] = Json::object();
  for (const auto& [key, text] : head.metadata) json[kMetadataKey][key] = text;
  for (const TensorPlace& tensor : head.tensors) {
    json[tensor.name] = {{"dtype", NameOf(tensor.type)},
                         {"shape", tensor.shape},
                         {"data_offsets", {tensor.begin, tensor.end}}};
  }
  std::string header = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  const uint64_t unpadded = kHeaderLengthBytes + header.size();
  header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  std::string bytes;
  for (size_t i = 0; i < kHeaderLengthBytes; ++i) {
    bytes.push_back(static_cast<char>(header.size() >> (8 * i) & 0xFF));
  }
  return bytes + header;
}

Result<uint64_t> HeaderLength(std::string_view first_bytes, uint64_t file_bytes) {
  if (first_bytes.size() < kHeaderLengthBytes || file_bytes < kHeaderLengthBytes) {
    return Broken("it is too short");
  }
  uint64_t length = 0;
  for (size_t i = 0; i < kHeaderLengthBytes; ++i) {
    length |= uint64_t{static_cast<unsigned char>(first_bytes[i])} << (8 * i);
  }
  if (length > file_bytes - kHeaderLengthBytes) {
    return Broken("it is shorter than its header says, or no safetensors file");
  }
  if (length > kLongestHeader) {
    return Broken(
        Format("its header has {} bytes, and at most {} are read", length, kLongestHeader));
  }
  return length;
}

Result<SafetensorsHead> ParseHeader(std::string_view json, uint64_t data_bytes) {
  if (IsTooDeep(json)) return Broken("its header is no list of tensors");
  const Json header = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) return Broken("its header is no JSON object");
  SafetensorsHead head;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey) {
      HYPNOS_ASSIGN_OR_RETURN(head.metadata, ParseMetadata(value));
    } else {
      HYPNOS_ASSIGN_OR_RETURN(TensorPlace place, ParseTensor(name, value));
      head.tensors.push_back(std::move(place));
    }
  }
  // Those without values lie where the next one begins.
  std::ranges::stable_sort(head.tensors, {}, [](const TensorPlace& tensor) {
    return std::pair(tensor.begin, tensor.end);
  });
  HYPNOS_RETURN_IF_ERROR(CheckPlaces(head.tensors, data_bytes));
  return head;
}

}  // namespace hypnos
