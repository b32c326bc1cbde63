#include "hypnos/replay/dreamer.h"

#include <algorithm>

namespace hypnos {
namespace {

// Encoded values end here (see sources/video_encoder.h); a dream must not betray itself by going
// where no real value can be.
constexpr float kLargestValue = 8.0f;

}  // namespace

Dreamer::Dreamer(const SequenceMemory& sequences, ResidualMemory& residuals, const PatchGrid& grid,
                 Rng rng)
    : sequences_(sequences), residuals_(residuals), grid_(grid), rng_(rng) {}

void Dreamer::Begin() { sequence_ = sequences_.Draw(rng_); }

void Dreamer::Context(size_t frame, Planes& out) const { sequences_.Read(sequence_, frame, out); }

void Dreamer::Imagine(ConstMatrixView prediction, Planes& out) {
  grid_.Average(prediction, out);
  residuals_.AddRandom(rng_, out);
  for (float& value : out.values()) value = std::clamp(value, -kLargestValue, kLargestValue);
}

}  // namespace hypnos
