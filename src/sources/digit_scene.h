// One hand-drawn digit after the other, each written anew and held for a while, in which it drifts
// and bounces: a scene that knows what it shows.
#pragma once

#include <cstdint>
#include <optional>

#include "sources/glyph_scene.h"
#include "sources/scene.h"

namespace hypnos {

class DigitScene final : public Scene {
 public:
  // `hold_seconds` > 0: for so long each digit is shown.
  DigitScene(int width, int height, double hold_seconds, uint64_t seed);

  Image Render(double seconds) override;
  std::optional<int> Digit(double seconds) override;

 private:
  GlyphScene& At(double seconds);

  const int width_;
  const int height_;
  const double hold_seconds_;
  const uint64_t seed_;
  int64_t number_ = -1;  // of the digit that glyph_ is
  std::optional<GlyphScene> glyph_;
};

}  // namespace hypnos
