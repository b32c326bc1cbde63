#include "sources/glyph_scene.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hypnos {
namespace {

// As in Moving MNIST, a digit takes 28 of 64 pixels; where there are many, less.
float SideShare(int glyphs) {
  return 28.0f / 64 * std::min(1.0f, std::sqrt(3.0f / static_cast<float>(glyphs)));
}

// Of the box's side.
constexpr float kPenRadius = 0.055f;

// To and fro between 0 and 1, at constant speed.
double Bounced(double way) {
  const double phase = way - 2 * std::floor(way / 2);
  return phase <= 1 ? phase : 2 - phase;
}

// The pixels that can be touched by what lies between begin and begin + side.
int First(float begin) { return std::max(0, static_cast<int>(std::floor(begin))); }
int Last(float begin, float side, int count) {
  return std::min(count - 1, static_cast<int>(std::ceil(begin + side)));
}

}  // namespace

GlyphScene::GlyphScene(int width, int height, int glyphs, uint64_t seed)
    : GlyphScene(width, height, glyphs, seed, SideShare(glyphs)) {}

GlyphScene::GlyphScene(int width, int height, int glyphs, uint64_t seed, float side_share)
    : width_(width),
      height_(height),
      side_(side_share * static_cast<float>(std::min(width, height))) {
  Rng rng = Rng(seed).Fork("glyphs");
  for (int i = 0; i < glyphs; ++i) {
    Glyph glyph;
    glyph.digit = static_cast<int>(rng.Below(10));
    glyph.strokes = DrawDigit(glyph.digit, &rng);
    glyph.start = {.x = 2 * rng.Uniform(), .y = 2 * rng.Uniform()};
    const float direction = 2 * std::numbers::pi_v<float> * rng.Uniform();
    const float speed = 0.6f + 0.6f * rng.Uniform();
    glyph.velocity = {.x = speed * std::cos(direction), .y = speed * std::sin(direction)};
    glyphs_.push_back(std::move(glyph));
  }
}

Image GlyphScene::Render(double seconds) {
  Image image(width_, height_, 1);
  for (const Glyph& glyph : glyphs_) Draw(glyph, seconds, &image);
  return image;
}

void GlyphScene::Draw(const Glyph& glyph, double seconds, Image* image) const {
  // A pen as wide as half a pixel at least: thinner lines would flicker.
  const float radius = std::max(kPenRadius, 0.5f / side_);
  const auto place = [seconds](float start, float velocity, float room) {
    const double way = start + seconds * static_cast<double>(velocity);
    return static_cast<float>(Bounced(way)) * room;
  };
  const float left = place(glyph.start.x, glyph.velocity.x, static_cast<float>(width_) - side_);
  const float top = place(glyph.start.y, glyph.velocity.y, static_cast<float>(height_) - side_);
  for (int y = First(top); y <= Last(top, side_, height_); ++y) {
    for (int x = First(left); x <= Last(left, side_, width_); ++x) {
      const Point in_box = {(static_cast<float>(x) + 0.5f - left) / side_,
                            (static_cast<float>(y) + 0.5f - top) / side_};
      // Half ink on the pen's edge, none or all of it half a pixel further.
      const float pixels_inside = side_ * (radius - Distance(glyph.strokes, in_box));
      const float ink = std::clamp(pixels_inside + 0.5f, 0.0f, 1.0f);
      uint8_t& pixel = image->bytes()[static_cast<size_t>(y) * static_cast<size_t>(width_) +
                                      static_cast<size_t>(x)];
      pixel = std::max(pixel, static_cast<uint8_t>(std::lround(255 * ink)));
    }
  }
}

}  // namespace hypnos
