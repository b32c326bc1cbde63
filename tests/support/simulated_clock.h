// A clock that stands still until a test moves it.
// Threads: safe.
#pragma once

#include <atomic>

#include "hypnos/base/check.h"
#include "hypnos/base/clock.h"

namespace hypnos {

class SimulatedClock final : public Clock {
 public:
  // Starts well after zero, as real clocks do: nothing may take zero for "now".
  explicit SimulatedClock(Duration start = FromSeconds(1'000'000)) : since_zero_(start.count()) {}

  Instant Now() const override { return Instant(Duration(since_zero_.load())); }
  WallTime WallNow() const override { return WallTime(Duration(since_zero_.load())); }

  void Advance(Duration duration) {
    HYPNOS_CHECK(duration >= Duration::zero());
    since_zero_ += duration.count();
  }
  void AdvanceSeconds(double seconds) { Advance(FromSeconds(seconds)); }

 private:
  std::atomic<Duration::rep> since_zero_;
};

}  // namespace hypnos
