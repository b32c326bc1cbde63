// Frames a second over the last ten seconds: long enough to span a sleep, short enough to show that
// a camera has stopped.
// Threads: thread-compatible.
#pragma once

#include <algorithm>
#include <deque>

#include "hypnos/base/clock.h"

namespace hypnos {

class FrameRate {
 public:
  static constexpr Duration kWindow = std::chrono::seconds(10);

  void Count(Instant now) {
    if (!begun_) begin_ = now;
    // What came before the first frame belongs to no rate, and neither does that frame.
    if (begun_) frames_.push_back(now);
    begun_ = true;
    while (!frames_.empty() && frames_.front() <= now - kWindow) frames_.pop_front();
  }

  // 0 also where there is not enough to tell by.
  double At(Instant now) const {
    constexpr Duration kEnough = std::chrono::milliseconds(200);
    if (!begun_ || now - begin_ < kEnough) return 0;
    const auto first = std::ranges::upper_bound(frames_, now - kWindow);
    return static_cast<double>(frames_.end() - first) / Seconds(std::min(kWindow, now - begin_));
  }

 private:
  bool begun_ = false;
  Instant begin_;
  std::deque<Instant> frames_;  // of the last window
};

}  // namespace hypnos
