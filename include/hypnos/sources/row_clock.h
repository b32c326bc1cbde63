// How a row follows the one before, by the times that stand in them.
//   gap        so many times the median of the last intervals passed
//   backwards  it is older than the row before; once kAgree rows in a row are, each of them no
//   older
//              than the one before it, it was the clock that was put back, and that is a gap
// Threads: thread-compatible.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "hypnos/base/clock.h"
#include "hypnos/base/state_archive.h"

namespace hypnos {

class RowClock {
 public:
  enum class Verdict { kFollows, kGap, kBackwards };
  static constexpr int kAgree = 10;
  // Fewer intervals say little of what is usual.
  static constexpr size_t kLeastIntervals = 8;

  // `gap_factor` 0: there are no gaps.
  explicit RowClock(double gap_factor) : gap_factor_(gap_factor) {}

  Verdict Judge(Duration when);
  // By how much the row that was judged last is older than the one before it, where it is.
  Duration behind() const { return last_ ? *last_ - backwards_at_ : Duration::zero(); }
  // Since the first row; what a clock that was put back skips counts as no time.
  Duration elapsed() const { return elapsed_; }
  // The next row is the first of another stretch, whose times have nothing to do with this one's.
  void BeginAnew();
  // Whether a row of this time would be older than the one before.
  bool IsBackwards(Duration when) const { return last_ && when < *last_; }

  // As another was left, but with a gap factor of its own.
  void GoOn(const RowClock& other);
  void ExchangeState(StateArchive& archive);

 private:
  bool IsGap(Duration interval) const;
  void Count(Duration interval);

  double gap_factor_;
  std::optional<Duration> last_;
  Duration elapsed_{};
  std::array<Duration, 31> intervals_{};  // a ring
  size_t counted_ = 0;
  int backwards_ = 0;        // rows in a row
  Duration backwards_at_{};  // the last of them
};

}  // namespace hypnos
