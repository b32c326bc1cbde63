#include "bench/memory_trend.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace hypnos::bench {
namespace {

double Slope(const std::vector<MemorySample>& samples) {
  const auto count = static_cast<double>(samples.size());
  MemorySample mean;
  for (const MemorySample& s : samples) {
    mean.minutes += s.minutes / count;
    mean.resident_kib += s.resident_kib / count;
  }
  double products = 0;
  double squares = 0;
  for (const MemorySample& s : samples) {
    products += (s.minutes - mean.minutes) * (s.resident_kib - mean.resident_kib);
    squares += (s.minutes - mean.minutes) * (s.minutes - mean.minutes);
  }
  return squares > 0 ? products / squares : 0;
}

}  // namespace

Result<double> ResidentKib() {
  std::ifstream file("/proc/self/statm");
  int64_t all_pages = 0;
  int64_t resident_pages = 0;
  if (!(file >> all_pages >> resident_pages)) {
    return Error{Code::kUnavailable, "NO_STATM",
                 "cannot read /proc/self/statm, which tells how much memory is resident"};
  }
  return static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1024;
}

MemoryTrend TrendOf(const std::vector<MemorySample>& samples) {
  if (samples.empty()) return {};
  const auto [smallest, largest] = std::ranges::minmax(samples, {}, &MemorySample::resident_kib);
  return {.samples = samples.size(),
          .slope_kib_per_minute = Slope(samples),
          .first_kib = samples.front().resident_kib,
          .last_kib = samples.back().resident_kib,
          .smallest_kib = smallest.resident_kib,
          .largest_kib = largest.resident_kib};
}

}  // namespace hypnos::bench
