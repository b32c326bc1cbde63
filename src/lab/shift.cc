#include "lab/shift.h"

#include <algorithm>

#include "hypnos/base/check.h"

namespace hypnos::lab {

void Shift(std::span<const float> image, size_t height, size_t width, int64_t down, int64_t right,
           std::span<float> out) {
  HYPNOS_CHECK(image.size() == height * width && out.size() == image.size());
  std::ranges::fill(out, 0.0f);
  const auto rows = static_cast<int64_t>(height), columns = static_cast<int64_t>(width);
  const int64_t first = std::max<int64_t>(0, right);
  const int64_t count = columns - std::min(columns, std::abs(right));
  for (int64_t y = std::max<int64_t>(0, down); y < std::min(rows, rows + down); ++y) {
    std::copy_n(image.begin() + (y - down) * columns + first - right, count,
                out.begin() + y * columns + first);
  }
}

}  // namespace hypnos::lab
