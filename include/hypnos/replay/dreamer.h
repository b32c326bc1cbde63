// Makes the frames of a dream (a rollout of the generator), each of which is fed back as the next
// input.
// Pictures: what the generator predicts (overlapping patches averaged) plus a real residual.
// Symbols: at each place one that is drawn by the likelihoods that the generator predicts.
// Threads: thread-compatible. Source: Hinton 2022, section 3.
#pragma once

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/replay/residual_memory.h"

namespace hypnos {

class Dreamer {
 public:
  // The grid must outlive the dreamer. `symbols`: how many there are; 0: pictures.
  Dreamer(const PatchGrid& grid, Rng rng, size_t symbols = 0)
      : grid_(grid), rng_(rng), symbols_(symbols) {}

  // The dreamed frame that follows `prediction`. Precondition, for pictures: there are residuals,
  // of its shape.
  void Imagine(ConstMatrixView prediction, const ResidualMemory& residuals, Planes& out);

  void ExchangeState(StateArchive& archive) { archive.Generator("rng", rng_); }

 private:
  void DrawSymbols(ConstMatrixView prediction, Planes& out);

  const PatchGrid& grid_;
  Rng rng_;
  size_t symbols_;
  Matrix drawn_;  // [locations x inputs]
  Buffer residual_;
};

}  // namespace hypnos
