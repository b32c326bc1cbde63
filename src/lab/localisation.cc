#include "lab/localisation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hypnos/base/check.h"

namespace hypnos::lab {
namespace {

// The places that `at` lies in along one side of the picture.
struct Reach {
  size_t first = 0;
  size_t end = 0;
};

Reach ReachOf(double at, const PlaceGrid& grid, size_t places) {
  const double after = (at - grid.size) / grid.stride;
  const double first = std::max(0.0, std::floor(after) + 1);
  const double end = std::min(std::floor(at / grid.stride) + 1, static_cast<double>(places));
  if (end <= first) return {};
  return {static_cast<size_t>(first), static_cast<size_t>(end)};
}

float HighestIn(std::span<const float> map, const PlaceGrid& grid, Reach rows, Reach columns,
                float otherwise) {
  float highest = otherwise;
  for (size_t row = rows.first; row < rows.end; ++row) {
    for (size_t column = columns.first; column < columns.end; ++column) {
      highest = std::max(highest, map[row * grid.columns + column]);
    }
  }
  return highest;
}

}  // namespace

double LocatedScore(std::span<const float> map, const PlaceGrid& grid, const Image& mask) {
  HYPNOS_CHECK(!map.empty() && map.size() == grid.rows * grid.columns && !mask.empty());
  const auto [lowest, highest] = std::ranges::minmax(map);
  const auto channels = static_cast<size_t>(mask.channels());
  const auto width = static_cast<size_t>(mask.width());
  std::vector<float> unusual;
  for (size_t i = 0; i * channels < mask.bytes().size(); ++i) {
    const auto pixel = mask.bytes().subspan(i * channels, channels);
    if (std::ranges::all_of(pixel, [](uint8_t value) { return value == 0; })) continue;
    const size_t column = i % width, row = i / width;
    const double x = (static_cast<double>(column) + 0.5) * grid.width / mask.width();
    const double y = (static_cast<double>(row) + 0.5) * grid.height / mask.height();
    unusual.push_back(
        HighestIn(map, grid, ReachOf(y, grid, grid.rows), ReachOf(x, grid, grid.columns), lowest));
  }
  if (unusual.empty()) return static_cast<double>(highest);
  const double share = kLeastShareFound * static_cast<double>(unusual.size());
  const auto least = static_cast<std::ptrdiff_t>(std::ceil(share)) - 1;
  const auto at = unusual.begin() + std::max<std::ptrdiff_t>(0, least);
  std::ranges::nth_element(unusual, at, std::ranges::greater());
  return static_cast<double>(*at);
}

}  // namespace hypnos::lab
