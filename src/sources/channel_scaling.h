// Running mean and deviation of a channel, and the scaling they give.
// Bytes and differences of bytes are counted in a histogram first: their sums are then exact, in
// whatever order the pixels come, and each value is scaled once instead of once a pixel.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "hypnos/sources/video_encoder.h"

namespace hypnos {

// Of one frame's values.
struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments MomentsOf(std::span<const float> values);

// Pools the frame into the statistics, with a weight w of max(1/n, 1/horizon) for the first frames
// and 1/horizon after them:
//   mean += w d,  variance = (1-w) (variance + w d^2) + w v,  d the frame's mean minus the mean
// With w = 1/n this is Welford's mean and variance of all pixels so far.
void Update(const Moments& frame, const ScalingMemory& memory, ChannelStatistics* statistics);

class Scaling {
 public:
  Scaling(const ChannelStatistics& statistics, double deviation_floor);
  float operator()(double value) const;

 private:
  double mean_;
  double gain_;
};

// Values are bytes or differences of bytes, -255..255, in units of one 255th.
inline constexpr int kLargestStep = 255;
inline constexpr size_t kSteps = 2 * kLargestStep + 1;

// Where in a table of all of them it is.
inline size_t PlaceOf(int steps) {
  const int place = steps + kLargestStep;
  return static_cast<size_t>(place);
}

class Histogram {
 public:
  void Clear() { counts_.fill(0); }
  void Count(int steps) { ++counts_[PlaceOf(steps)]; }
  Moments moments() const;

 private:
  std::array<int64_t, kSteps> counts_{};
};

// What each of these values becomes.
class ScalingTable {
 public:
  explicit ScalingTable(const Scaling& scaling);
  float operator()(int steps) const { return scaled_[PlaceOf(steps)]; }

 private:
  std::array<float, kSteps> scaled_;
};

}  // namespace hypnos
