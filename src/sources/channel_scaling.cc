#include "sources/channel_scaling.h"

#include <algorithm>
#include <cmath>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

// Beyond this a value says "extreme" and nothing more.
constexpr double kLimit = 8;

Moments FromSums(double count, double sum, double sum_of_squares) {
  HYPNOS_CHECK(count > 0);
  const double mean = sum / count;
  return {.mean = mean, .variance = std::max(0.0, sum_of_squares / count - mean * mean)};
}

}  // namespace

Moments MomentsOf(std::span<const float> values) {
  double sum = 0;
  double sum_of_squares = 0;
  for (const float value : values) {
    const double wide = value;
    sum += wide;
    sum_of_squares += wide * wide;
  }
  return FromSums(static_cast<double>(values.size()), sum, sum_of_squares);
}

Moments Histogram::moments() const {
  int64_t count = 0;
  int64_t sum = 0;
  int64_t sum_of_squares = 0;
  for (int steps = -kLargestStep; steps <= kLargestStep; ++steps) {
    const int64_t here = counts_[PlaceOf(steps)];
    count += here;
    sum += here * steps;
    sum_of_squares += here * steps * steps;
  }
  const Moments in_steps = FromSums(static_cast<double>(count), static_cast<double>(sum),
                                    static_cast<double>(sum_of_squares));
  return {.mean = in_steps.mean / kLargestStep,
          .variance = in_steps.variance / (kLargestStep * kLargestStep)};
}

void Update(const Moments& frame, const ScalingMemory& memory, ChannelStatistics* statistics) {
  ++statistics->frames;
  const auto frames = static_cast<double>(statistics->frames);
  const double least = 1 / memory.horizon_frames;
  const double weight = frames <= memory.settle_frames ? std::max(1 / frames, least) : least;
  const double distance = frame.mean - statistics->mean;
  statistics->mean += weight * distance;
  statistics->variance = (1 - weight) * (statistics->variance + weight * distance * distance) +
                         weight * frame.variance;
}

Scaling::Scaling(const ChannelStatistics& statistics, double deviation_floor)
    : mean_(statistics.mean),
      gain_(1 / std::max(std::sqrt(statistics.variance), deviation_floor)) {}

float Scaling::operator()(double value) const {
  return static_cast<float>(std::clamp((value - mean_) * gain_, -kLimit, kLimit));
}

ScalingTable::ScalingTable(const Scaling& scaling) {
  for (int steps = -kLargestStep; steps <= kLargestStep; ++steps) {
    scaled_[PlaceOf(steps)] = scaling(static_cast<double>(steps) / kLargestStep);
  }
}

}  // namespace hypnos
