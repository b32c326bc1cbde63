// Endless passes over a data set, each in a new random order, in batches of one size. What is left
// over at the end of a pass is left out.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hypnos/base/rng.h"

namespace hypnos::lab {

// Fisher-Yates; every order is as likely.
void Shuffle(std::span<size_t> values, Rng& rng);

class BatchStream {
 public:
  // Precondition: count >= batch > 0.
  BatchStream(size_t count, size_t batch, Rng rng);

  // Indices below `count`, valid until the next call.
  std::span<const size_t> Next();

 private:
  size_t batch_;
  Rng rng_;
  std::vector<size_t> order_;
  size_t next_;
};

}  // namespace hypnos::lab
