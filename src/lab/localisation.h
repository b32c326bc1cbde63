// Whether what is unusual was found where it is. A frame that shows something unusual counts as
// found by a threshold if at least 40 % of its unusual pixels reach it, any other one as a false
// alarm if a single pixel does; so each frame has one figure, and the area under the ROC of these
// is the pixel-level figure.
// Source: Mahadevan et al. 2010, "Anomaly Detection in Crowded Scenes".
#pragma once

#include <cstddef>
#include <span>

#include "hypnos/imaging/image.h"

namespace hypnos::lab {

inline constexpr double kLeastShareFound = 0.4;

// Places of a picture: squares of so many pixels, so far apart, of a picture of this size.
struct PlaceGrid {
  size_t rows = 0;
  size_t columns = 0;
  double size = 0;
  double stride = 0;
  double width = 0;
  double height = 0;
};

// `map` [rows x columns]: how unusual each place is; a pixel is as unusual as the most unusual of
// the places that it lies in, and one that lies in none as the least of all. `mask`: what is not 0
// in some channel shows something unusual; any size, its edges are those of the picture. Where it
// shows nothing: the highest of the map.
double LocatedScore(std::span<const float> map, const PlaceGrid& grid, const Image& mask);

}  // namespace hypnos::lab
