// A few remembered sequences of random frames, and dreams beside them.
#pragma once

#include <vector>

#include "hypnos/diagnostics/probe_set.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {

inline constexpr PlaneShape kRecordedFrame{1, 8, 12};
inline constexpr size_t kRecorded = 3;
inline constexpr ProbeSetOptions kRecordedOptions{.context_frames = 2, .frames = 4, .locations = 4};

inline Planes RandomPlanes(Rng& rng) {
  Planes frame(kRecordedFrame);
  for (float& value : frame.values()) value = rng.Normal();
  return frame;
}

inline HalfBuffer Halved(const Planes& frame) {
  HalfBuffer half(frame.values().size());
  ToHalf(frame.values(), half);
  return half;
}

struct Recorded {
  Recorded() {
    for (size_t s = 0; s < kRecorded; ++s) {
      memory.Begin().at_rest = true;
      for (size_t f = 0; f < memory.frames(); ++f) memory.Observe(RandomPlanes(rng));
      auto& dream = dreams.emplace_back();
      for (size_t f = 0; f < kRecordedOptions.frames; ++f)
        dream.push_back(Halved(RandomPlanes(rng)));
    }
  }

  ProbeSet Set(const ProbeSetOptions& options = kRecordedOptions) const {
    return {memory, dreams, grid, options, Rng(5)};
  }

  Rng rng{4};
  PatchGrid grid = PatchGrid::Create(kRecordedFrame, {.size = 4}).value();
  SequenceMemory memory{
      {.capacity = kRecorded, .frames = kRecordedOptions.context_frames + kRecordedOptions.frames},
      Rng(6)};
  std::vector<std::vector<HalfBuffer>> dreams;
};

}  // namespace hypnos
