// Whether a process grows: the slope of its resident memory over time.
#pragma once

#include <cstdint>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos::bench {

struct MemorySample {
  double minutes = 0;
  double resident_kib = 0;
};

// Of this process, from /proc/self/statm.
Result<double> ResidentKib();

struct MemoryTrend {
  size_t samples = 0;
  double slope_kib_per_minute = 0;  // least squares; 0 for fewer than two samples
  double first_kib = 0;
  double last_kib = 0;
  double smallest_kib = 0;
  double largest_kib = 0;
};

MemoryTrend TrendOf(const std::vector<MemorySample>& samples);

}  // namespace hypnos::bench
