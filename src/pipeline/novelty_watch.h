// What is unusual in the streams' frames, and who is told.
// Threads: of the output's stage.
#pragma once

#include <string>
#include <vector>

#include "hypnos/network/patch_grid.h"
#include "hypnos/novelty/novelty.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos {

// A stream has ended, or is watched by another network: so has what is under way in it. Threads: of
// who submits steps, while none is under way.
void EndEvent(Novelty& novelty, const std::string& source, const PatchGrid& grid,
              PipelineObserver& observer);

class NoveltyWatch {
 public:
  NoveltyWatch(SurpriseKind by, PipelineObserver& observer) : by_(by), observer_(observer) {}

  // Judges a frame by what was seen of its stream; fills report.novelty. News come before that.
  void Watch(Novelty& novelty, FrameReport& report);

 private:
  // Empty where nothing can be said: at a cut nothing has moved yet.
  void TakeSurprise(const FrameReport& report);

  SurpriseKind by_;
  PipelineObserver& observer_;
  std::vector<float> surprise_;
};

}  // namespace hypnos
