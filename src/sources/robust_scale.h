// Centre and spread of a scalar, by all of it so far, of which the old counts less and an outlier
// no more than four spreads:
//   w = max(1/n, 1/horizon)    u = clamp(x - centre, -4 spread, 4 spread), from the 16th value on
//   centre += w u,   spread^2 = (1 - w) (spread^2 + w u^2)
// A value that stays where it jumped to becomes usual all the same: each time the spread grows by
// up to the root of 1 + 16 w. Where nothing has moved yet (spread 0) the first move sets the scale.
// Threads: thread-compatible.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "hypnos/base/state_archive.h"
#include "hypnos/sources/video_encoder.h"

namespace hypnos {

class RobustScale {
 public:
  static constexpr int64_t kWarmUp = 16;
  static constexpr double kOutlier = 4;
  // Beyond this a value says "extreme" and nothing more.
  static constexpr double kLimit = 8;
  // The square of anything larger overflows.
  static constexpr double kLargest = 1e150;

  // Precondition: the value is finite.
  void Count(double value, double horizon) {
    value = std::clamp(value, -kLargest, kLargest);
    if (now_.frames++ == 0) {
      now_.mean = value;
      return;
    }
    const double limit = kOutlier * spread();
    double u = value - now_.mean;
    if (now_.frames > kWarmUp && limit > 0) u = std::clamp(u, -limit, limit);
    const double w = std::max(1 / static_cast<double>(now_.frames), 1 / horizon);
    now_.mean += w * u;
    now_.variance = (1 - w) * (now_.variance + w * u * u);
  }

  // In spreads from the centre; 0 where nothing has moved yet and it does not either.
  double Scaled(double value) const {
    const double distance = value - now_.mean;
    if (distance == 0) return 0;
    // What was always the same, and differs by what is no more than rounding, has not moved.
    const double least = 1e-9 * std::max(std::abs(now_.mean), 1e-9);
    return std::clamp(distance / std::max(spread(), least), -kLimit, kLimit);
  }
  double Unscaled(double scaled) const { return now_.mean + scaled * spread(); }

  double spread() const { return std::sqrt(now_.variance); }
  const ChannelStatistics& statistics() const { return now_; }

  void ExchangeState(StateArchive& archive) {
    archive.Number("frames", now_.frames);
    archive.Number("mean", now_.mean);
    archive.Number("variance", now_.variance);
    const bool sound = now_.frames >= 0 && std::isfinite(now_.mean) && now_.variance >= 0;
    if (!sound) archive.Refuse("variance", "is none");
  }

 private:
  ChannelStatistics now_;
};

}  // namespace hypnos
