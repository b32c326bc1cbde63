#include "lab/batch_stream.h"

#include <numeric>
#include <utility>

#include "hypnos/base/check.h"

namespace hypnos::lab {

void Shuffle(std::span<size_t> values, Rng& rng) {
  for (size_t left = values.size(); left > 1; --left) {
    std::swap(values[left - 1], values[rng.Below(left)]);
  }
}

BatchStream::BatchStream(size_t count, size_t batch, Rng rng)
    : batch_(batch), rng_(rng), order_(count), next_(count) {
  HYPNOS_CHECK(batch > 0 && count >= batch);
  std::iota(order_.begin(), order_.end(), size_t{0});
}

std::span<const size_t> BatchStream::Next() {
  if (next_ + batch_ > order_.size()) {
    Shuffle(order_, rng_);
    next_ = 0;
  }
  const auto batch = std::span<const size_t>(order_).subspan(next_, batch_);
  next_ += batch_;
  return batch;
}

}  // namespace hypnos::lab
