// A rollout of the generator: each frame is what the one before led to expect; see Dreamer.
// Threads: thread-compatible.
#pragma once

#include "hypnos/replay/dreamer.h"
#include "hypnos/replay/negative.h"

namespace hypnos {

class DreamNegative final : public Negative {
 public:
  // The grid must outlive it.
  DreamNegative(const PatchGrid& grid, Rng rng, size_t symbols) : dreamer_(grid, rng, symbols) {}

  void Next(const NegativeSources& sources, int64_t /*frame*/, Planes& out) override {
    dreamer_.Imagine(sources.prediction, sources.residuals, out);
  }
  void ExchangeState(StateArchive& archive) override { dreamer_.ExchangeState(archive); }

 private:
  Dreamer dreamer_;
};

}  // namespace hypnos
