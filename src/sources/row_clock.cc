#include "hypnos/sources/row_clock.h"

#include <algorithm>
#include <chrono>

#include "hypnos/base/format.h"

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

void RowClock::GoOn(const RowClock& other) {
  const double gap_factor = gap_factor_;
  *this = other;
  gap_factor_ = gap_factor;
}

void RowClock::ExchangeState(StateArchive& archive) {
  const auto exchange = [&](std::string_view name, Duration& value) {
    int64_t ticks = value.count();
    archive.Number(name, ticks);
    value = Duration(ticks);
    if (value < Duration::zero()) archive.Refuse(name, "is negative");
  };
  const StateArchive::Scope scope(archive, "clock");
  bool has_last = last_.has_value();
  Duration last = last_.value_or(Duration::zero());
  archive.Number("has_last", has_last);
  exchange("last", last);
  if (archive.loading()) last_ = has_last ? std::optional(last) : std::nullopt;
  exchange("elapsed", elapsed_);
  for (size_t i = 0; i < intervals_.size(); ++i) {
    exchange(Format("intervals.{}", i), intervals_[i]);
  }
  uint64_t counted = counted_;
  archive.Number("counted", counted);
  counted_ = counted;
  archive.Number("backwards", backwards_);
  exchange("backwards_at", backwards_at_);
}

void RowClock::Count(Duration interval) { intervals_[counted_++ % intervals_.size()] = interval; }

}  // namespace hypnos
