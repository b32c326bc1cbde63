// Hand-drawn digits, white on black, that drift straight on and bounce off the picture's edges.
// Where two meet, the brighter counts.
#pragma once

#include <cstdint>
#include <vector>

#include "sources/scene.h"
#include "sources/strokes.h"

namespace hypnos {

class GlyphScene final : public Scene {
 public:
  GlyphScene(int width, int height, int glyphs, uint64_t seed);
  // Glyphs as large as this share of the picture's shorter side.
  GlyphScene(int width, int height, int glyphs, uint64_t seed, float side_share);
  Image Render(double seconds) override;

  int digit(size_t glyph) const { return glyphs_[glyph].digit; }

 private:
  struct Glyph {
    int digit;
    std::vector<Stroke> strokes;
    // Of the box's upper left corner, as a share of the way it has; a second's worth of it.
    Point start;
    Point velocity;
  };

  void Draw(const Glyph& glyph, double seconds, Image* image) const;

  const int width_;
  const int height_;
  // Of the box around a glyph, in pixels.
  const float side_;
  std::vector<Glyph> glyphs_;
};

}  // namespace hypnos
