// How much better forecasts of a column are than the two that cost nothing: that x stays as it is,
// and that it is what it usually is at this hour.
//   skill = 1 - mean error^2 / min(mean (x - x before)^2, mean (x - usual x)^2)
// over about the last 1000 rows, and 0 where that is below 0 or hardly any rows were seen. A row
// that has not all three counts for none.
// Threads: thread-compatible. Deterministic. Nothing fails or allocates.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "hypnos/base/clock.h"
#include "hypnos/base/state_archive.h"
#include "novelty/habit.h"

namespace hypnos {

class Skill {
 public:
  // 0..1.
  double Share() const;
  // `x` and the error of what was foretold of it, in one unit.
  void Learn(double x, double error, std::optional<Duration> when);
  // The next row does not follow the last one.
  void Cut() { before_ = kNone; }
  void ExchangeState(StateArchive& archive);

 private:
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  Habit habit_;
  double before_ = kNone;
  uint64_t rows_ = 0;
  // Mean squares.
  double foretold_ = 0;
  double staying_ = 0;
  double usual_ = 0;
};

}  // namespace hypnos
