// What a value usually is at this hour of the day, weekdays and weekends apart: so that what is
// usual by day is told at night. Rows without a time have one bucket for all of them.
//   off = (x - mean of the bucket) / deviation of the bucket
// of which the variance is drawn towards that of all buckets, as by ten rows. Hours and days are
// those of the clock that wrote the rows.
// Threads: thread-compatible. Deterministic. Nothing fails or allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "hypnos/base/clock.h"
#include "hypnos/base/state_archive.h"

namespace hypnos {

class Habit {
 public:
  // NaN where too little was seen at such a time.
  double Off(double x, std::optional<Duration> when) const;
  // Of its bucket. NaN as above.
  double Mean(std::optional<Duration> when) const;
  void Learn(double x, std::optional<Duration> when);
  void ExchangeState(StateArchive& archive);

 private:
  // The last bucket is of rows without a time.
  static constexpr size_t kHours = 24;
  static constexpr size_t kBuckets = 2 * kHours + 1;
  static size_t BucketOf(std::optional<Duration> when);

  // Running mean and variance: of all at first, then of about the last so many.
  struct Usual {
    void Learn(double x, double rows);
    uint64_t count = 0;
    double mean = 0;
    double variance = 0;
  };

  std::array<Usual, kBuckets> buckets_;
  Usual off_;  // from the mean of its bucket, over all of them
};

}  // namespace hypnos
