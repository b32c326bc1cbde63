#include "sources/truncation.h"

namespace hypnos {
namespace {

constexpr int64_t kFramesForgiven = 3;
constexpr double kShareExpected = 0.95;

}  // namespace

bool IsClearlyShort(const VideoProperties& properties, int64_t frames, Duration last_time) {
  const auto promised = static_cast<double>(properties.frame_count);
  if (promised == 0 || properties.frame_count - frames <= kFramesForgiven) return false;
  if (static_cast<double>(frames) >= kShareExpected * promised) return false;
  if (properties.frame_rate_hz == 0) return true;
  const double promised_seconds = promised / properties.frame_rate_hz;
  return Seconds(last_time) + 1 / properties.frame_rate_hz < kShareExpected * promised_seconds;
}

}  // namespace hypnos
