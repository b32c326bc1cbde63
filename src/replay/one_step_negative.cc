#include "replay/one_step_negative.h"

#include <algorithm>

#include "hypnos/base/check.h"
#include "hypnos/tensor/exchange.h"

namespace hypnos {

OneStepNegative::OneStepNegative(const PatchGrid& grid, int64_t hold_frames, int64_t frames,
                                 Rng rng, size_t symbols)
    : hold_frames_(hold_frames), frames_(frames), dreamer_(grid, rng, symbols) {
  HYPNOS_CHECK(hold_frames > 0 && frames > 0);
}

int64_t OneStepNegative::Beginning(int64_t frame) const {
  const int64_t last = std::max<int64_t>(0, frames_ / hold_frames_ - 1);
  return std::min(frame / hold_frames_, last) * hold_frames_;
}

void OneStepNegative::Next(const NegativeSources& sources, int64_t frame, Planes& out) {
  if (Beginning(frame) == frame) dreamer_.Imagine(sources.prediction, sources.residuals, sample_);
  out = sample_;
}

void OneStepNegative::ExchangeState(StateArchive& archive) {
  dreamer_.ExchangeState(archive);
  Exchange(archive, "sample", sample_);
}

}  // namespace hypnos
