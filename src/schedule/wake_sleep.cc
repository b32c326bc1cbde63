#include "hypnos/schedule/wake_sleep.h"

#include "hypnos/base/check.h"

namespace hypnos {

const char* ToString(PhaseCause cause) {
  switch (cause) {
    case PhaseCause::kStart:
      return "start";
    case PhaseCause::kSteps:
      return "steps";
    case PhaseCause::kCommand:
      return "command";
    case PhaseCause::kHours:
      return "hours";
    case PhaseCause::kNeed:
      return "need";
    case PhaseCause::kQuiet:
      return "quiet";
    case PhaseCause::kRecovered:
      return "recovered";
    case PhaseCause::kOverslept:
      return "overslept";
    case PhaseCause::kFinished:
      return "finished";
    case PhaseCause::kFrames:
      return "frames";
    case PhaseCause::kLongest:
      return "longest";
  }
  return "unknown";
}

uint64_t WakeSleep::length() const {
  if (!asleep_) return by_count() ? options_.wake_steps : 0;
  if (asked_ > 0) return asked_;
  if (cause_ == PhaseCause::kSteps) return options_.sleep_steps;
  if (cause_ == PhaseCause::kCommand && options_.sleep_steps > 0) return options_.sleep_steps;
  return cause_ == PhaseCause::kNeed ? options_.longest_need_steps : options_.longest_sleep_steps;
}

void WakeSleep::SleepNow(uint64_t steps) {
  HYPNOS_CHECK(!asleep_);
  FallAsleep(PhaseCause::kCommand, steps);
}

void WakeSleep::WakeNow() {
  HYPNOS_CHECK(asleep_);
  if (in_hours_) hours_used_ = true;
  quiet_used_ = true;
  WakeUp(PhaseCause::kCommand);
}

bool WakeSleep::FallAsleep(PhaseCause cause, uint64_t asked) {
  asleep_ = true;
  cause_ = cause;
  step_ = 0;
  asked_ = asked;
  return true;
}

bool WakeSleep::WakeUp(PhaseCause cause) {
  ++sleeps_;
  asleep_ = false;
  cause_ = cause;
  step_ = asked_ = 0;
  return true;
}

bool WakeSleep::OnStep(bool may_sleep) {
  const uint64_t length = this->length();
  if (length == 0 || step_ < length) ++step_;
  if (length == 0 || step_ < length) return false;
  if (!asleep_) return may_sleep && FallAsleep(PhaseCause::kSteps);
  const bool by_count = cause_ == PhaseCause::kSteps || asked_ > 0 ||
                        (cause_ == PhaseCause::kCommand && options_.sleep_steps > 0);
  return WakeUp(by_count ? PhaseCause::kSteps : PhaseCause::kLongest);
}

bool WakeSleep::OnProbe(const ProbeSignals& signals, bool finished, bool may_sleep) {
  const SleepNeed& need = options_.need;
  if (!asleep_) {
    const bool long_enough = step_ >= options_.least_wake_steps;
    return may_sleep && long_enough && NeedsSleep(need, signals) && FallAsleep(PhaseCause::kNeed);
  }
  if (options_.wake_when_finished && finished) return WakeUp(PhaseCause::kFinished);
  if (HasOverslept(need, signals)) return WakeUp(PhaseCause::kOverslept);
  const bool enough = cause_ == PhaseCause::kNeed && HasRecovered(need, signals);
  return enough && WakeUp(PhaseCause::kRecovered);
}

bool WakeSleep::OnTime(WallTime now, Duration quiet_for, bool may_sleep) {
  in_hours_ = options_.hours && options_.hours->Contains(now);
  const bool quiet = options_.quiet > Duration::zero() && quiet_for >= options_.quiet;
  hours_used_ = hours_used_ && in_hours_;
  quiet_used_ = quiet_used_ && quiet;
  if (asleep_) {
    if (cause_ == PhaseCause::kHours && !in_hours_) return WakeUp(PhaseCause::kHours);
    return cause_ == PhaseCause::kQuiet && !quiet && WakeUp(PhaseCause::kFrames);
  }
  if (!may_sleep) return false;
  if (in_hours_ && !hours_used_) {
    hours_used_ = true;
    return FallAsleep(PhaseCause::kHours);
  }
  if (quiet && !quiet_used_) {
    quiet_used_ = true;
    return FallAsleep(PhaseCause::kQuiet);
  }
  return false;
}

void WakeSleep::ReturnTo(const WakeSleep& before) {
  // The sleep under way counts as none: it may come again.
  if (asleep_ && !before.asleep_) hours_used_ = quiet_used_ = false;
  asleep_ = before.asleep_;
  cause_ = before.cause_;
  step_ = before.step_;
  asked_ = before.asked_;
}

void WakeSleep::ExchangeState(StateArchive& archive) {
  archive.Number("asleep", asleep_);
  cause_ = static_cast<PhaseCause>(archive.Count("cause", static_cast<size_t>(cause_),
                                                 static_cast<size_t>(PhaseCause::kLongest)));
  archive.Number("step", step_);
  archive.Number("asked", asked_);
  archive.Number("sleeps", sleeps_);
  archive.Number("in_hours", in_hours_);
  archive.Number("hours_used", hours_used_);
  archive.Number("quiet_used", quiet_used_);
}

}  // namespace hypnos
