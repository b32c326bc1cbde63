#include "hypnos/replay/residual_memory.h"

#include <algorithm>

#include "hypnos/tensor/kernels.h"

namespace hypnos {

ResidualMemory::ResidualMemory(size_t capacity) : residuals_(capacity) {
  HYPNOS_CHECK(capacity > 0);
}

void ResidualMemory::Observe(const Planes& residual) {
  const std::span<const float> values = residual.values();
  if (size_ > 0 && residuals_[0].size() != values.size()) Clear();
  HalfBuffer& place = residuals_[next_];
  place.resize(values.size());
  ToHalf(values, place);
  next_ = (next_ + 1) % residuals_.size();
  size_ = std::min(size_ + 1, residuals_.size());
}

}  // namespace hypnos
