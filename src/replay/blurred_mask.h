// A random mask of soft-edged regions: random bits, blurred again and again with (1/4, 1/2, 1/4) in
// both directions, then stretched about 1/2 until most of it is 0 or 1:
//   m = min(1, max(0, 1/2 + (blurred - 1/2) / deviation))
// Regions are about a third as wide as a patch. Wider ones would leave most patches whole, and a
// layer sees only its patch; hard edges would give a hybrid away by themselves.
// Shapes: [height x width] of a frame.
// Threads: thread-compatible. Draw neither allocates nor fails.
// Source: Hinton 2022, arXiv 2212.13345, section 3.2; soft edges are ours.
#pragma once

#include <span>

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/tensor/buffer.h"

namespace hypnos {

class BlurredMask {
 public:
  explicit BlurredMask(const PatchGrid& grid);

  void Draw(Rng& rng);
  std::span<const float> values() const { return values_; }
  void ExchangeState(StateArchive& archive) {
    archive.Values("mask", std::span(values_), {height_, width_});
  }

 private:
  size_t height_;
  size_t width_;
  size_t blurs_;
  Buffer values_;
};

}  // namespace hypnos
