// The generator's last real errors, x(t+1) - y(t+1), as whole frames. A dream adds one of them to
// each prediction (residual bootstrap), so that it is as sharp as a real frame: a blurred dream
// would be told from real by its blur, and nothing else would be learned.
// Values are kept in half precision. Threads: thread-compatible. Allocates until it is full.
// Source: Efron 1979 for the bootstrap; adding residuals to dreams is ours.
#pragma once

#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

class ResidualMemory {
 public:
  explicit ResidualMemory(size_t capacity);

  // The oldest one makes room. A residual of another shape empties the memory.
  void Observe(const Planes& residual);
  // Forgets all, and keeps the storage.
  void Clear() { size_ = next_ = 0; }

  bool empty() const { return size_ == 0; }
  const PlaneShape& shape() const { return shape_; }
  size_t size() const { return size_; }
  // Precondition: not empty.
  const HalfBuffer& Draw(Rng& rng) const { return residuals_[rng.Below(size_)]; }

  void ExchangeState(StateArchive& archive);

 private:
  PlaneShape shape_;
  size_t size_ = 0;
  size_t next_ = 0;
  std::vector<HalfBuffer> residuals_;
};

}  // namespace hypnos
