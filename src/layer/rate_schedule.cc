#include "layer/rate_schedule.h"

#include <algorithm>

namespace hypnos {

float RateAfter(uint64_t updates, const LearningOptions& options) {
  if (options.fall_steps == 0 || updates <= options.hold_steps) return options.rate;
  const double fallen = std::min(1.0, static_cast<double>(updates - options.hold_steps) /
                                          static_cast<double>(options.fall_steps));
  const double floor = static_cast<double>(options.rate_floor);
  return static_cast<float>(static_cast<double>(options.rate) * (1 - fallen * (1 - floor)));
}

}  // namespace hypnos
