// Makes the frames of a dream (a rollout of the generator): each is what the generator predicts
// (overlapping patches averaged) plus a real residual, and is fed back as the next input.
// Threads: thread-compatible. Source: Hinton 2022, section 3.
#pragma once

#include "hypnos/base/rng.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/replay/residual_memory.h"

namespace hypnos {

class Dreamer {
 public:
  // The grid must outlive the dreamer.
  Dreamer(const PatchGrid& grid, Rng rng) : grid_(grid), rng_(rng) {}

  // The dreamed frame that follows `prediction`. Precondition: there are residuals, of its shape.
  void Imagine(ConstMatrixView prediction, const ResidualMemory& residuals, Planes& out);

 private:
  const PatchGrid& grid_;
  Rng rng_;
  Buffer residual_;
};

}  // namespace hypnos
