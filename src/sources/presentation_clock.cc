#include "sources/presentation_clock.h"

#include <algorithm>

namespace hypnos {

namespace {

// Slower, a rate is taken for none: its period would not fit into a Duration.
constexpr double kSlowest = 1e-3;

}  // namespace

PresentationClock::PresentationClock(double frame_rate_hz)
    : period_(frame_rate_hz >= kSlowest ? FromSeconds(1 / frame_rate_hz) : Duration::zero()) {}

Duration PresentationClock::Next(std::optional<Duration> container_time, int64_t passed_over) {
  if (!origin_) {
    origin_ = container_time.value_or(Duration::zero());
    return last_;
  }
  last_ = container_time ? std::max(last_, *container_time - *origin_)
                         : last_ + (1 + passed_over) * period_;
  return last_;
}

}  // namespace hypnos
