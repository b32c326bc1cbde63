#include "sources/digit_scene.h"

#include <cmath>
#include <string>

namespace hypnos {
namespace {

// Large, with a little room to drift in.
constexpr float kSideShare = 0.75f;

// Times are multiples of the frame's duration and may be rounded down.
constexpr double kRounding = 1e-6;

}  // namespace

DigitScene::DigitScene(int width, int height, double hold_seconds, uint64_t seed)
    : width_(width), height_(height), hold_seconds_(hold_seconds), seed_(seed) {}

GlyphScene& DigitScene::At(double seconds) {
  const auto number = static_cast<int64_t>(std::floor(seconds / hold_seconds_ + kRounding));
  if (!glyph_ || number != number_) {
    number_ = number;
    Rng rng = Rng(seed_).Fork("digit " + std::to_string(number));
    glyph_.emplace(width_, height_, 1, rng(), kSideShare);
  }
  return *glyph_;
}

Image DigitScene::Render(double seconds) { return At(seconds).Render(seconds); }

std::optional<int> DigitScene::Digit(double seconds) { return At(seconds).digit(0); }

}  // namespace hypnos
