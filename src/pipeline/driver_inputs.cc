// What comes from outside: told to who records it, or taken from a recording.
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "pipeline/driver.h"

namespace hypnos {
namespace {

bool IsOfStreams(const PipelineInput& input) {
  return std::holds_alternative<FrameTaken>(input) || std::holds_alternative<StreamEnded>(input);
}

bool IsCommand(const PipelineInput& input) {
  return !IsOfStreams(input) && !std::holds_alternative<ClockEndedPhase>(input);
}

// Whether the time may have ended a phase so.
bool MayEnd(bool asleep, PhaseCause cause) {
  if (cause == PhaseCause::kHours) return true;
  return cause == (asleep ? PhaseCause::kFrames : PhaseCause::kQuiet);
}

}  // namespace

void Pipeline::Driver::SetInputObserver(InputObserver* observer) {
  input_observer_ = observer;
  if (network_) {
    Tell(StateReplaced{.begins = true, .control = this});
  } else {
    if (!learning_on_) Tell(LearningSwitched{false});
    if (live_label_) Tell(LabelOrdered{"", live_label_});
  }
  if (held_) Tell(LearningHeld{true});
}

void Pipeline::Driver::Tell(const PipelineInput& input) {
  if (input_observer_ != nullptr) input_observer_->OnInput(moment_, input);
}

Result<FrameOrEnd> Pipeline::Driver::Told(const Stream& stream, Result<FrameOrEnd> next) {
  if (input_observer_ == nullptr) return next;
  if (next.ok() && std::holds_alternative<Frame>(*next)) {
    // Lent, and taken back: a copy would be of the whole picture.
    PipelineInput input = FrameTaken{stream.name, std::get<Frame>(*std::move(next))};
    Tell(input);
    return FrameOrEnd(std::get<FrameTaken>(std::move(input)).frame);
  }
  Tell(StreamEnded{stream.name, next.ok() ? std::nullopt : std::optional(next.error())});
  return next;
}

// Only here is it noticed that it is to stop, so that a replay can stop at the same place.
void Pipeline::Driver::RunCommands() {
  const uint64_t switches = phase_switches_;
  commands_.RunAll(*this);
  if (script_ != nullptr) FollowCommands();
  // Asleep nothing else would find it, and a sleep may have no end.
  if (script_ != nullptr && schedule_.asleep() && next_input_ && !follow_error_ &&
      next_input_->moment < moment_) {
    DivergeFrom("what should have come before");
  }
  // What is asked for next is asked for in another phase, after what that begins with.
  if (phase_switches_ != switches) {
    ++moment_;
    if (script_ != nullptr) FollowStop();
  }
  // It says no more, and what it said was of a sleep that may have no end.
  const bool over = script_ != nullptr && schedule_.asleep() && !follow_error_ && !ReadScript();
  if (over) stopped_ = true;
  stopping_ = stopped_;
}

Result<RunSummary> Pipeline::Driver::Replay(InputScript& script) {
  script_ = &script;
  Result<RunSummary> result = Run();
  while (result.ok()) {
    // The end of the run, then what came when all streams had ended: another stream perhaps.
    FollowCommands();
    FollowCommands();
    // Read in any case: behind the stop stands what the weights have to be.
    if (!ReadScript() || stopped_) break;
    // Also without streams: who waits at the end runs once more when it is told to stop.
    const bool idle = !has_streams();
    const uint64_t followed = followed_;
    result = Run();
    if (idle && followed_ == followed && next_input_) break;
  }
  if (result.ok() && !stopped_ && ReadScript()) DivergeFrom("what comes after the end");
  script_ = nullptr;
  if (result.ok() && follow_error_) return *follow_error_;
  return result;
}

// Whether there is a next one; what cannot be read ends the run.
bool Pipeline::Driver::ReadScript() {
  if (next_input_ || follow_error_) return next_input_.has_value();
  auto next = script_->Next();
  if (!next.ok()) {
    Diverge(next.error());
    return false;
  }
  next_input_ = *std::move(next);
  if (next_input_) ++followed_;
  return next_input_.has_value();
}

void Pipeline::Driver::Diverge(Error error) {
  follow_error_ = std::move(error);
  stopped_ = true;
}

void Pipeline::Driver::DivergeFrom(const char* what) {
  Diverge({Code::kDataLoss, "REPLAY_DIVERGED",
           Format("the recording does not fit this run: at moment {} it says {}, which cannot be "
                  "here; the configuration or the program is another one, or something is missing",
                  next_input_->moment, what)});
}

void Pipeline::Driver::FollowCommands() {
  while (!follow_error_ && ReadScript() && IsCommand(next_input_->input) &&
         next_input_->moment <= moment_) {
    if (next_input_->moment < moment_) return DivergeFrom("what should have come before");
    const PipelineInput input = std::move(next_input_->input);
    const char* const refused =
        std::visit([this](const auto& command) { return Do(command); }, input);
    if (refused != nullptr) return DivergeFrom(refused);
    next_input_.reset();
    // What comes then comes when the run has ended.
    if (std::holds_alternative<RunEnded>(input)) return;
  }
}

void Pipeline::Driver::FollowStop() {
  if (follow_error_ || !ReadScript() || next_input_->moment != moment_) return;
  if (std::holds_alternative<RunEnded>(next_input_->input)) FollowCommands();
}

void Pipeline::Driver::FollowClock(bool may_sleep) {
  if (follow_error_ || !ReadScript() || next_input_->moment != moment_) return;
  const auto* ended = std::get_if<ClockEndedPhase>(&next_input_->input);
  if (ended == nullptr) return;
  const PhaseCause cause = ended->cause;
  if (!MayEnd(schedule_.asleep(), cause) || (!schedule_.asleep() && !may_sleep)) {
    return DivergeFrom("that the time ended the phase");
  }
  next_input_.reset();
  schedule_.Follow(cause);
  Tell(ClockEndedPhase{cause});
  SwitchPhase();
  ++moment_;
}

void Pipeline::Driver::FollowLook() {
  if (!StreamIsNext()) return;
  const Status taken = FollowStream();
  if (!taken.ok()) return Diverge(taken.error());
  ++moment_;
}

const char* Pipeline::Driver::Do(const StreamAdded& added) {
  const Stream* before = Find(added.stream);
  const bool awaited = before != nullptr && before->awaited;
  if (before != nullptr && !awaited && !before->ended()) return "that a source came which is there";
  // Nobody fills it: frames come from the script.
  script_queues_.push_back(std::make_unique<FrameQueue>(1, OnFull::kBlock));
  AddStream(
      {.name = added.stream, .queue = script_queues_.back().get(), .continues = added.continues});
  return nullptr;
}

const char* Pipeline::Driver::Do(const StreamRemoved& removed) {
  return RemoveStream(removed.stream) ? nullptr : "that a source went which is not there";
}

const char* Pipeline::Driver::Do(const LearningSwitched& learning) {
  const auto switched = SetLearning(learning.on);
  return switched.ok() && *switched ? nullptr : "that learning was switched";
}

const char* Pipeline::Driver::Do(const LearningHeld& learning) {
  return HoldLearning(learning.hold) ? nullptr : "that learning was held";
}

const char* Pipeline::Driver::Do(const SleepOrdered& sleep) {
  const auto slept = SleepNow(sleep.steps);
  return slept.ok() && *slept ? nullptr : "that it fell asleep";
}

const char* Pipeline::Driver::Do(const WakeOrdered& wake) {
  const bool woke = wake.after_dream ? WakeAfterDream() : WakeNow();
  return woke ? nullptr : "that it was woken";
}

const char* Pipeline::Driver::Do(const LabelOrdered& label) {
  return SetLabel(label.label, label.stream) ? nullptr : "that a source was labelled";
}

const char* Pipeline::Driver::Do(const NoveltyJudged& judged) {
  if (Find(judged.stream) == nullptr)
    return "that an event of a source was judged that is not there";
  // Which events there are hangs on every threshold and on the last bits of scores; a verdict
  // changes no weight. One on an event that this run has not is passed over.
  JudgeNovelty(judged.stream, judged.event,
               judged.confirmed ? Verdict::kConfirmed : Verdict::kDismissed);
  return nullptr;
}

const char* Pipeline::Driver::Do(const GuardResumed& resumed) {
  const auto changed = ResumeLearning(resumed.full_rate);
  return changed.ok() && *changed ? nullptr : "that learning was resumed";
}

const char* Pipeline::Driver::Do(const RunEnded& run) {
  if (run.stopped) stopped_ = true;
  return nullptr;
}

const char* Pipeline::Driver::Do(const StateReplaced& replaced) {
  const bool fresh = !network_ && streams_.empty();
  if (!replaced.state || (replaced.begins && !fresh)) return "that a state was replaced";
  const Status done = replaced.begins ? Load(*replaced.state) : RestoreState(*replaced.state);
  if (!done.ok()) {
    Diverge({Code::kDataLoss, "STATE_DOES_NOT_FIT",
             "the state that the recording goes on from does not fit: " + done.error().message});
  } else if (replaced.begins) {
    Tell(StateReplaced{.begins = true, .control = this});
  }
  return nullptr;
}

const char* Pipeline::Driver::Do(const FrameTaken&) { return "that a frame was a command"; }

const char* Pipeline::Driver::Do(const StreamEnded&) { return "that an end was a command"; }

const char* Pipeline::Driver::Do(const ClockEndedPhase&) { return "that the time was a command"; }

bool Pipeline::Driver::StreamIsNext() {
  return !follow_error_ && ReadScript() && IsOfStreams(next_input_->input) &&
         next_input_->moment == moment_;
}

Result<bool> Pipeline::Driver::FollowTurn() {
  if (StreamIsNext()) {
    HYPNOS_RETURN_IF_ERROR(FollowStream());
    return true;
  }
  if (!next_input_) {
    // It says no more, or cannot be read on.
    stopped_ = true;
    return false;
  }
  // No frame had come yet, and something else was done first. Where nothing is left to be done, it
  // never comes.
  const uint64_t idle = moment_ + followed_;
  if (next_input_->moment < moment_ || idle_ == idle) DivergeFrom("what comes at another time");
  idle_ = idle;
  return false;
}

// Precondition: StreamIsNext.
Status Pipeline::Driver::FollowStream() {
  auto* taken = std::get_if<FrameTaken>(&next_input_->input);
  auto* ended = std::get_if<StreamEnded>(&next_input_->input);
  HYPNOS_CHECK(taken != nullptr || ended != nullptr);
  Stream* stream = Find(taken != nullptr ? taken->stream : ended->stream);
  if (stream == nullptr || stream->ended()) {
    DivergeFrom("something of a source that is not there");
    return {};
  }
  Result<FrameOrEnd> next = FrameOrEnd(EndOfStream{});
  if (taken != nullptr) {
    next = FrameOrEnd(std::move(taken->frame));
  } else if (ended->error) {
    next = *ended->error;
  }
  next_input_.reset();
  return Take(*stream, std::move(next));
}

}  // namespace hypnos
