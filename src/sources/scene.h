// A made-up world: what it looks like depends on the time alone, not on what was looked at before.
#pragma once

#include <optional>

#include "hypnos/imaging/image.h"

namespace hypnos {

class Scene {
 public:
  virtual ~Scene() = default;
  virtual Image Render(double seconds) = 0;
  // The digit that is shown then, where the scene is about one.
  virtual std::optional<int> Digit(double /*seconds*/) { return std::nullopt; }
};

}  // namespace hypnos
