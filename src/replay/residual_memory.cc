#include "hypnos/replay/residual_memory.h"

#include "hypnos/tensor/kernels.h"

namespace hypnos {

ResidualMemory::ResidualMemory(size_t capacity) : capacity_(capacity) {
  HYPNOS_CHECK(capacity > 0);
}

void ResidualMemory::Observe(const Planes& residual) {
  const size_t size = residual.values().size();
  if (!residuals_.empty() && residuals_[0].size() != size) {
    residuals_.clear();
    next_ = 0;
  }
  if (residuals_.size() < capacity_) residuals_.emplace_back(size);
  ToHalf(residual.values(), residuals_[next_]);
  next_ = (next_ + 1) % capacity_;
}

void ResidualMemory::AddRandom(Rng& rng, Planes& frame) {
  const HalfBuffer& residual = residuals_[rng.Below(residuals_.size())];
  HYPNOS_CHECK(residual.size() == frame.values().size());
  drawn_.resize(residual.size());
  FromHalf(residual, drawn_);
  AddScaled(1.0f, drawn_, frame.values());
}

}  // namespace hypnos
