#include "hypnos/tensor/exchange.h"

#include <algorithm>
#include <span>
#include <string>

namespace hypnos {
namespace {

// Of a plane's side, and of all values: as much as the configuration lets through and no more.
constexpr int kLongestSide = 1 << 17;
constexpr uint64_t kMostValues = uint64_t{1} << 31;

bool IsPossible(const PlaneShape& shape) {
  const auto side = [](int length) { return length >= 0 && length <= kLongestSide; };
  if (!side(shape.channels) || !side(shape.height) || !side(shape.width)) return false;
  const auto of = [](int length) { return static_cast<uint64_t>(length); };
  const uint64_t plane = of(shape.height) * of(shape.width);
  return plane == 0 || of(shape.channels) <= kMostValues / plane;
}

StateArchive::Shape Extents(const PlaneShape& shape) {
  return {static_cast<uint64_t>(shape.channels), static_cast<uint64_t>(shape.height),
          static_cast<uint64_t>(shape.width)};
}

}  // namespace

void Exchange(StateArchive& archive, std::string_view name, MatrixView matrix) {
  HYPNOS_CHECK(matrix.stride == matrix.cols);
  if (matrix.rows == 0) return;
  archive.Values(name, std::span(matrix.data, matrix.rows * matrix.cols),
                 {matrix.rows, matrix.cols});
}

void Exchange(StateArchive& archive, std::string_view name, Matrix& matrix) {
  Exchange(archive, name, matrix.view());
}

void Exchange(StateArchive& archive, std::string_view name, PlaneShape& shape) {
  const StateArchive::Scope scope(archive, name);
  PlaneShape exchanged = shape;
  archive.Number("channels", exchanged.channels);
  archive.Number("height", exchanged.height);
  archive.Number("width", exchanged.width);
  if (!IsPossible(exchanged)) return archive.Refuse("width", "is of no picture");
  shape = exchanged;
}

void Exchange(StateArchive& archive, std::string_view name, Planes& planes) {
  PlaneShape shape = planes.shape();
  Exchange(archive, std::string(name) + ".shape", shape);
  if (archive.loading()) planes.Resize(shape);
  archive.Values(name, planes.values(), Extents(shape));
}

void Exchange(StateArchive& archive, std::string_view name, HalfBuffer& values) {
  if (archive.loading()) {
    const auto shape = archive.SavedShape(name);
    if (!shape || shape->size() != 1) return archive.Refuse(name, "is missing, or no list");
    values.resize(static_cast<size_t>(shape->front()));
  }
  archive.Halves(name, std::span(values), {values.size()});
}

void Exchange(StateArchive& archive, std::string_view name, std::vector<HalfBuffer>& frames,
              size_t count, const PlaneShape& shape) {
  if (archive.loading()) {
    frames.resize(std::max(frames.size(), count));
    for (size_t i = 0; i < count; ++i) frames[i].resize(shape.size());
  }
  StateArchive::Parts parts;
  for (size_t i = 0; i < count; ++i) parts.push_back(std::as_writable_bytes(std::span(frames[i])));
  StateArchive::Shape extents = {count};
  for (const uint64_t extent : Extents(shape)) extents.push_back(extent);
  archive.Tensor(name, ElementType::kF16, extents, parts);
}

}  // namespace hypnos
