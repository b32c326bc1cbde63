// Lets through so many pictures a second at the most, by the clock: a stream's own times may stand
// still. A camera that is as fast as the limit loses none because one of its pictures comes a
// little early: a quarter of a period is no matter, and yet over time no more pass than shall.
// Threads: a value.
#pragma once

#include <algorithm>
#include <optional>

#include "hypnos/base/clock.h"

namespace hypnos {

class RateLimit {
 public:
  // 0: there is none.
  explicit RateLimit(double rate_hz)
      : period_(rate_hz > 0 ? FromSeconds(1 / rate_hz) : Duration::zero()) {}

  // Whether the picture that comes now is wanted.
  bool Admits(Instant now) {
    if (period_ == Duration::zero()) return true;
    if (due_ && now + period_ / 4 < *due_) return false;
    // What came late is made up for by one picture, however long it was silent.
    due_ = std::max(due_.value_or(now), now - period_) + period_;
    return true;
  }

 private:
  Duration period_;
  std::optional<Instant> due_;  // of the next one; nothing: the first is awaited
};

}  // namespace hypnos
