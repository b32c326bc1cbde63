// One cell of the experiment `online-video`: one pass over a clip, frame by frame as it comes. The
// beginning is learned from, the rest only looked at; every frame is predicted before anything is
// learned from it.
// Errors are mean squares over the pixels, in variances of the input: 1 is as bad as guessing the
// mean. All predictors see the same encoded frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos::lab {

struct VideoClip {
  std::string name;
  std::string path;
  int64_t frames = 0;   // in all
  int64_t learned = 0;  // of them
};

enum class VideoPredictor {
  kLearning,  // the network, by the rule that is the daemon's default
  kFrozen,    // the same, but its layers stay as they were drawn; its read-out learns
  kCopyLast,  // the frame before
  kLinear,  // the best linear one of the last frame, fitted with hindsight to what is learned from
  kLinearTwo,  // and of the last two frames
};

struct OnlineVideoCell {
  VideoPredictor predictor = VideoPredictor::kLearning;
  uint64_t seed = 1;
  int width = 192;
  int height = 144;
  int patch = 16;
  bool least_squares = false;  // read-outs of networks learn by them, and not by the delta rule
  std::vector<size_t> units = {256, 256};
};

struct OnlineVideoScore {
  double error = 0;           // over all frames that are learned from
  double late_error = 0;      // over the last quarter of them
  double held_out_error = 0;  // over the others
  // Of the networks, per layer.
  // Share of pairs that were told, real against present dreams beside it, on frames that were not
  // learned from.
  std::vector<double> dream_pairs;
  // The same of the probe set, at first and at last; and at last the area under the ROC curve over
  // all places and frames.
  std::vector<double> first_probe_pairs, probe_pairs, probe_auc;
};

// `go_on` is told about each frame; where it says no, the cell ends with kCancelled.
// Errors: those of reading the clip and of Pipeline::Run.
Result<OnlineVideoScore> RunOnlineVideoCell(const OnlineVideoCell& cell, const VideoClip& clip,
                                            const std::function<bool()>& go_on);

}  // namespace hypnos::lab
