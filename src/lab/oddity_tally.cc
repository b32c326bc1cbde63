#include "lab/oddity_tally.h"

#include <algorithm>

namespace hypnos::lab {
namespace {

// An event may begin so long after the end of what it tells of: evidence lasts.
constexpr Duration kAfterwards = std::chrono::seconds(2);
// What is told so long after the end is of the way back to what is usual, and counts for nothing.
constexpr double kAftermathSeconds = 10;

}  // namespace

OddityTally::OddityTally(const OddityPlan& plan) {
  for (const OddMoment& moment : MomentsOf(plan)) moments_.push_back({.moment = moment});
  const double odd_seconds =
      static_cast<double>(moments_.size()) * (plan.lasts_seconds + kAftermathSeconds);
  plain_seconds_ = Seconds(LengthOf(plan)) - plan.warm_up_seconds - odd_seconds;
}

void OddityTally::OnFrame(const FrameReport& report) {
  if (!report.novelty) return;
  for (Seen& seen : moments_) {
    const bool lasts = report.presentation_time >= seen.moment.begin &&
                       report.presentation_time <= seen.moment.end + kAfterwards;
    if (lasts) seen.score = std::max(seen.score, report.novelty->score);
  }
}

void OddityTally::OnNovelty(const NoveltyNews& news) {
  if (news.what != NoveltyNews::What::kBegin) return;
  const Duration begin = news.event.begin;
  for (Seen& seen : moments_) {
    if (begin < seen.moment.begin) continue;
    if (begin <= seen.moment.end + kAfterwards) {
      if (!seen.delay_seconds) seen.delay_seconds = Seconds(news.event.last - seen.moment.begin);
      return;
    }
    if (begin <= seen.moment.end + FromSeconds(kAftermathSeconds)) return;
  }
  ++false_alarms_;
}

OddityTally::Of OddityTally::Sum(Oddity oddity) const {
  Of sum;
  for (const Seen& seen : moments_) {
    if (seen.moment.oddity != oddity) continue;
    ++sum.times;
    sum.score += seen.score;
    if (!seen.delay_seconds) continue;
    ++sum.found;
    sum.delay_seconds += *seen.delay_seconds;
  }
  if (sum.times > 0) sum.score /= sum.times;
  if (sum.found > 0) sum.delay_seconds /= sum.found;
  return sum;
}

double OddityTally::false_alarms_per_hour() const {
  return plain_seconds_ > 0 ? 3600 * false_alarms_ / plain_seconds_ : 0;
}

}  // namespace hypnos::lab
