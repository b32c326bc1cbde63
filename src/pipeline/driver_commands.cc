#include <algorithm>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "pipeline/copy_look.h"
#include "pipeline/driver.h"

namespace hypnos {
namespace {

Error GuardStopped() {
  return {Code::kFailedPrecondition, "GUARD_STOPPED_LEARNING",
          "the guard has stopped learning (`hypnosctl guard status` says why); `hypnosctl guard "
          "resume` goes on"};
}

}  // namespace

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
  if (on && guard_.stopped()) return GuardStopped();
  if (on == learning_on_) return false;
  SwitchLearning(learning_on_, on);
  Tell(LearningSwitched{on});
  return true;
}

bool Pipeline::Driver::HoldLearning(bool hold) {
  if (hold == held_) return false;
  SwitchLearning(held_, hold);
  Tell(LearningHeld{hold});
  return true;
}

void Pipeline::Driver::SwitchLearning(bool& which, bool to) {
  const bool before = learns();
  // What is under way still learns.
  if (flow_ && !ended_) flow_->Drain();
  which = to;
  if (learns() == before) return;
  if (!learns()) Awaken();
  for (const auto& stream : streams_) stream->switched = true;
}

Status Pipeline::Driver::MaySleep() const {
  const auto no = [](const char* reason, const char* sentence) {
    return Error{Code::kFailedPrecondition, reason, sentence};
  };
  if (!has_phases()) return no("RULE_NEVER_SLEEPS", "learning.rule is one that never sleeps");
  if (ended_) return no("ENDED", "the sources have ended, and nothing runs that could sleep");
  if (!network_) return no("NO_NETWORK", "no frame has come yet, so there is no network");
  if (!learning_on_) return no("LEARNING_IS_OFF", "learning is switched off; switch it on first");
  if (guard_.stopped()) return GuardStopped();
  if (held_) {
    return no("LEARNING_STANDS_STILL", "learning stands still until a checkpoint can be saved");
  }
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
  Tell(SleepOrdered{steps});
  return true;
}

bool Pipeline::Driver::WakeNow() {
  if (!Awaken()) return false;
  Tell(WakeOrdered{.after_dream = false});
  return true;
}

bool Pipeline::Driver::Awaken() {
  if (!schedule_.asleep()) return false;
  schedule_.WakeNow();
  SwitchPhase();
  return true;
}

bool Pipeline::Driver::WakeAfterDream() {
  // After the end there is no dream under way.
  if (ended_) return WakeNow();
  if (!schedule_.asleep()) return false;
  wake_after_dream_ = true;
  Tell(WakeOrdered{.after_dream = true});
  return true;
}

bool Pipeline::Driver::SetLabel(std::optional<size_t> label, const std::string& stream) {
  if (stream.empty()) {
    live_label_ = label;
    for (const auto& each : streams_) each->live_label = label;
    Tell(LabelOrdered{stream, label});
    return true;
  }
  Stream* found = Find(stream);
  if (found == nullptr) return false;
  found->live_label = label;
  Tell(LabelOrdered{stream, label});
  return true;
}

bool Pipeline::Driver::JudgeNovelty(const std::string& stream, uint64_t event, Verdict verdict) {
  const Stream* found = Find(stream);
  if (found == nullptr || found->novelty == nullptr) return false;
  if (flow_ && !ended_) flow_->Drain();
  const bool confirmed = verdict == Verdict::kConfirmed;
  const bool known = confirmed ? found->novelty->Confirm(event) : found->novelty->Dismiss(event);
  if (known) Tell(NoveltyJudged{stream, event, confirmed});
  return known;
}

Result<const Stream*> Pipeline::Driver::StreamToLookAt(const std::string& name) const {
  if (!network_) {
    return Error{Code::kFailedPrecondition, "NO_NETWORK",
                 "no frame has come yet, so there is no network"};
  }
  if (name.empty()) {
    // The network has seen a frame of one; should that be gone, there may be none.
    const auto shown = [](const auto& stream) { return stream->real_ticks > 0; };
    const auto found = std::ranges::find_if(streams_, shown);
    if (found != streams_.end()) return found->get();
    return Error{Code::kFailedPrecondition, "NO_FRAME",
                 "none of the sources that there are has shown a frame yet"};
  }
  const Stream* stream = Find(name);
  if (stream == nullptr) {
    return Error{Code::kNotFound, "SOURCE_NOT_FOUND",
                 Format("there is no source '{}'", Printable(name))};
  }
  if (stream->real_ticks > 0) return stream;
  return Error{Code::kFailedPrecondition, "NO_FRAME",
               Format("source '{}' has shown no frame yet", Printable(name))};
}

Result<Look> Pipeline::Driver::TakeLook(const LookParts& parts, const std::string& stream) {
  HYPNOS_ASSIGN_OR_RETURN(const Stream* found, StreamToLookAt(stream));
  return LookAt(*found, parts);
}

Result<Look> Pipeline::Driver::LookAt(const Stream& stream, const LookParts& parts) try {
  if (!ended_) flow_->Drain();
  HYPNOS_ASSIGN_OR_RETURN(Look look, CopyLook({.options = options_.network,
                                               .steps_per_frame = options_.steps_per_frame,
                                               .network = *network_,
                                               .stream = stream},
                                              parts, rng_.Fork("look")));
  if (parts.dream) look.dream = DreamNow();
  return look;
} catch (const RemoteLayerError& e) {
  return e.error();
}

// Precondition: nothing is under way.
std::optional<DreamedFrame> Pipeline::Driver::DreamNow() const {
  const size_t context = options_.memory.context_frames;
  if (!schedule_.asleep() || !recalled_ || recalled_->frames <= context) return std::nullopt;
  DreamedFrame dream;
  dream.kind = ToString(sleeping_lane_.kind());
  dream.frame = static_cast<int64_t>(recalled_->frames - context) - 1;
  dream.began = sleeping_lane_.tick() - (dream.frame + 1) * options_.steps_per_frame;
  dream.input.Resize(network_->grid().frame());
  network_->grid().Average(network_->input(Lane::kDream, sleeping_lane_.tick()), dream.input);
  return dream;
}

}  // namespace hypnos
