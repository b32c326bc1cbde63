#include "sources/presentation_clock.h"

#include <algorithm>

namespace hypnos {

PresentationClock::PresentationClock(double frame_rate_hz)
    : period_(frame_rate_hz > 0 ? FromSeconds(1 / frame_rate_hz) : Duration::zero()) {}

Duration PresentationClock::Next(std::optional<Duration> container_time) {
  if (!origin_) {
    origin_ = container_time.value_or(Duration::zero());
    return last_;
  }
  last_ = container_time ? std::max(last_, *container_time - *origin_) : last_ + period_;
  return last_;
}

}  // namespace hypnos
