#include <algorithm>
#include <utility>

#include "hypnos/base/check.h"
#include "pipeline/driver.h"
#include "pipeline/probe_signals.h"

namespace hypnos {

void Pipeline::Driver::SwitchPhase() {
  ++phase_switches_;
  if (!ended_) flow_->Drain();
  recalled_.reset();
  PhaseReport report = PhaseNow();
  report.asleep ? FallAsleep(report) : WakeUp(report);
}

// But for the layers' contrast.
PhaseReport Pipeline::Driver::PhaseNow() const {
  PhaseReport report;
  report.asleep = schedule_.asleep();
  report.cause = schedule_.cause();
  report.sleeps = schedule_.sleeps();
  report.phase = PositionAfter(0);
  return report;
}

void Pipeline::Driver::FallAsleep(PhaseReport& report) {
  // A sleep by count is one of many, before each of which the probe set would cost more than it
  // tells.
  const bool by_count = schedule_.cause() == PhaseCause::kSteps;
  if (!by_count && learned_since_probe_ > 0 && probes_.ready()) {
    ScoreProbes(ProbeReason::kBeforeSleep);
  }
  unheeded_.reset();
  sleep_ = {.number = schedule_.sleeps() + 1, .began = schedule_.cause()};
  sleep_.before = summary_.probes.last;
  fell_asleep_ = clock_.Now();
  if (streams_.size() == 1) streams_.front()->held_out_since_learning = false;
  network_->FallAsleep(between_phases_);
  TellPhase(report);
}

void Pipeline::Driver::WakeUp(PhaseReport& report) {
  network_->WakeUp(between_phases_);
  sleep_.ended = schedule_.cause();
  sleep_.took = clock_.Now() - fell_asleep_;
  TellPhase(report);
  ProbeAfterSleep();
  observer_.OnSleep(sleep_);
}

void Pipeline::Driver::TellPhase(PhaseReport& report) {
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    report.contrast.push_back(network_->contrast(l));
  }
  summary_.sleeps = schedule_.sleeps();
  wake_after_dream_ = false;
  // The dream beside held-out frames was overwritten by those of the sleep; and what the layers are
  // is not what it left from.
  for (const auto& stream : streams_) stream->negative_lane.CutBeside();
  TellQueues();
  observer_.OnPhase(report);
}

// Of what cannot wait, more may wait while nobody takes it.
void Pipeline::Driver::TellQueues() {
  const size_t room = options_.while_asleep == WhileAsleep::kWait ? options_.asleep_frames : 0;
  for (const auto& stream : streams_) {
    if (!stream->ended() && stream->queue->may_drop()) {
      stream->queue->SetAsleep(schedule_.asleep(), room);
    }
  }
}

Duration Pipeline::Driver::QuietFor() const {
  const bool news = std::ranges::any_of(
      streams_, [](const auto& stream) { return !stream->ended() && stream->queue->has_news(); });
  return news || looked_ ? Duration::zero() : clock_.Now() - last_frame_;
}

void Pipeline::Driver::HeedSchedule() {
  if (!has_phases() || !network_) return;
  // Without streams there is nothing to be awake for, nor anybody to wake it.
  const bool may_sleep = MaySleep().ok() && has_streams();
  if (const auto probed = std::exchange(unheeded_, {})) {
    ++moment_;
    const bool finished = HasFinished(*probed, *network_);
    if (schedule_.OnProbe(SignalsOf(*probed), finished, may_sleep)) SwitchPhase();
  }
  if (script_ != nullptr) return FollowClock(may_sleep);
  if (!schedule_.watches_clock()) return;
  const bool ended = schedule_.OnTime(clock_.WallNow(), QuietFor(), may_sleep);
  looked_ = false;
  if (!ended) return;
  Tell(ClockEndedPhase{schedule_.cause()});
  SwitchPhase();
  ++moment_;
}

// Each look for commands has a moment of its own, or follows the one before at once: so a replay
// knows which of them a command came at.
void Pipeline::Driver::Sleep() {
  while (true) {
    RunCommands();
    if (stopping_ || !schedule_.asleep()) return;
    ++moment_;
    if (!recalled_) {
      ProbeIfDue();
      HeedGuard();
      HeedSchedule();
      if (!schedule_.asleep()) return;
      BeginRecall();
    }
    GoOnSleeping();
    if (stopping_) return;
    if (wake_after_dream_ && schedule_.asleep() && !recalled_) Awaken();
    ++moment_;
    // What is to be decided next is decided awake, after a frame or without one.
    if (!schedule_.asleep()) return;
  }
}

