#include "pipeline/driver.h"

namespace hypnos {

void Pipeline::Driver::SwitchPhase() {
  if (!ended_) flow_->Drain();
  PhaseReport report;
  report.asleep = schedule_.asleep();
  report.sleeps = schedule_.sleeps();
  report.phase = PositionAfter(0);
  if (report.asleep) {
    if (streams_.size() == 1) streams_.front()->held_out_since_learning = false;
    network_->FallAsleep(between_phases_);
  } else {
    network_->WakeUp(between_phases_);
  }
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    report.contrast.push_back(network_->layer(l).contrast());
  }
  summary_.sleeps = schedule_.sleeps();
  wake_after_dream_ = false;
  // The dream beside held-out frames was overwritten by those of the sleep; and what the layers are
  // is not what it left from.
  for (const auto& stream : streams_) stream->negative_lane.CutBeside();
  observer_.OnPhase(report);
  if (!report.asleep) ProbeAfterSleep();
}

void Pipeline::Driver::Sleep() {
  while (schedule_.asleep() && !stopped_) {
    ProbeIfDue();
    const size_t sequence = memories_.sequences.Draw(replay_rng_);
    Recall(sequence);
    Dream(sequence);
    if (wake_after_dream_ && schedule_.asleep()) WakeNow();
  }
}

// Brings the replay lane to where the sequence's context ends, without learning.
void Pipeline::Driver::Recall(size_t sequence) {
  flow_->Drain();
  memories_.replay_residuals.Clear();
  network_->Restore(Lane::kReplay, replay_ticks_, memories_.sequences.StateBefore(sequence));
  for (size_t frame = 0; frame < options_.memory.context_frames; ++frame) {
    commands_.RunAll(*this);
    if (!schedule_.asleep()) return;
    for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
      SubmitReplayStep(sequence, frame, hold);
    }
  }
}

void Pipeline::Driver::Dream(size_t sequence) {
  const auto labelled = [&](int64_t frame) {
    return memories_.sequences
        .Label(sequence, options_.memory.context_frames + static_cast<size_t>(frame))
        .has_value();
  };
  sleeping_lane_.Begin(choice_.Draw(remembered_, contrasts_labels() && labelled(0)), sequence);
  const bool mislabels = IsWrongLabel(sleeping_lane_.kind());
  for (int64_t frame = 0; frame < options_.dream_steps && !stopped_; ++frame) {
    commands_.RunAll(*this);
    if (!schedule_.asleep()) return;
    // Where nobody said any longer what was seen, right and wrong labels are the same.
    if (mislabels && !labelled(frame)) return;
    for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
      SubmitDreamStep(sequence, frame, hold);
      CountLearnedStep();
      if (schedule_.OnStep()) return SwitchPhase();
    }
  }
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
