#include "hypnos/replay/dreamer.h"

#include <algorithm>

#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/one_hot.h"

namespace hypnos {
namespace {

// Encoded values end here (see sources/video_encoder.h); a dream must not betray itself by going
// where no real value can be.
constexpr float kLargestValue = 8.0f;

// By its likelihood; they add up to 1.
size_t Draw(std::span<const float> likelihoods, Rng& rng) {
  float left = rng.Uniform();
  for (size_t c = 0; c + 1 < likelihoods.size(); ++c) {
    left -= likelihoods[c];
    if (left < 0) return c;
  }
  return likelihoods.size() - 1;
}

}  // namespace

void Dreamer::DrawSymbols(ConstMatrixView prediction, Planes& out) {
  if (drawn_.rows() == 0) drawn_ = Matrix(prediction.rows, prediction.cols);
  for (size_t i = 0; i < prediction.rows; ++i) {
    std::ranges::copy(prediction.row(i), drawn_.row(i).begin());
    const auto newest = drawn_.row(i).first(symbols_);
    const size_t symbol = Draw(newest, rng_);
    std::ranges::fill(newest, 0.0f);
    newest[symbol] = OneHotValue(symbols_);
  }
  grid_.Average(drawn_, out);
}

void Dreamer::Imagine(ConstMatrixView prediction, const ResidualMemory& residuals, Planes& out) {
  if (symbols_ > 0) return DrawSymbols(prediction, out);
  grid_.Average(prediction, out);
  residual_.resize(out.values().size());
  FromHalf(residuals.Draw(rng_), residual_);
  AddScaled(1.0f, residual_, out.values());
  for (float& value : out.values()) value = std::clamp(value, -kLargestValue, kLargestValue);
}

}  // namespace hypnos