// One for each dreamed frame, of whoever's turn it is: many cameras must not make a long sleep.
// What can wait waits.
void Pipeline::Driver::LookWhileAsleep() {
  if (script_ != nullptr) return FollowLook();
  if (options_.while_asleep != WhileAsleep::kLook && !remembers_asleep()) return;
  for (size_t tried = 0; tried < streams_.size(); ++tried) {
    Stream& stream = *streams_[look_turn_++ % streams_.size()];
    if (stream.ended() || !stream.queue->may_drop()) continue;
    auto next = stream.queue->TryPop();
    if (!next) continue;
    looked_ = true;
    // It begins and ends as it does awake. With a network, no error is the run's.
    [[maybe_unused]] const Status taken = Take(stream, *std::move(next));
    HYPNOS_CHECK(taken.ok());
    ++moment_;
    return;
  }
}

// Brings the replay lane to where a sequence began.
void Pipeline::Driver::BeginRecall() {
  recalled_ = {.sequence = memories_.sequences.Draw(replay_rng_), .frames = 0};
  flow_->Drain();
  memories_.replay_residuals.Clear();
  network_->Restore(Lane::kReplay, replay_ticks_,
                    memories_.sequences.StateBefore(recalled_->sequence));
}

// To the end of the dream under way. What is asked for, and what is to be saved, has its place
// between any two frames.
void Pipeline::Driver::GoOnSleeping() {
  while (recalled_) {
    RunCommands();
    if (stopping_ || !schedule_.asleep() || !recalled_) return;
    ++moment_;
    if (recalled_->frames < options_.memory.context_frames) {
      RecallFrame();
    } else if (!DreamFrame()) {
      recalled_.reset();
    }
  }
}

// Looks at the next frame of the context, without learning.
void Pipeline::Driver::RecallFrame() {
  for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
    SubmitReplayStep(recalled_->sequence, recalled_->frames, hold);
  }
  ++recalled_->frames;
}

// False: the dream is at its end.
bool Pipeline::Driver::DreamFrame() {
  const auto [sequence, frames] = *recalled_;
  const auto frame = static_cast<int64_t>(frames - options_.memory.context_frames);
  if (frame == options_.dream_steps) return false;
  const bool labelled =
      contrasts_labels() && memories_.sequences.Label(sequence, frames).has_value();
  if (frame == 0) sleeping_lane_.Begin(choice_.Draw(remembered_, labelled, false), sequence);
  // Where nobody said any longer what was seen, right and wrong labels are the same.
  if (IsWrongLabel(sleeping_lane_.kind()) && !labelled) return false;
  ++recalled_->frames;
  for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
    SubmitDreamStep(sequence, frame, hold);
    CountLearnedStep();
    ++sleep_.steps;
    if (schedule_.OnStep()) {
      SwitchPhase();
      return true;
    }
  }
  LookWhileAsleep();
  return true;
}

void Pipeline::Driver::SubmitReplayStep(size_t sequence, size_t frame, int hold) {
  Step& step = flow_->NextStep();
  step.has_dream = step.has_labelled = false;
  step.asleep = true;
  step.judged = step.kept_back = false;
  FillReplay(step, sequence, frame, hold);
  flow_->Submit();
}

// A dream, or what stands for it, goes on; where sleep rehearses, so does what really came then.
void Pipeline::Driver::SubmitDreamStep(size_t sequence, int64_t frame, int hold) {
  Step& step = flow_->NextStep();
  step.has_real = step.has_labelled = false;
  step.asleep = true;
  step.judged = step.kept_back = false;
  step.first_of_frame = hold == 0;
  step.last_of_frame = hold + 1 == options_.steps_per_frame;
  sleeping_lane_.Fill(*negatives_, Lane::kReplay, replay_ticks_, frame, hold, step);
  if (rehearses()) {
    FillReplay(step, sequence, options_.memory.context_frames + static_cast<size_t>(frame), hold);
    step.real.phase = Phase::kPositive;
    // A layer learns from both or from neither.
    step.real.age = step.dream.age;
    if (step.mislabels_negative()) {
      step.real.label = step.label = memories_.sequences.Label(sequence, step.replayed.frame);
      step.real.label_is_new = true;
    }
  }
  step.phase = PositionAfter(1);
  flow_->Submit();
}

void Pipeline::Driver::FillReplay(Step& step, size_t sequence, size_t frame, int hold) {
  step.has_real = true;
  step.learn = false;
  step.first_of_frame = hold == 0;
  step.last_of_frame = hold + 1 == options_.steps_per_frame;
  step.replayed = {sequence, frame};
  Tick& tick = step.real;
  tick.lane = Lane::kReplay;
  tick.label.reset();
  tick.label_is_new = false;
  tick.number = ++replay_ticks_;
  tick.start = TickStart::kContinue;
  tick.age = 0;
  tick.phase = Phase::kLook;
  tick.compare = step.first_of_frame && frame > 0;
  tick.learn_generator = false;
  tick.predict = step.last_of_frame;
}

}  // namespace hypnos
