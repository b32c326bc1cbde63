// The end of a remembered sequence, copied: beside the live stream the memory may forget the
// sequence while it is still shown.
// Threads: thread-compatible. Allocates for the first sequence only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/replay/sequence_memory.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

class RecalledFrames {
 public:
  // The frames of the sequence from `first` on.
  void Take(const SequenceMemory& memory, size_t sequence, size_t first);
  // Counted from `first`. Precondition: the sequence was so long.
  void Read(int64_t frame, Planes& out) const;
  void ExchangeState(StateArchive& archive, std::string_view name);

 private:
  PlaneShape shape_;
  std::vector<HalfBuffer> frames_;
};

// The index of a random sequence, but not that one. Precondition: there are two.
size_t DrawOther(const SequenceMemory& memory, size_t sequence, Rng& rng);

}  // namespace hypnos
