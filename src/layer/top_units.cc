#include "layer/top_units.h"

#include <algorithm>
#include <functional>

#include "hypnos/base/check.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {

float KeepTop(std::span<float> r, size_t count, std::span<float> scratch) {
  HYPNOS_CHECK(count > 0 && count < r.size() && scratch.size() == r.size());
  std::ranges::copy(r, scratch.begin());
  const auto last = scratch.begin() + static_cast<std::ptrdiff_t>(count - 1);
  std::ranges::nth_element(scratch, last, std::greater());
  // Those before it in the order are above it or equal to it.
  const auto above = std::count_if(scratch.begin(), last, [&](float x) { return x > *last; });
  size_t equals_left = count - static_cast<size_t>(above);
  for (float& value : r) {
    if (value > *last) continue;
    if (value == *last && equals_left > 0) {
      --equals_left;
    } else {
      value = 0;
    }
  }
  return SumOfSquares(r);
}

}  // namespace hypnos
