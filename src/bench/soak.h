// Watches a clip round after round, for minutes or days, and says whether memory grows.
#pragma once

#include <cstdint>
#include <string>

#include "bench/memory_trend.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"

namespace hypnos::bench {

struct SoakOptions {
  std::string clip;
  double minutes = 20;
  // Not counted: until then the memory of real sequences is still being filled (some 230 frames).
  double warm_up_seconds = 60;
};

struct SoakReport {
  MemoryTrend memory;
  int64_t frames = 0;  // in all, warm-up included
  int64_t dream_steps = 0;
  Duration elapsed{};
};

// Samples once a second. Errors: those of the source and the pipeline; kUnavailable without /proc.
Result<SoakReport> Soak(const SoakOptions& options);

std::string ToText(const SoakReport& report);

}  // namespace hypnos::bench
