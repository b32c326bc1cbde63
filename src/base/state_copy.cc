#include "hypnos/base/state_copy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// More parts, or dimensions, than any state has.
constexpr size_t kMostParts = 1'000'000;
constexpr size_t kMostDimensions = 16;

constexpr std::array kTypes = {ElementType::kF32,  ElementType::kF64, ElementType::kF16,
                               ElementType::kBF16, ElementType::kI64, ElementType::kU64,
                               ElementType::kU8};

// Of a part of this shape; none where that is more than could be addressed.
std::optional<uint64_t> BytesOf(ElementType type, const StateArchive::Shape& shape) {
  uint64_t bytes = SizeOf(type);
  for (const uint64_t length : shape) {
    if (__builtin_mul_overflow(bytes, length, &bytes)) return std::nullopt;
  }
  return bytes;
}

}  // namespace

uint64_t StateCopy::bytes() const {
  uint64_t bytes = 0;
  for (const auto& [name, part] : parts_) bytes += part.bytes.size();
  return bytes;
}

void StateCopy::ExchangeState(StateArchive& archive) {
  const size_t count = archive.Count("parts", parts_.size(), kMostParts);
  std::vector<std::string> names;
  for (const auto& [name, part] : parts_) names.push_back(name);
  names.resize(count);
  if (archive.loading()) parts_.clear();
  for (size_t i = 0; i < count && archive.status().ok(); ++i) {
    archive.Text(Format("names.{}", i), names[i]);
    const StateArchive::Scope scope(archive, "of");
    ExchangePart(archive, names[i], parts_[names[i]]);
  }
  if (parts_.size() != count) archive.Refuse("parts", "has two parts of one name");
}

void StateCopy::ExchangePart(StateArchive& archive, const std::string& name, Part& part) {
  if (archive.loading()) {
    const auto shape = archive.SavedShape(name);
    if (!shape || shape->size() > kMostDimensions) return archive.Refuse(name, "is missing");
    part.shape = *shape;
  }
  const size_t place = static_cast<size_t>(std::ranges::find(kTypes, part.type) - kTypes.begin());
  part.type = kTypes[archive.Count(name + ".type", place, kTypes.size() - 1)];
  const auto bytes = BytesOf(part.type, part.shape);
  if (!bytes) return archive.Refuse(name, "is too large");
  if (archive.loading()) part.bytes.resize(static_cast<size_t>(*bytes));
  archive.Tensor(name, part.type, part.shape, {std::span(part.bytes)});
}

std::optional<StateCopy> StateCopy::Saver::Take() {
  if (bytes_ > most_bytes_) return std::nullopt;
  return std::move(copy_);
}

void StateCopy::Saver::Save(const std::string& name, ElementType type, const Shape& shape,
                            const Parts& parts, bool /*copied*/) {
  Part saved{type, shape, {}};
  size_t bytes = 0;
  for (const auto& part : parts) bytes += part.size();
  bytes_ += bytes;
  if (bytes_ > most_bytes_) return copy_.parts_.clear();
  saved.bytes.reserve(bytes);
  for (const auto& part : parts) saved.bytes.insert(saved.bytes.end(), part.begin(), part.end());
  HYPNOS_CHECK(copy_.parts_.emplace(name, std::move(saved)).second);
}

Status StateCopy::Saver::Load(const std::string&, ElementType, const Shape&, const Parts&) {
  HYPNOS_CHECK(false);
  return {};
}

bool StateCopy::Saver::ShapeOf(const std::string&, Shape*) const { return false; }

void StateCopy::Loader::Save(const std::string&, ElementType, const Shape&, const Parts&, bool) {
  HYPNOS_CHECK(false);
}

Status StateCopy::Loader::Load(const std::string& name, ElementType type, const Shape& shape,
                               const Parts& parts) {
  const auto found = copy_.parts_.find(name);
  const bool fits =
      found != copy_.parts_.end() && found->second.type == type && found->second.shape == shape;
  if (!fits) {
    return Error{Code::kFailedPrecondition, "STATE_DOES_NOT_FIT",
                 Format("'{}' is missing, or of another type or shape", name)};
  }
  const std::byte* from = found->second.bytes.data();
  for (const auto& part : parts) {
    if (!part.empty()) std::memcpy(part.data(), from, part.size());
    from += part.size();
  }
  return {};
}

bool StateCopy::Loader::ShapeOf(const std::string& name, Shape* shape) const {
  const auto found = copy_.parts_.find(name);
  if (found == copy_.parts_.end()) return false;
  *shape = found->second.shape;
  return true;
}

}  // namespace hypnos
