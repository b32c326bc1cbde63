// How long frames take from capture to judgement: over the last thousand of a source.
// Threads: thread-compatible.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "hypnos/base/clock.h"

namespace hypnos {

class Latency {
 public:
  static constexpr size_t kFrames = 1000;

  void Count(Duration latency) {
    if (last_.size() < kFrames) {
      last_.push_back(latency);
    } else {
      last_[next_] = latency;
    }
    next_ = (next_ + 1) % kFrames;
  }

  bool empty() const { return last_.empty(); }

  // The shortest that at least so large a share of them (above 0, up to 1) does not exceed. Not of
  // none.
  Duration Quantile(double share) const {
    std::vector<Duration> sorted = last_;
    const auto size = static_cast<double>(sorted.size());
    const auto rank = static_cast<size_t>(std::max(0.0, std::ceil(share * size) - 1));
    std::ranges::nth_element(sorted, sorted.begin() + static_cast<ptrdiff_t>(rank));
    return sorted[rank];
  }

 private:
  std::vector<Duration> last_;
  size_t next_ = 0;
};

}  // namespace hypnos
