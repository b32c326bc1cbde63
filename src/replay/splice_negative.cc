#include "replay/splice_negative.h"

namespace hypnos {

void SpliceNegative::Next(const NegativeSources& sources, int64_t frame, Planes& out) {
  if (frame == 0) {
    const size_t sequence = sources.context ? DrawOther(sources.memory, *sources.context, rng_)
                                            : sources.memory.Draw(rng_);
    after_cut_.Take(sources.memory, sequence, context_frames_);
  }
  after_cut_.Read(frame, out);
}

void SpliceNegative::ExchangeState(StateArchive& archive) {
  archive.Generator("rng", rng_);
  after_cut_.ExchangeState(archive, "after_cut");
}

}  // namespace hypnos
