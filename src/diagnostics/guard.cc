#include "hypnos/diagnostics/guard.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// Below this nothing would be learned any more.
constexpr double kLowestRateFactor = 1e-6;

std::string Because(const GuardDecision& decision) {
  return decision.sign ? ToString(*decision.sign) : "";
}

void Exchange(StateArchive& archive, std::string_view name, std::optional<HealthSign>& sign) {
  const StateArchive::Scope scope(archive, name);
  bool is_there = sign.has_value();
  archive.Number("is_there", is_there);
  if (archive.loading()) sign = is_there ? std::optional(HealthSign()) : std::nullopt;
  if (sign) sign->ExchangeState(archive);
}

}  // namespace

std::string ToString(const GuardDecision& decision) {
  const std::string attempt = Format("attempt {} of {}, at {:.3g} times the learning rate",
                                     decision.attempt, decision.attempts, decision.rate_factor);
  const std::string back =
      decision.back_to_steps
          ? Format("rolled back to what was learned in {} steps", *decision.back_to_steps)
          : "";
  switch (decision.event) {
    case GuardEvent::kRolledBack:
      return Format("{}; {}; {}", Because(decision), back, attempt);
    case GuardEvent::kGaveUp:
      return Format(
          "{}; {}, and learning has stopped: {} attempts were not enough; choose a lower "
          "learning.rate, or resume with `hypnosctl guard resume`",
          Because(decision), back, decision.attempts);
    case GuardEvent::kNothingToGoBackTo:
      return Format(
          "{}; there is no good state to go back to, or no memory for it, so that learning has "
          "stopped: restore a checkpoint from before and resume with `hypnosctl guard resume`, or "
          "begin anew with a lower learning.rate",
          Because(decision));
    case GuardEvent::kCannotKeep:
      return "the good state is larger than guard.good_state_mebibytes, or than there is memory: "
             "there is none to go back to but an older one, if any";
    case GuardEvent::kRecovered:
      return Format(
          "sound for long: attempts count from 0 again, at {:.3g} times the learning "
          "rate",
          decision.rate_factor);
    case GuardEvent::kResumed:
      return Format("resumed by a command, at {:.3g} times the learning rate",
                    decision.rate_factor);
    case GuardEvent::kNeverSound:
      return Format(
          "{}; it has not been sound by the margin since the beginning, so that it does not count: "
          "the layer may be unable to learn this with these options, or the limit may be too "
          "strict",
          Because(decision));
  }
  HYPNOS_CHECK(false);
  return "";
}

void GuardDecision::ExchangeState(StateArchive& archive) {
  event =
      static_cast<GuardEvent>(archive.Count("event", static_cast<size_t>(event), kGuardEvents - 1));
  int64_t nanoseconds = time.time_since_epoch().count();
  archive.Number("time_ns", nanoseconds);
  time = WallTime(Duration(nanoseconds));
  archive.Number("frames", frames);
  archive.Number("steps", steps);
  Exchange(archive, "sign", sign);
  archive.Number("attempt", attempt);
  archive.Number("attempts", attempts);
  archive.Number("rate_factor", rate_factor);
  archive.Number("back_to_steps", back_to_steps);
}

Guard::Guard(const GuardOptions& options) : options_(options), health_(options.limits) {
  status_.enabled = options.enabled;
  status_.attempts = options.attempts;
}

void Guard::Remember(GuardEvent event, const Moment& now, std::optional<HealthSign> sign) {
  GuardDecision decision = {.event = event,
                            .time = now.time,
                            .frames = now.frames,
                            .steps = now.steps,
                            .sign = sign,
                            .attempt = status_.attempt,
                            .attempts = options_.attempts,
                            .rate_factor = status_.rate_factor};
  if (event == GuardEvent::kRolledBack || event == GuardEvent::kGaveUp) {
    decision.back_to_steps = status_.good_steps;
  }
  status_.decisions.push_back(decision);
  if (status_.decisions.size() > kDecisions) status_.decisions.pop_front();
  news_.push_back(decision);
  if (news_.size() > kDecisions) news_.pop_front();
}

