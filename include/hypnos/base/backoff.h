// How long to wait before each try: a second, then twice as long each time up to a minute, or what
// is asked for, give or take a fifth, so that a hundred daemons do not all come back at once.
// Threads: thread-compatible.
#pragma once

#include <algorithm>
#include <chrono>

#include "hypnos/base/clock.h"
#include "hypnos/base/rng.h"

namespace hypnos {

class Backoff {
 public:
  static constexpr Duration kFirst = std::chrono::seconds(1);
  static constexpr Duration kLongest = std::chrono::seconds(60);
  static constexpr double kJitter = 0.2;

  explicit Backoff(Rng rng, Duration first = kFirst, Duration longest = kLongest)
      : rng_(rng), first_(first), longest_(longest), next_(first) {}

  Duration Next() {
    const Duration wait = next_;
    next_ = std::min(2 * next_, longest_);
    return FromSeconds(Seconds(wait) * (1 + kJitter * (2 * rng_.Uniform() - 1)));
  }
  void Reset() { next_ = first_; }

 private:
  Rng rng_;
  Duration first_, longest_;
  Duration next_;
};

}  // namespace hypnos
