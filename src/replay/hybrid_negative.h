// Two remembered sequences at once, each where a blurred random mask lets it be seen:
//   out(t) = m a(t) + (1 - m) b(t)
// The mask is drawn once a sequence, so that the parts move as they really did. After a recalled
// context, `a` is what really followed it: half of the picture is right, and only what belongs
// together over longer distances is wrong.
// Shapes: m [height x width], the same for every channel.
// Threads: thread-compatible.
#pragma once

#include "hypnos/base/rng.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/replay/negative.h"
#include "replay/blurred_mask.h"
#include "replay/recalled_frames.h"

namespace hypnos {

class HybridNegative final : public Negative {
 public:
  HybridNegative(const PatchGrid& grid, size_t context_frames, Rng rng);

  void Next(const NegativeSources& sources, int64_t frame, Planes& out) override;
  void ExchangeState(StateArchive& archive) override;

  // Of the sequence under way.
  std::span<const float> mask() const { return mask_.values(); }

 private:
  void Begin(const NegativeSources& sources);

  size_t context_frames_;
  Rng rng_;
  BlurredMask mask_;
  RecalledFrames one_, other_;
  Planes other_frame_;
};

}  // namespace hypnos
