// Turns a container's times into times that start at 0 and never decrease. Containers start
// anywhere, give the times of decoding instead of showing, and leave frames without any.
#pragma once

#include <cstdint>
#include <optional>

#include "hypnos/base/clock.h"

namespace hypnos {

class PresentationClock {
 public:
  // The frame rate, if known, fills in for frames without a time.
  explicit PresentationClock(double frame_rate_hz);

  // Of the next frame, before which so many were passed over.
  Duration Next(std::optional<Duration> container_time, int64_t passed_over = 0);

 private:
  Duration period_;
  std::optional<Duration> origin_;
  Duration last_{};
};

}  // namespace hypnos
