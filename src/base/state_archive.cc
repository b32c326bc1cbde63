#include "hypnos/base/state_archive.h"

#include <array>
#include <cmath>
#include <numeric>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {

size_t SizeOf(ElementType type) {
  switch (type) {
    case ElementType::kF64:
    case ElementType::kI64:
    case ElementType::kU64:
      return 8;
    case ElementType::kF32:
      return 4;
    case ElementType::kF16:
    case ElementType::kBF16:
      return 2;
    case ElementType::kU8:
      return 1;
  }
  HYPNOS_CHECK(false);
  return 0;
}

StateArchive::Scope::Scope(StateArchive& archive, std::string_view name)
    : archive_(archive), length_(archive.prefix_.size()) {
  archive.prefix_ += std::string(name) + ".";
}

StateArchive::Scope::~Scope() { archive_.prefix_.resize(length_); }

std::string StateArchive::WholeName(std::string_view name) const {
  return prefix_ + std::string(name);
}

void StateArchive::Refuse(std::string_view name, const std::string& why) {
  if (!status_.ok()) return;
  status_ = Error{Code::kFailedPrecondition, "STATE_DOES_NOT_FIT",
                  Format("'{}' {}", Printable(WholeName(name)), why)};
}

void StateArchive::Exchange(std::string_view name, ElementType type, const Shape& shape,
                            const Parts& parts, bool copied) {
  if (!loading_) return Save(WholeName(name), type, shape, parts, copied);
  // One sentence is enough; what follows from it would only confuse.
  if (!status_.ok()) return;
  status_ = Load(WholeName(name), type, shape, parts);
}

void StateArchive::Tensor(std::string_view name, ElementType type, const Shape& shape,
                          const Parts& parts) {
  const uint64_t count =
      std::accumulate(shape.begin(), shape.end(), uint64_t{1}, std::multiplies<>());
  uint64_t bytes = 0;
  for (const auto& part : parts) bytes += part.size();
  HYPNOS_CHECK(count * SizeOf(type) == bytes);
  Exchange(name, type, shape, parts, false);
}

template <class T>
void StateArchive::Scalar(std::string_view name, ElementType type, T& value) {
  Exchange(name, type, {}, {std::as_writable_bytes(std::span(&value, 1))}, true);
}

void StateArchive::Number(std::string_view name, float& value) {
  Scalar(name, ElementType::kF32, value);
}

void StateArchive::Number(std::string_view name, double& value) {
  Scalar(name, ElementType::kF64, value);
}

void StateArchive::Number(std::string_view name, int64_t& value) {
  Scalar(name, ElementType::kI64, value);
}

void StateArchive::Number(std::string_view name, uint64_t& value) {
  Scalar(name, ElementType::kU64, value);
}

void StateArchive::Number(std::string_view name, bool& value) {
  uint8_t byte = value ? 1 : 0;
  Scalar(name, ElementType::kU8, byte);
  if (byte > 1) return Refuse(name, "is neither true nor false");
  value = byte == 1;
}

void StateArchive::Number(std::string_view name, int& value) {
  int64_t wide = value;
  Number(name, wide);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
    return Refuse(name, "is out of range");
  }
  value = static_cast<int>(wide);
}

void StateArchive::Number(std::string_view name, std::optional<size_t>& value) {
  constexpr int64_t kNone = -1;
  int64_t wide = value ? static_cast<int64_t>(*value) : kNone;
  Number(name, wide);
  if (wide < kNone) return Refuse(name, "is out of range");
  value = wide == kNone ? std::nullopt : std::optional(static_cast<size_t>(wide));
}

void StateArchive::Number(std::string_view name, std::optional<double>& value) {
  double number = value.value_or(std::nan(""));
  Number(name, number);
  value = std::isnan(number) ? std::nullopt : std::optional(number);
}

void StateArchive::Generator(std::string_view name, Rng& value) {
  std::array<uint64_t, 2> words = {value.seed(), value.state()};
  Exchange(name, ElementType::kU64, {words.size()}, {std::as_writable_bytes(std::span(words))},
           true);
  value = Rng(words[0], words[1]);
}

std::optional<StateArchive::Shape> StateArchive::SavedShape(std::string_view name) const {
  Shape shape;
  return ShapeOf(WholeName(name), &shape) ? std::optional(shape) : std::nullopt;
}

size_t StateArchive::Count(std::string_view name, size_t count, size_t most) {
  uint64_t counted = count;
  Number(name, counted);
  if (!status_.ok()) return count;
  if (counted <= most) return static_cast<size_t>(counted);
  Refuse(name, Format("is {}, and at most {} fit", counted, most));
  return count;
}

void StateArchive::Text(std::string_view name, std::string& value) {
  if (loading_) {
    const auto shape = SavedShape(name);
    if (!shape || shape->size() != 1 || shape->front() > kLongestText) {
      return Refuse(name, "is missing, or no text");
    }
    value.resize(static_cast<size_t>(shape->front()));
  }
  Exchange(name, ElementType::kU8, {value.size()}, {std::as_writable_bytes(std::span(value))},
           true);
}

void StateArchive::Values(std::string_view name, std::span<float> values, const Shape& shape) {
  Tensor(name, ElementType::kF32, shape, {std::as_writable_bytes(values)});
}

void StateArchive::Values(std::string_view name, std::span<double> values, const Shape& shape) {
  Tensor(name, ElementType::kF64, shape, {std::as_writable_bytes(values)});
}

void StateArchive::Values(std::string_view name, std::span<uint64_t> values, const Shape& shape) {
  Tensor(name, ElementType::kU64, shape, {std::as_writable_bytes(values)});
}

void StateArchive::Values(std::string_view name, std::span<uint8_t> values, const Shape& shape) {
  Tensor(name, ElementType::kU8, shape, {std::as_writable_bytes(values)});
}

void StateArchive::Halves(std::string_view name, std::span<uint16_t> values, const Shape& shape,
                          ElementType type) {
  HYPNOS_CHECK(type == ElementType::kF16 || type == ElementType::kBF16);
  Tensor(name, type, shape, {std::as_writable_bytes(values)});
}

}  // namespace hypnos
