#include "pipeline/negative_lane.h"

namespace hypnos {

NegativeLane::Place NegativeLane::NextBeside() {
  const Place place = {.frame = beside_ticks_ / steps_per_frame_ % frames_,
                       .hold = static_cast<int>(beside_ticks_ % steps_per_frame_)};
  ++beside_ticks_;
  return place;
}

void NegativeLane::Fill(const Negatives& negatives, Lane follows, int64_t fork_number,
                        int64_t frame, int hold, Step& step) {
  const int64_t beginning = negatives.Beginning(kind_, frame);
  const bool fork = frame == beginning && hold == 0;
  step.has_dream = true;
  step.negative = {kind_, frame, context_, pace_};
  step.dream_follows = fork ? follows : lane_;
  Tick& dream = step.dream;
  dream.lane = lane_;
  dream.number = ++ticks_;
  dream.start = fork ? TickStart::kFork : TickStart::kContinue;
  dream.fork_lane = follows;
  dream.fork_number = fork_number;
  dream.age = (frame - beginning) * steps_per_frame_ + hold;
  dream.phase = Phase::kNegative;
  dream.label.reset();
  dream.label_is_new = IsWrongLabel(kind_);
  // Only a dream goes on with what is expected, and its last frame leads nowhere.
  dream.predict =
      kind_ == NegativeKind::kDream && hold + 1 == steps_per_frame_ && frame + 1 < frames_;
  step.dream_step = dream.age;
}

void NegativeLane::ExchangeState(StateArchive& archive) {
  kind_ = static_cast<NegativeKind>(
      archive.Count("kind", static_cast<size_t>(kind_), kNegativeKinds - 1));
  archive.Number("context", context_);
  if (IsEncoded(kind_)) archive.Number("pace", pace_);
  archive.Number("tick", ticks_);
  archive.Number("beside", beside_ticks_);
  if (pace_ < 1 || pace_ > kMostPace) archive.Refuse("pace", "is none");
  if (ticks_ < 0 || beside_ticks_ < 0) archive.Refuse("tick", "is negative");
}

}  // namespace hypnos