Guard::Next Guard::OnScored(const Scored& scored, const Moment& now) {
  if (!options_.enabled || stopped() || alarmed()) return Next::kNothing;
  ++status_.judged;
  const HealthVerdict verdict = health_.Judge(scored.figures, scored.weights, scored.judge_auc);
  status_.sign = verdict.sign;
  for (const HealthSign& sign : verdict.in_vain) Remember(GuardEvent::kNeverSound, now, sign);
  if (verdict.sign) {
    ++status_.alarms;
    alarm_ = verdict.sign;
    return Next::kDecide;
  }
  MayRecover(now);
  const bool is_due =
      verdict.is_first || !status_.good_steps || steps_since_kept_ >= options_.keep_every_steps;
  const bool keeps = scored.may_keep && verdict.by_a_margin && options_.good_state_bytes > 0;
  return keeps && is_due ? Next::kKeep : Next::kNothing;
}

void Guard::MayRecover(const Moment& now) {
  const bool is_over = options_.recover_steps > 0 && sound_steps_ >= options_.recover_steps;
  if (status_.attempt == 0 || !is_over) return;
  status_.attempt = 0;
  Remember(GuardEvent::kRecovered, now);
}

void Guard::ExchangeHealth(StateArchive& archive) {
  const StateArchive::Scope scope(archive, "health");
  health_.ExchangeState(archive);
}

void Guard::TakeOver(const Guard& saved) {
  health_ = saved.health_;
  alarm_.reset();
  status_.sign.reset();
  status_.good_steps = saved.status_.good_steps;
  steps_since_kept_ = saved.steps_since_kept_;
}

void Guard::NoteKept(uint64_t steps) {
  status_.good_steps = steps;
  steps_since_kept_ = 0;
  cannot_keep_ = false;
}

// Told once; tried again when it is due again.
void Guard::NoteCannotKeep(const Moment& now) {
  steps_since_kept_ = 0;
  if (std::exchange(cannot_keep_, true)) return;
  Remember(GuardEvent::kCannotKeep, now);
}

void Guard::Decide(bool rolled_back, const Moment& now) {
  HYPNOS_CHECK(alarmed());
  const std::optional<HealthSign> sign = std::exchange(alarm_, std::nullopt);
  sound_steps_ = 0;
  if (!rolled_back) {
    status_.stopped = true;
    return Remember(GuardEvent::kNothingToGoBackTo, now, sign);
  }
  steps_since_kept_ = 0;
  if (status_.attempt >= options_.attempts) {
    status_.stopped = true;
    return Remember(GuardEvent::kGaveUp, now, sign);
  }
  ++status_.attempt;
  status_.rate_factor = std::max(kLowestRateFactor, status_.rate_factor * options_.rate_factor);
  Remember(GuardEvent::kRolledBack, now, sign);
}

bool Guard::Resume(bool full_rate, const Moment& now) {
  const bool changes = stopped() || status_.attempt > 0 || (full_rate && rate_factor() < 1);
  if (!changes) return false;
  status_.stopped = false;
  status_.attempt = 0;
  if (full_rate) status_.rate_factor = 1;
  Remember(GuardEvent::kResumed, now);
  return true;
}

std::optional<GuardDecision> Guard::TakeNews() {
  if (news_.empty()) return std::nullopt;
  const GuardDecision oldest = news_.front();
  news_.pop_front();
  return oldest;
}

void Guard::ExchangeState(StateArchive& archive) {
  ExchangeHealth(archive);
  archive.Number("stopped", status_.stopped);
  archive.Number("attempt", status_.attempt);
  archive.Number("rate_factor", status_.rate_factor);
  archive.Number("judged", status_.judged);
  archive.Number("alarms", status_.alarms);
  archive.Number("good_steps", status_.good_steps);
  archive.Number("sound_steps", sound_steps_);
  archive.Number("steps_since_kept", steps_since_kept_);
  archive.Number("cannot_keep", cannot_keep_);
  Exchange(archive, "sign", status_.sign);
  Exchange(archive, "alarm", alarm_);
  const bool is_a_share = status_.rate_factor > 0 && status_.rate_factor <= 1;
  if (!is_a_share) archive.Refuse("rate_factor", "is no share");
  const size_t decisions = archive.Count("decisions", status_.decisions.size(), kDecisions);
  if (archive.loading()) status_.decisions.resize(decisions);
  for (size_t i = 0; i < decisions; ++i) {
    const StateArchive::Scope scope(archive, Format("decision.{}", i));
    status_.decisions[i].ExchangeState(archive);
  }
}

}  // namespace hypnos
