#include "sources/row_clock.h"

#include <algorithm>
#include <chrono>

namespace hypnos {
namespace {

constexpr Duration kLongest = std::chrono::hours(24 * 365 * 200);

}  // namespace

RowClock::Verdict RowClock::Judge(Duration when) {
  if (!last_) {
    last_ = when;
    return Verdict::kFollows;
  }
  if (when < *last_) {
    backwards_ = when >= backwards_at_ ? backwards_ + 1 : 1;
    backwards_at_ = when;
    if (backwards_ < kAgree) return Verdict::kBackwards;
    BeginAnew();
    last_ = when;
    return Verdict::kGap;
  }
  const Duration interval = when - *last_;
  const bool gap = IsGap(interval);
  last_ = when;
  // A clock that jumps by centuries does not overflow.
  if (interval < kLongest - elapsed_) elapsed_ += interval;
  backwards_ = 0;
  backwards_at_ = {};
  Count(interval);
  return gap ? Verdict::kGap : Verdict::kFollows;
}

void RowClock::BeginAnew() {
  last_.reset();
  backwards_ = 0;
  backwards_at_ = {};
}

bool RowClock::IsGap(Duration interval) const {
  if (gap_factor_ <= 0 || counted_ < kLeastIntervals) return false;
  auto sorted = intervals_;
  const auto end = sorted.begin() + static_cast<ptrdiff_t>(std::min(counted_, sorted.size()));
  const auto middle = sorted.begin() + (end - sorted.begin()) / 2;
  std::nth_element(sorted.begin(), middle, end);
  return *middle > Duration::zero() && Seconds(interval) > gap_factor_ * Seconds(*middle);
}

void RowClock::Count(Duration interval) { intervals_[counted_++ % intervals_.size()] = interval; }

}  // namespace hypnos
