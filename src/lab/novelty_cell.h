// One cell of the experiment `novelty`: clips that show nothing unusual are learned from, once;
// then others are watched, and each frame of them is given a score before anything is learned from
// it. What is learned against is the same clips, hurried: as if everything moved two or three times
// as fast. The layers' units are constraint units, whose goodness is low for what is usual and
// grows without a bound with what is not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/source.h"

namespace hypnos::lab {

struct NoveltyClip {
  std::string name;
  std::string path;  // a video, or a folder of pictures
  bool is_folder = false;
  bool usual = true;  // to be learned from in any case
};

struct NoveltyCell {
  PipelineOptions pipeline;
  // The clips that are watched are learned from, too, each frame after it was scored.
  bool learns_on = false;
};

// As configs/novelty.yaml has it.
inline constexpr double kNewNormalSeconds = 86'400;
inline constexpr double kScalingHorizonFrames = 1e6;

// As the cells have it but for what is ablated.
PipelineOptions NoveltyPipeline(uint64_t seed);

// Calls watch(report) for each frame of the clips, one after the other, in their order. `go_on` is
// told about each frame; where it says no, the run ends with kCancelled. Errors: those of reading
// the clips and of Pipeline::Run.
Status WatchClips(const NoveltyCell& cell, const std::vector<NoveltyClip>& clips,
                  const std::function<bool()>& go_on,
                  const std::function<void(const FrameReport&)>& watch);

// Likewise of one source, to an observer, who is told of frames and of novelty.
Status WatchSource(const PipelineOptions& options, std::unique_ptr<Source> source,
                   const std::function<bool()>& go_on, PipelineObserver& observer);

}  // namespace hypnos::lab
