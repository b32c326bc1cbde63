// A jump cut: after the context come, frame for frame, those of another remembered sequence. Each
// frame is as real as any; only what is remembered of the frames before gives it away.
// Threads: thread-compatible.
#pragma once

#include "hypnos/base/rng.h"
#include "hypnos/replay/negative.h"
#include "replay/recalled_frames.h"

namespace hypnos {

class SpliceNegative final : public Negative {
 public:
  SpliceNegative(size_t context_frames, Rng rng) : context_frames_(context_frames), rng_(rng) {}

  void Next(const NegativeSources& sources, int64_t frame, Planes& out) override;
  void ExchangeState(StateArchive& archive) override;

 private:
  size_t context_frames_;
  Rng rng_;
  RecalledFrames after_cut_;
};

}  // namespace hypnos
