// The generator's last real errors, x(t+1) - y(t+1), as whole frames. A dream adds one of them to
// each prediction (residual bootstrap), so that it is as sharp as a real frame: a blurred dream
// would be told from real by its blur, and nothing else would be learned.
// Values are kept in half precision. Threads: thread-compatible. Allocates until it is full.
#pragma once

#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

class ResidualMemory {
 public:
  explicit ResidualMemory(size_t capacity);

  // The oldest one makes room. A residual of another shape empties the memory.
  void Observe(const Planes& residual);

  bool empty() const { return residuals_.empty(); }
  // Adds a random residual to `frame`. Precondition: not empty, same shape.
  void AddRandom(Rng& rng, Planes& frame);

 private:
  size_t capacity_;
  size_t next_ = 0;
  std::vector<HalfBuffer> residuals_;
  Buffer drawn_;
};

}  // namespace hypnos
