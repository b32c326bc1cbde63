#include "lab/negatives.h"

#include <algorithm>

#include "hypnos/base/check.h"
#include "lab/image_set.h"

namespace hypnos::lab {
namespace {

// Regions then are about a third as wide as an image of 28 x 28.
constexpr int kBlurs = 6;

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

}  // namespace

void EmbedLabel(uint8_t label, std::span<float> pixels) {
  HYPNOS_CHECK(label < kClasses && pixels.size() >= kClasses);
  std::fill_n(pixels.begin(), kClasses, 0.0f);
  pixels[label] = 1.0f;
}

uint8_t WrongLabel(uint8_t label, Rng& rng) {
  const uint64_t step = 1 + rng.Below(kClasses - 1);
  return static_cast<uint8_t>((label + step) % kClasses);
}

uint8_t LikelyWrongLabel(uint8_t label, std::span<const float> likely, Rng& rng) {
  HYPNOS_CHECK(label < kClasses && likely.size() == kClasses);
  float sum = 0;
  for (size_t other = 0; other < kClasses; ++other) sum += other == label ? 0 : likely[other];
  if (!(sum > 0)) return WrongLabel(label, rng);
  float left = rng.Uniform() * sum;
  size_t drawn = label;
  for (size_t other = 0; other < kClasses; ++other) {
    if (other == label || likely[other] <= 0) continue;
    drawn = other;
    left -= likely[other];
    if (left < 0) break;
  }
  return static_cast<uint8_t>(drawn);
}

MaskDrawer::MaskDrawer(size_t height, size_t width) : height_(height), width_(width) {}

void MaskDrawer::Draw(Rng& rng, std::span<float> mask) const {
  HYPNOS_CHECK(mask.size() == height_ * width_);
  for (float& bit : mask) bit = static_cast<float>(rng.Below(2));
  for (int i = 0; i < kBlurs; ++i) {
    for (size_t y = 0; y < height_; ++y) BlurLine(mask, y * width_, 1, width_);
    for (size_t x = 0; x < width_; ++x) BlurLine(mask, x, width_, height_);
  }
  for (float& value : mask) value = value > 0.5f ? 1.0f : 0.0f;
}

void Mix(std::span<const float> mask, std::span<const float> a, std::span<const float> b,
         std::span<float> out) {
  for (size_t i = 0; i < mask.size(); ++i) out[i] = mask[i] * a[i] + (1.0f - mask[i]) * b[i];
}

}  // namespace hypnos::lab
