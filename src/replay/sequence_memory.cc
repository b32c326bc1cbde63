#include "hypnos/replay/sequence_memory.h"

#include <utility>

#include "hypnos/tensor/kernels.h"

namespace hypnos {

SequenceMemory::SequenceMemory(const SequenceMemoryOptions& options, Rng rng)
    : options_(options), rng_(rng) {
  HYPNOS_CHECK(options.capacity > 0 && options.frames > 0);
  recent_.frames.resize(options.frames);
  recent_.labels.resize(options.frames);
}

NetworkState& SequenceMemory::Begin() {
  collecting_ = true;
  collected_ = 0;
  return recent_.before;
}

void SequenceMemory::Observe(const Planes& frame, std::optional<size_t> label) {
  if (!collecting_) return;
  if (frame.shape() != shape_) {
    HYPNOS_CHECK(collected_ == 0);
    shape_ = frame.shape();
    sequences_.clear();
  }
  recent_.labels[collected_] = label;
  HalfBuffer& place = recent_.frames[collected_++];
  place.resize(frame.values().size());
  ToHalf(frame.values(), place);
  if (collected_ == options_.frames) Keep();
}

void SequenceMemory::Keep() {
  collecting_ = false;
  if (sequences_.size() < options_.capacity) {
    sequences_.push_back(recent_);
  } else {
    // The forgotten one's storage collects the next sequence.
    std::swap(sequences_[rng_.Below(sequences_.size())], recent_);
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
