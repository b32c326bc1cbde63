// One maker of negative sequences of each kind.
// Threads: thread-compatible, each kind by itself.
#pragma once

#include <array>
#include <memory>

#include "hypnos/base/rng.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/replay/negative.h"

namespace hypnos {

struct NegativeOptions {
  // Length of a sequence.
  int64_t frames = 8;
  // For how many frames at the least a one-step negative is held, to reach every layer.
  int64_t hold_frames = 2;
  // Of a remembered sequence, which goes on for `frames` after them: with that the recalled kinds
  // go on, so that they stand where what really came stood.
  size_t context_frames = 6;
  // Of a text: how many there are; 0: frames are pictures.
  size_t symbols = 0;
};

class Negatives {
 public:
  // The grid must outlive them. Dreams draw from `rng` itself, the others from forks of it: what a
  // kind draws does not depend on which others there are.
  Negatives(const PatchGrid& grid, const NegativeOptions& options, const Rng& rng);

  Negative& operator[](NegativeKind kind) { return *kinds_[static_cast<size_t>(kind)]; }
  const Negative& operator[](NegativeKind kind) const { return *kinds_[static_cast<size_t>(kind)]; }

 private:
  std::array<std::unique_ptr<Negative>, kNegativeKinds> kinds_;
};

}  // namespace hypnos
