#include "replay/blurred_mask.h"

#include <algorithm>
#include <cmath>

namespace hypnos {
namespace {

// One line of an image, `stride` apart, blurred in place; beyond its ends it goes on as it ends.
void BlurLine(std::span<float> image, size_t first, size_t stride, size_t count) {
  float before = image[first];
  for (size_t i = 0; i < count; ++i) {
    const size_t at = first + i * stride;
    const float here = image[at];
    const float after = i + 1 < count ? image[at + stride] : here;
    image[at] = 0.25f * before + 0.5f * here + 0.25f * after;
    before = here;
  }
}

// Makes the root of the mean square distance from 1/2 one, and cuts at 0 and 1.
void Stretch(std::span<float> mask) {
  double squares = 0;
  for (const float value : mask) {
    const double distance = static_cast<double>(value) - 0.5;
    squares += distance * distance;
  }
  if (squares == 0) return;
  const auto gain = static_cast<float>(std::sqrt(static_cast<double>(mask.size()) / squares));
  for (float& value : mask) value = std::clamp(0.5f + gain * (value - 0.5f), 0.0f, 1.0f);
}

}  // namespace

// n blurs have a deviation of sqrt(n / 2) pixels; a sixteenth of a patch's side makes regions of
// about a third of it.
BlurredMask::BlurredMask(const PatchGrid& grid)
    : height_(static_cast<size_t>(grid.frame().height)),
      width_(static_cast<size_t>(grid.frame().width)),
      blurs_(std::max<size_t>(
          1, grid.inputs() / static_cast<size_t>(grid.frame().channels) / (16 * 16 / 2))),
      values_(height_ * width_) {}

void BlurredMask::Draw(Rng& rng) {
  for (float& bit : values_) bit = static_cast<float>(rng.Below(2));
  for (size_t i = 0; i < blurs_; ++i) {
    for (size_t y = 0; y < height_; ++y) BlurLine(values_, y * width_, 1, width_);
    for (size_t x = 0; x < width_; ++x) BlurLine(values_, x, width_, height_);
  }
  Stretch(values_);
}

}  // namespace hypnos
