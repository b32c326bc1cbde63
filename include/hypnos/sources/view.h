// Which part of a picture is seen.
#pragma once

#include <optional>
#include <vector>

namespace hypnos {

// In shares of the picture's width and height, from its left upper corner: of a camera that changes
// its size, or of its other stream, the same place.
struct PictureShare {
  double left = 0;
  double top = 0;
  double width = 1;
  double height = 1;
};

struct ViewOptions {
  // What lies beside it is cut off; nothing: all is seen. At least one pixel is.
  std::optional<PictureShare> region = std::nullopt;
  // Black, with every pixel that they touch. Shares of the whole picture, not of the region.
  std::vector<PictureShare> masks = {};

  bool sees_all() const { return !region && masks.empty(); }
};

}  // namespace hypnos
