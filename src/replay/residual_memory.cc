#include "hypnos/replay/residual_memory.h"

#include <algorithm>

#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {

ResidualMemory::ResidualMemory(size_t capacity) : residuals_(capacity) {
  HYPNOS_CHECK(capacity > 0);
}

void ResidualMemory::Observe(const Planes& residual) {
  if (residual.shape() != shape_) {
    shape_ = residual.shape();
    Clear();
  }
  HalfBuffer& place = residuals_[next_];
  place.resize(residual.values().size());
  ToHalf(residual.values(), place);
  next_ = (next_ + 1) % residuals_.size();
  size_ = std::min(size_ + 1, residuals_.size());
}

void ResidualMemory::ExchangeState(StateArchive& archive) {
  Exchange(archive, "shape", shape_);
  size_ = archive.Count("size", size_, residuals_.size());
  next_ = archive.Count("next", next_, residuals_.size() - 1);
  Exchange(archive, "frames", residuals_, size_, shape_);
}

}  // namespace hypnos
