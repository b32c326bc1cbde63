// A potato that turns about a tilted axis, lit from the upper left.
#pragma once

#include <cstdint>
#include <vector>

#include "sources/rasteriser.h"
#include "sources/scene.h"
#include "sources/solid.h"

namespace hypnos {

class PotatoScene final : public Scene {
 public:
  PotatoScene(int width, int height, double revolutions_per_second, uint64_t shape);
  Image Render(double seconds) override;

 private:
  ScreenVertex Project(const Solid::Vertex& vertex, const Rotation& turn) const;

  const double revolutions_per_second_;
  const Solid solid_;
  // Of the picture's middle and of one unit at the origin, in pixels.
  const float middle_x_;
  const float middle_y_;
  const float scale_;
  Rasteriser rasteriser_;
  std::vector<ScreenVertex> projected_;
};

}  // namespace hypnos
