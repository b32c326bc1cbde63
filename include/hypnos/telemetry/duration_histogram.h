// How often something took how long: what a Prometheus histogram is made of.
// Threads: thread-compatible. Adding allocates nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "hypnos/base/clock.h"

namespace hypnos {

class DurationHistogram {
 public:
  // In seconds, ascending: from the step of a small network to a frame that waited for a sleep.
  static constexpr std::array<double, 18> kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                     0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                                     1,      2.5,     5,      10,    30,     60};

  void Add(Duration duration) {
    const double seconds = Seconds(duration);
    const auto place = std::ranges::lower_bound(kBounds, seconds) - kBounds.begin();
    ++counts_[static_cast<size_t>(place)];
    sum_ += seconds;
  }

  // Those up to the bound of the same place and above the one before; the last place is for what
  // exceeds all bounds.
  const std::array<uint64_t, kBounds.size() + 1>& counts() const { return counts_; }
  double sum() const { return sum_; }

 private:
  std::array<uint64_t, kBounds.size() + 1> counts_{};
  double sum_ = 0;
};

}  // namespace hypnos
