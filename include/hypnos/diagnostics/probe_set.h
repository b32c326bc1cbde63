// A fixed set of sequences to judge a network by, whatever it has learned since: real ones, each
// with a context that leads up to it, and for each of them frozen negatives that go on from the
// same context.
//   real          what came
//   splice        a jump cut to another sequence of the set
//   hybrid        what came, mixed with another sequence of the set by a blurred random mask;
//                 not of symbols
//   early dream   what the network dreamed when it had just begun
// Of each frame those places are kept, the same in all, at which most changes in the real
// sequences: weights are shared over the grid, a few dozen places say what hundreds would, and
// where nothing moves a jump cut is no other than what really came. Values are in half precision.
// Threads: safe once made.
// Shapes: a frame [locations x inputs].
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/diagnostics/probe_figures.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/replay/sequence_memory.h"
#include "hypnos/tensor/buffer.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos {

struct ProbeSetOptions {
  // Real frames before a negative leaves them, and frames of it.
  size_t context_frames = 6;
  size_t frames = 4;
  // At most so many places.
  size_t locations = 64;
  // What is remembered are symbols and no pictures.
  bool symbols = false;
};

class ProbeSet {
 public:
  // Of all sequences that are remembered, each context_frames + frames long; at least two.
  // early_dreams[sequence][frame]: whole encoded frames.
  ProbeSet(const SequenceMemory& memory, std::span<const std::vector<HalfBuffer>> early_dreams,
           const PatchGrid& grid, const ProbeSetOptions& options, const Rng& rng);

  // An empty one, for a saved one to be loaded into.
  ProbeSet(const PatchGrid& grid, const ProbeSetOptions& options)
      : options_(options), inputs_(grid.inputs()) {}
  void ExchangeState(StateArchive& archive);

  size_t sequences() const { return real_.size(); }
  size_t context_frames() const { return options_.context_frames; }
  size_t frames() const { return options_.frames; }
  size_t locations() const { return places_.size(); }
  size_t inputs() const { return inputs_; }
  // The kinds of negatives that there are, in the order of ProbeNegative.
  std::vector<ProbeNegative> kinds() const;

  // Context first: `frame` counts from its beginning.
  void ReadReal(size_t sequence, size_t frame, MatrixView x) const;
  // Counted from the end of the context. Precondition: the set has the kind.
  void ReadNegative(ProbeNegative kind, size_t sequence, size_t frame, MatrixView x) const;

 private:
  using Frames = std::vector<HalfBuffer>;

  HalfBuffer Kept(const Planes& frame, const PatchGrid& grid);

  ProbeSetOptions options_;
  size_t inputs_;
  std::vector<size_t> places_;
  Matrix patches_;  // of a whole frame, while the set is made
  std::vector<Frames> real_;
  std::array<std::vector<Frames>, kProbeNegatives> negatives_;
};

}  // namespace hypnos
