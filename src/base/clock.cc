#include "hypnos/base/clock.h"

namespace hypnos {

Instant SystemClock::Now() const { return std::chrono::steady_clock::now(); }

WallTime SystemClock::WallNow() const { return std::chrono::system_clock::now(); }

}  // namespace hypnos
