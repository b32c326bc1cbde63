// The generator's next sample after a real context, held until it has reached every layer; then the
// next one begins, from where the real lane is by then.
// Threads: thread-compatible.
#pragma once

#include "hypnos/replay/dreamer.h"
#include "hypnos/replay/negative.h"

namespace hypnos {

class OneStepNegative final : public Negative {
 public:
  // A sequence of `frames` holds each sample for `hold_frames`, the last one longer where what
  // is left would not suffice for another. The grid must outlive it.
  OneStepNegative(const PatchGrid& grid, int64_t hold_frames, int64_t frames, Rng rng,
                  size_t symbols = 0);

  int64_t Beginning(int64_t frame) const override;
  void Next(const NegativeSources& sources, int64_t frame, Planes& out) override;
  void ExchangeState(StateArchive& archive) override;

 private:
  int64_t hold_frames_;
  int64_t frames_;
  Dreamer dreamer_;
  Planes sample_;
};

}  // namespace hypnos
