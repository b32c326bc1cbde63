#include "novelty/event_machine.h"

#include <algorithm>
#include <cmath>

namespace hypnos {
namespace {

// Above what begins other events: a second or two is ten frames and more that all say the same, so
// that one in ten thousand of them is as rare as one such second in a thousand.
constexpr double kStillAbove = 1;
// However little it takes to begin another: a picture has quiet moments.
constexpr double kStill = 4;

}  // namespace

void EventMachine::Observe(const NoveltyReport& report, const Moment& moment,
                           NoveltyObserver* observer) {
  if (moment.learned) learned_seconds_ += moment.passed;
  cooling_ = std::max(0.0, cooling_ - moment.passed);
  settling_ = std::max(0.0, settling_ - moment.passed);
  // What was seen before a cut does not go on after it.
  if (moment.cut) {
    End(observer);
    return;
  }
  if (!warm()) return;
  if (SceneChanges(report, moment, observer)) return;
  if (state_ == State::kWaiting) return Wait(report, moment);
  Follow(report, moment, observer);
}

bool EventMachine::SceneChanges(const NoveltyReport& report, const Moment& moment,
                                NoveltyObserver* observer) {
  const bool still = report.stillness >= std::max(kStill, options_.begin_score + kStillAbove);
  if (report.changed_share < options_.scene_share && !still) return false;
  End(observer);
  // Where it goes on changing, or stands still from then on, it is still the same event.
  const bool settled = settling_ == 0;
  settling_ = options_.settle_seconds;
  if (!settled) return true;
  const NoveltyEvent changed = {
      .number = ++told_,
      .kind = still ? NoveltyKind::kStandsStill : NoveltyKind::kSceneChanged,
      .begin = moment.time,
      .peak_time = moment.time,
      .end = moment.time,
      .last = moment.time,
      .peak = still ? report.stillness : report.score,
      .place = report.place};
  if (observer != nullptr) {
    observer->OnBegin(changed);
    observer->OnEnd(changed);
  }
  return true;
}

void EventMachine::Wait(const NoveltyReport& report, const Moment& moment) {
  if (report.score < options_.begin_score || cooling_ > 0 || settling_ > 0) return;
  state_ = State::kRising;
  quiet_ = lasted_ = 0;
  event_ = {.begin = moment.time,
            .peak_time = moment.time,
            .end = moment.time,
            .last = moment.time,
            .peak = report.score,
            .place = report.place};
}

void EventMachine::Follow(const NoveltyReport& report, const Moment& moment,
                          NoveltyObserver* observer) {
  event_.last = moment.time;
  lasted_ += moment.passed;
  quiet_ = report.score < options_.end_score ? quiet_ + moment.passed : 0;
  if (quiet_ == 0) event_.end = moment.time;
  const bool higher = report.score > event_.peak;
  if (higher) {
    event_.peak = report.score;
    event_.peak_time = moment.time;
    event_.place = report.place;
  }
  if (state_ == State::kRising) {
    // Two scores that are high with nothing between them are no event that lasts.
    if (quiet_ > 0) {
      state_ = State::kWaiting;
    } else if (lasted_ >= options_.least_seconds) {
      state_ = State::kUnderWay;
      event_.number = ++told_;
      if (observer != nullptr) observer->OnBegin(event_);
    }
    return;
  }
  if (higher && observer != nullptr) observer->OnPeak(event_);
  if (quiet_ >= options_.quiet_seconds) End(observer);
}

void EventMachine::End(NoveltyObserver* observer) {
  if (state_ == State::kUnderWay) {
    cooling_ = options_.cooldown_seconds;
    if (observer != nullptr) observer->OnEnd(event_);
  }
  state_ = State::kWaiting;
}

void EventMachine::ExchangeState(StateArchive& archive) {
  const auto state = static_cast<size_t>(state_);
  state_ = static_cast<State>(archive.Count("state", state, static_cast<size_t>(State::kUnderWay)));
  archive.Number("learned_seconds", learned_seconds_);
  archive.Number("quiet", quiet_);
  archive.Number("lasted", lasted_);
  archive.Number("cooling", cooling_);
  archive.Number("settling", settling_);
  archive.Number("told", told_);
  archive.Number("number", event_.number);
  for (auto [name, time] :
       {std::pair("begin", &event_.begin), std::pair("peak_time", &event_.peak_time),
        std::pair("end", &event_.end), std::pair("last", &event_.last)}) {
    int64_t ticks = time->count();
    archive.Number(name, ticks);
    *time = Duration(ticks);
  }
  archive.Number("peak", event_.peak);
  auto row = static_cast<uint64_t>(event_.place.row);
  auto column = static_cast<uint64_t>(event_.place.column);
  archive.Number("row", row);
  archive.Number("column", column);
  event_.place = {static_cast<size_t>(row), static_cast<size_t>(column)};
  for (const double seconds : {learned_seconds_, quiet_, lasted_, cooling_, settling_}) {
    if (!(seconds >= 0)) return archive.Refuse("learned_seconds", "is no time");
  }
  if (!std::isfinite(event_.peak)) archive.Refuse("peak", "is not finite");
}

}  // namespace hypnos
