// Marks on pictures, for people to look at. Threads: safe.
#pragma once

#include <cstdint>
#include <span>

#include "hypnos/imaging/image.h"

namespace hypnos {

struct Bgr {
  uint8_t blue = 0;
  uint8_t green = 0;
  uint8_t red = 0;
};

struct Rectangle {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

// The outline, inside the rectangle; what lies outside the picture is cut off. On a grey image the
// colour's brightness is drawn.
void DrawRectangle(const Rectangle& rectangle, Bgr colour, int thickness, Image* image);

// Lays a map of height x width values over a BGR image of any size: 0 leaves the picture as it is,
// 1 and above is brightest.
void OverlayHeat(std::span<const float> heat, int width, int height, Image* image);

}  // namespace hypnos
