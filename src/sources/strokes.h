// Digits as a hand draws them: strokes through a few points, in a box 0..1 x 0..1, y downwards.
#pragma once

#include <vector>

#include "hypnos/base/rng.h"

namespace hypnos {

struct Point {
  float x = 0;
  float y = 0;
};

// One line of the pen, as short straight pieces.
using Stroke = std::vector<Point>;

// The digit 0..9, written anew: points shaken, letters slanted and stretched a little by the
// generator.
std::vector<Stroke> DrawDigit(int digit, Rng* rng);

// From a point to the nearest point of the strokes.
float Distance(const std::vector<Stroke>& strokes, const Point& point);

}  // namespace hypnos
