#include "replay/recalled_frames.h"

#include "hypnos/base/check.h"
#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// Of one sequence: more than the configuration lets through.
constexpr size_t kMostFrames = 10000;

}  // namespace

void RecalledFrames::Take(const SequenceMemory& memory, size_t sequence, size_t first) {
  shape_ = memory.shape();
  const std::span<const HalfBuffer> frames = memory.Frames(sequence);
  HYPNOS_CHECK(first <= frames.size());
  // Element by element: what is there keeps its storage.
  frames_.assign(frames.begin() + static_cast<ptrdiff_t>(first), frames.end());
}

void RecalledFrames::Read(int64_t frame, Planes& out) const {
  HYPNOS_CHECK(frame >= 0 && static_cast<size_t>(frame) < frames_.size());
  out.Resize(shape_);
  FromHalf(frames_[static_cast<size_t>(frame)], out.values());
}

void RecalledFrames::ExchangeState(StateArchive& archive, std::string_view name) {
  const StateArchive::Scope scope(archive, name);
  Exchange(archive, "shape", shape_);
  const size_t count = archive.Count("count", frames_.size(), kMostFrames);
  if (archive.loading()) frames_.resize(count);
  Exchange(archive, "frames", frames_, count, shape_);
}

size_t DrawOther(const SequenceMemory& memory, size_t sequence, Rng& rng) {
  HYPNOS_CHECK(memory.size() >= 2 && sequence < memory.size());
  const size_t other = rng.Below(memory.size() - 1);
  return other < sequence ? other : other + 1;
}

}  // namespace hypnos
