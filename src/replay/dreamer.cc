#include "hypnos/replay/dreamer.h"

#include <algorithm>

#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// Encoded values end here (see sources/video_encoder.h); a dream must not betray itself by going
// where no real value can be.
constexpr float kLargestValue = 8.0f;

}  // namespace

void Dreamer::Imagine(ConstMatrixView prediction, const ResidualMemory& residuals, Planes& out) {
  grid_.Average(prediction, out);
  residual_.resize(out.values().size());
  FromHalf(residuals.Draw(rng_), residual_);
  AddScaled(1.0f, residual_, out.values());
  for (float& value : out.values()) value = std::clamp(value, -kLargestValue, kLargestValue);
}

}  // namespace hypnos
