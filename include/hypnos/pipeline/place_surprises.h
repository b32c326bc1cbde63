// What novelty is told of a picture.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hypnos/novelty/report.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/pipeline/report.h"

namespace hypnos {

// One map for each figure that a place is judged by: how much changed, where motion is encoded; and
// by SurpriseKind how fake each layer took the place for, or how far the read-out was off. A layer
// speaks of what came in as many steps ago as there are layers below it.
// Threads: thread-compatible.
class PlaceSurprises {
 public:
  PlaceSurprises(SurpriseKind by, int steps_per_frame)
      : by_(by), steps_per_frame_(static_cast<size_t>(steps_per_frame)) {}

  // Valid until the next call, and as long as the report. Empty where nothing can be said: at a cut
  // nothing has moved yet.
  std::span<const SurpriseMap> Of(const FrameReport& report);

 private:
  void AddLayers(const PlaceFigures& places);

  SurpriseKind by_;
  size_t steps_per_frame_;
  std::vector<SurpriseMap> maps_;
  std::vector<std::vector<float>> fakeness_;  // by layer
};

}  // namespace hypnos
