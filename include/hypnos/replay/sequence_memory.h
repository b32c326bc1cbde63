// A bounded memory of short real sequences: what dreams begin with.
//
// A sequence is `frames` consecutive encoded frames; no sequence spans a discontinuity. One is
// remembered every `interval_frames`; when the memory is full, a random one makes room, so that
// ages are spread (geometrically) over capacity x interval frames and old scenes fade instead of
// being cut off. Values are kept in half precision: 2 bytes each. Threads: thread-compatible.
// Allocates when a frame of a new shape comes (which empties it) and until it is full.
#pragma once

#include <cstdint>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

struct SequenceMemoryOptions {
  size_t capacity = 32;
  size_t frames = 6;
  // Distance between the beginnings of sequences; at least `frames`.
  size_t interval_frames = 12;
};

class SequenceMemory {
 public:
  SequenceMemory(const SequenceMemoryOptions& options, Rng rng);

  // The next frame of the stream. `continues`: it follows the frame observed before.
  void Observe(const Planes& frame, bool continues);

  size_t size() const { return sequences_.size(); }
  size_t frames() const { return options_.frames; }

  // The index of a random sequence. Precondition: size() > 0.
  size_t Draw(Rng& rng) const;
  void Read(size_t sequence, size_t frame, Planes& out) const;

 private:
  using Sequence = std::vector<HalfBuffer>;

  void Keep();

  SequenceMemoryOptions options_;
  Rng rng_;
  PlaneShape shape_;
  std::vector<Sequence> sequences_;
  Sequence recent_;        // being collected
  size_t collected_ = 0;   // frames in recent_
  size_t until_next_ = 0;  // frames to let pass before the next one begins
};

}  // namespace hypnos
