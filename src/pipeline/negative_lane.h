// The ticks of the lane on which negatives run: of one sequence after the other, each of one kind.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "hypnos/base/state_archive.h"
#include "hypnos/replay/negatives.h"
#include "pipeline/step.h"

namespace hypnos {

class NegativeLane {
 public:
  NegativeLane(Lane lane, int64_t frames, int steps_per_frame)
      : lane_(lane), frames_(frames), steps_per_frame_(steps_per_frame) {}

  // A sequence begins; `context` is the remembered sequence that was recalled before it, if any.
  // `pace`: of a hurried one.
  void Begin(NegativeKind kind, std::optional<size_t> context, int pace = 1) {
    kind_ = kind;
    context_ = context;
    pace_ = pace;
  }
  NegativeKind kind() const { return kind_; }

  // The negative half of a step: hold `hold` of the sequence's frame. Where the sequence leaves a
  // real lane, that is lane `follows` after its tick `fork_number`.
  void Fill(const Negatives& negatives, Lane follows, int64_t fork_number, int64_t frame, int hold,
            Step& step);

  // Beside the real stream a sequence follows on the last one. The next step begins a new one:
  void CutBeside() { beside_ticks_ = 0; }
  struct Place {
    int64_t frame = 0;
    int hold = 0;
    bool begins() const { return frame == 0 && hold == 0; }
  };
  // Where in its sequence the next step beside the stream is.
  Place NextBeside();

  // Of its last one.
  int64_t tick() const { return ticks_; }
  // Whether a sequence beside the stream goes on.
  bool is_beside() const { return beside_ticks_ > 0; }
  void ExchangeState(StateArchive& archive);

 private:
  Lane lane_;
  int64_t frames_;
  int steps_per_frame_;
  NegativeKind kind_ = NegativeKind::kDream;
  std::optional<size_t> context_;
  int pace_ = 1;
  int64_t ticks_ = 0;
  int64_t beside_ticks_ = 0;
};

}  // namespace hypnos
