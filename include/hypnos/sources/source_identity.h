// What every source has, whatever its kind.
#pragma once

#include <string>

namespace hypnos {

struct SourceIdentity {
  // Stands in every frame as `clip` and at the start of every error.
  std::string name;
  // Goes into every frame.
  bool learn = true;
};

}  // namespace hypnos
