// What is unusual in the streams' frames, and who is told.
// Threads: of the output's stage.
#pragma once

#include <span>
#include <string>

#include "hypnos/network/patch_grid.h"
#include "hypnos/novelty/novelty.h"
#include "hypnos/novelty/series_novelty.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/pipeline/place_surprises.h"

namespace hypnos {

class NoveltyWatch {
 public:
  NoveltyWatch(SurpriseKind by, const EncoderOptions& encoder, int steps_per_frame,
               PipelineObserver& observer)
      : by_(by), encoder_(encoder), observer_(observer), places_(by, steps_per_frame) {}

  // A stream has ended, or is watched by another network: so has what is under way in it. Threads:
  // of who submits steps, while none is under way; so for TellEnd.
  static void End(Novelty& novelty, const std::string& source, const PatchGrid& grid,
                  PipelineObserver& observer);
  // Nobody watches for the time being. Whoever goes on from here has it still under way.
  static void TellEnd(const Novelty& novelty, const std::string& source, const PatchGrid& grid,
                      PipelineObserver& observer);

  // Judges a frame by what was seen of its stream; fills report.novelty. News come before that.
  // `series`: null for pictures.
  void Watch(Novelty& novelty, SeriesNovelty* series, FrameReport& report);

 private:
  // Of a row, which has one place: how unusual it is by itself, in decades. Empty where nothing can
  // be said.
  std::span<const SurpriseMap> JudgeRow(SeriesNovelty& series, const FrameReport& report,
                                        bool learn);

  SurpriseKind by_;
  EncoderOptions encoder_;
  PipelineObserver& observer_;
  PlaceSurprises places_;
  float row_ = 0;
  SurpriseMap row_map_;
};

}  // namespace hypnos
