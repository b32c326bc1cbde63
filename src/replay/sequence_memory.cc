#include "hypnos/replay/sequence_memory.h"

#include <utility>

#include "hypnos/tensor/kernels.h"

namespace hypnos {

SequenceMemory::SequenceMemory(const SequenceMemoryOptions& options, Rng rng)
    : options_(options), rng_(rng) {
  HYPNOS_CHECK(options.capacity > 0 && options.frames > 0);
}

NetworkState& SequenceMemory::Begin(size_t stream) {
  while (collected_.size() <= stream) {
    Sequence& sequence = collected_.emplace_back().sequence;
    sequence.frames.resize(options_.frames);
    sequence.labels.resize(options_.frames);
  }
  Collected& collected = collected_[stream];
  collected.collecting = true;
  collected.frames = 0;
  return collected.sequence.before;
}

void SequenceMemory::Observe(const Planes& frame, std::optional<size_t> label, size_t stream) {
  if (stream >= collected_.size() || !collected_[stream].collecting) return;
  Collected& collected = collected_[stream];
  if (frame.shape() != shape_) {
    HYPNOS_CHECK(collected.frames == 0);
    shape_ = frame.shape();
    sequences_.clear();
  }
  collected.sequence.labels[collected.frames] = label;
  HalfBuffer& place = collected.sequence.frames[collected.frames++];
  place.resize(frame.values().size());
  ToHalf(frame.values(), place);
  if (collected.frames == options_.frames) Keep(collected);
}

void SequenceMemory::Keep(Collected& collected) {
  collected.collecting = false;
  if (sequences_.size() < options_.capacity) {
    sequences_.push_back(collected.sequence);
  } else {
    // The forgotten one's storage collects the next sequence.
    std::swap(sequences_[rng_.Below(sequences_.size())], collected.sequence);
  }
}

const SequenceMemory::Sequence& SequenceMemory::At(size_t sequence) const {
  HYPNOS_CHECK(sequence < sequences_.size());
  return sequences_[sequence];
}

void SequenceMemory::Read(size_t sequence, size_t frame, Planes& out) const {
  HYPNOS_CHECK(frame < options_.frames);
  out.Resize(shape_);
  FromHalf(At(sequence).frames[frame], out.values());
}

std::optional<size_t> SequenceMemory::Label(size_t sequence, size_t frame) const {
  HYPNOS_CHECK(frame < options_.frames);
  return At(sequence).labels[frame];
}

}  // namespace hypnos
