#include "pipeline/copy_look.h"
#include "pipeline/driver.h"

namespace hypnos {

PipelinePhase Pipeline::Driver::phase() const {
  return {schedule_.asleep(), PositionAfter(0), schedule_.sleeps()};
}

Result<bool> Pipeline::Driver::SetLearning(bool on) {
  // The read-out of labels learns whatever the rule.
  if (options_.network.learning.rule == LearningRule::kLooking &&
      options_.network.labels.classes == 0) {
    return Error{Code::kFailedPrecondition, "RULE_ONLY_LOOKS",
                 "learning.rule is `looking`, and without labels.classes nothing is learned that "
                 "could be switched on or off: configure another rule"};
  }
  if (on == learning_on_) return false;
  // What is under way still learns.
  if (flow_ && !ended_) flow_->Drain();
  if (!on) WakeNow();
  learning_on_ = on;
  switched_ = true;
  return true;
}

Status Pipeline::Driver::MaySleep() const {
  const auto no = [](const char* reason, const char* sentence) {
    return Error{Code::kFailedPrecondition, reason, sentence};
  };
  if (!has_phases()) return no("RULE_NEVER_SLEEPS", "learning.rule is one that never sleeps");
  if (ended_) return no("ENDED", "the sources have ended, and nothing runs that could sleep");
  if (!network_) return no("NO_NETWORK", "no frame has come yet, so there is no network");
  if (!learning_on_) return no("LEARNING_IS_OFF", "learning is switched off; switch it on first");
  if (remembered_ == 0) {
    return no("NOTHING_REMEMBERED", "nothing is remembered yet that could be dreamed of");
  }
  return {};
}

Result<bool> Pipeline::Driver::SleepNow(uint64_t steps) {
  HYPNOS_RETURN_IF_ERROR(MaySleep());
  if (schedule_.asleep()) return false;
  schedule_.SleepNow(steps);
  SwitchPhase();
  return true;
}

bool Pipeline::Driver::WakeNow() {
  if (!schedule_.asleep()) return false;
  schedule_.WakeNow();
  SwitchPhase();
  return true;
}

bool Pipeline::Driver::WakeAfterDream() {
  // After the end there is no dream under way.
  if (ended_) return WakeNow();
  if (schedule_.asleep()) wake_after_dream_ = true;
  return schedule_.asleep();
}

Result<Look> Pipeline::Driver::TakeLook(const LookParts& parts) {
  if (!network_) {
    return Error{Code::kFailedPrecondition, "NO_NETWORK",
                 "no frame has come yet, so there is no network"};
  }
  if (!ended_) flow_->Drain();
  const ResidualMemory& residuals =
      stream_.residuals.empty() ? stream_.held_out_residuals : stream_.residuals;
  return CopyLook({.options = options_.network,
                   .steps_per_frame = options_.steps_per_frame,
                   .network = *network_,
                   .encoder = *stream_.encoder,
                   .residuals = residuals,
                   .clip = stream_.clip,
                   .frame = stream_.frame,
                   .real_tick = stream_.real_ticks,
                   .compared_real = compared_real_},
                  parts, rng_.Fork("look"));
}

}  // namespace hypnos
