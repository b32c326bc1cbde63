#include "hypnos/replay/sequence_memory.h"

#include <algorithm>
#include <utility>

#include "hypnos/tensor/kernels.h"

namespace hypnos {

SequenceMemory::SequenceMemory(const SequenceMemoryOptions& options, Rng rng)
    : options_(options), rng_(rng), recent_(options.frames) {
  HYPNOS_CHECK(options.capacity > 0 && options.frames > 0);
}

void SequenceMemory::Observe(const Planes& frame, bool continues) {
  if (frame.shape() != shape_) {
    shape_ = frame.shape();
    sequences_.clear();
    continues = false;
  }
  if (!continues) collected_ = 0;
  if (until_next_ > 0) {
    --until_next_;
    return;
  }
  HalfBuffer& place = recent_[collected_];
  place.resize(frame.values().size());
  ToHalf(frame.values(), place);
  if (++collected_ == options_.frames) Keep();
}

void SequenceMemory::Keep() {
  collected_ = 0;
  until_next_ = std::max(options_.interval_frames, options_.frames) - options_.frames;
  if (sequences_.size() < options_.capacity) {
    sequences_.push_back(recent_);
  } else {
    // The forgotten one's storage collects the next sequence.
    std::swap(sequences_[rng_.Below(sequences_.size())], recent_);
  }
}

size_t SequenceMemory::Draw(Rng& rng) const { return rng.Below(sequences_.size()); }

void SequenceMemory::Read(size_t sequence, size_t frame, Planes& out) const {
  HYPNOS_CHECK(sequence < sequences_.size() && frame < options_.frames);
  out.Resize(shape_);
  FromHalf(sequences_[sequence][frame], out.values());
}

}  // namespace hypnos
