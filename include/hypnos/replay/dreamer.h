// Makes the frames of a dream (a rollout of the generator).
//
// A dream begins with the frames of a remembered sequence, which the network only looks at; from
// then on each frame is what the generator predicts (overlapping patches averaged) plus a real
// residual, fed back as the next input.
// Threads: thread-compatible.
// Source: Hinton 2022, section 3; the residual bootstrap is ours (Efron 1979 for the idea).
#pragma once

#include "hypnos/base/rng.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/replay/sequence_memory.h"

namespace hypnos {

class Dreamer {
 public:
  // The memories must outlive the dreamer and not change while it is called.
  Dreamer(const SequenceMemory& sequences, ResidualMemory& residuals, const PatchGrid& grid,
          Rng rng);

  // Whether there is something to dream from.
  bool Ready() const { return sequences_.size() > 0 && !residuals_.empty(); }

  // Draws the sequence that the next dream begins with. Precondition: Ready().
  void Begin();
  size_t context_frames() const { return sequences_.frames(); }
  void Context(size_t frame, Planes& out) const;

  // The dreamed frame that follows `prediction`.
  void Imagine(ConstMatrixView prediction, Planes& out);

 private:
  const SequenceMemory& sequences_;
  ResidualMemory& residuals_;
  const PatchGrid& grid_;
  Rng rng_;
  size_t sequence_ = 0;
};

}  // namespace hypnos
