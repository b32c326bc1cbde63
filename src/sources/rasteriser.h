// Draws triangles with a depth for every sample; several samples a pixel smooth the edges.
// Colours are interpolated over the triangle (Gouraud).
#pragma once

#include <vector>

#include "hypnos/imaging/image.h"
#include "sources/vec3.h"

namespace hypnos {

// x and y in pixels, z the distance from the eye; colour blue, green, red 0..1 as x, y, z.
struct ScreenVertex {
  Vec3 position;
  Vec3 colour;
};

class Rasteriser {
 public:
  Rasteriser(int width, int height);

  void Clear();
  // Triangles that show their back (clockwise on the screen, y downwards) are left out.
  void Draw(const ScreenVertex& a, const ScreenVertex& b, const ScreenVertex& c);
  // Over a background that goes from the first colour at the top to the second at the bottom.
  Image Finish(const Vec3& top, const Vec3& bottom) const;

 private:
  struct Sample {
    float depth;
    Vec3 colour;
  };

  Vec3 Pixel(int x, int y, const Vec3& background) const;

  const int width_;
  const int height_;
  const int samples_a_side_;
  std::vector<Sample> samples_;
};

}  // namespace hypnos
