// A wait that another thread can end.
#pragma once

#include <poll.h>

#include <algorithm>
#include <climits>

#include "hypnos/base/clock.h"
#include "hypnos/imaging/interruption.h"

namespace hypnos {

// To the millisecond; a month at the most. False: interrupted.
inline bool WaitUnlessRaised(const Interruption& interruption, Duration time) {
  pollfd ready = {.fd = interruption.descriptor(), .events = POLLIN, .revents = 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  return poll(&ready, 1, static_cast<int>(std::min<int64_t>(milliseconds, INT_MAX))) <= 0;
}

}  // namespace hypnos
