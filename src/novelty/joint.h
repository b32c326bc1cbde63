// How far several figures of a row, taken together, are from how they hang together.
//   m       = running mean of e e^T, over about the last 5000 rows
//   far[t]  = sqrt(e^T (m + ridge)^-1 e / figures)
// e are figures of mean about 0, each in any unit. The ridge is a small share of each one's own
// mean square: what hangs together without any noise would otherwise be told for its rounding. A
// row that is far joins m as if it were no further than twice what is usual, so that what breaks a
// relation does not soon become one. Threads: thread-compatible. Deterministic. Nothing fails; it
// allocates where the number of figures is another one than before, and begins anew then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "hypnos/base/state_archive.h"

namespace hypnos {

class Joint {
 public:
  // A row costs their third power: 64 cost less than a quarter of a millisecond.
  static constexpr size_t kMostFigures = 64;

  // Of at most so many, all finite. NaN where too few rows were seen. Then the row joins them, if
  // it is to be learned.
  double Far(std::span<const double> e, bool learn);

  void ExchangeState(StateArchive& archive);

 private:
  double FarOf(std::span<const double> e);
  void Learn(std::span<const double> e, double far);

  uint64_t rows_ = 0;
  size_t figures_ = 0;
  std::vector<double> moments_;          // m, [figures x figures]
  std::vector<double> factor_, solved_;  // of the row under way
};

}  // namespace hypnos
