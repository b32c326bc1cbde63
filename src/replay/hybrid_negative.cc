#include "replay/hybrid_negative.h"

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

// a = mask a + (1 - mask) b
void Mix(std::span<const float> mask, std::span<const float> b, std::span<float> a) {
  HYPNOS_CHECK(mask.size() == a.size() && a.size() == b.size());
  for (size_t i = 0; i < mask.size(); ++i) a[i] = mask[i] * a[i] + (1.0f - mask[i]) * b[i];
}

}  // namespace

HybridNegative::HybridNegative(const PatchGrid& grid, size_t context_frames, Rng rng)
    : context_frames_(context_frames), rng_(rng), mask_(grid) {}

void HybridNegative::Begin(const NegativeSources& sources) {
  const SequenceMemory& memory = sources.memory;
  const size_t one = sources.context ? *sources.context : memory.Draw(rng_);
  one_.Take(memory, one, context_frames_);
  other_.Take(memory, DrawOther(memory, one, rng_), context_frames_);
  mask_.Draw(rng_);
}

void HybridNegative::Next(const NegativeSources& sources, int64_t frame, Planes& out) {
  if (frame == 0) Begin(sources);
  one_.Read(frame, out);
  other_.Read(frame, other_frame_);
  for (int channel = 0; channel < out.shape().channels; ++channel) {
    Mix(mask_.values(), other_frame_.plane(channel), out.plane(channel));
  }
}

void HybridNegative::ExchangeState(StateArchive& archive) {
  archive.Generator("rng", rng_);
  mask_.ExchangeState(archive);
  one_.ExchangeState(archive, "one");
  other_.ExchangeState(archive, "other");
}

}  // namespace hypnos
