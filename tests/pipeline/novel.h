// A pipeline that watches for what is unusual, and something unusual.
#pragma once

#include <vector>

#include "pipeline/fixture.h"

namespace hypnos {

// The square of the fixture; for some frames, beside it, something flickers.
inline std::vector<Frame> FlickeringClip(int64_t frames, int64_t from, int64_t until) {
  std::vector<Frame> clip = MakeClip(frames);
  Rng rng(3);
  for (int64_t i = from; i < until; ++i) {
    Image& image = clip[static_cast<size_t>(i)].image;
    for (size_t y = 8; y < 16; ++y) {
      for (size_t x = 16; x < 24; ++x) {
        image.bytes()[y * 32 + x] = rng.Below(2) == 0 ? 0 : 255;
      }
    }
  }
  return clip;
}

inline PipelineOptions NovelPipeline() {
  PipelineOptions options = SmallPipeline();
  options.encoder = VideoEncoderOptions{.motion = true, .place = true};
  options.network.input_scale = InputScale::kScaled;
  options.network.learning.rule = LearningRule::kInterleaved;
  options.network.learning.optimiser = Optimiser::kRms;
  options.network.learning.rate = 1e-3f;
  for (auto& layer : options.network.layers) layer.layer.constraint_units = layer.layer.units;
  options.negatives = {.dream = 0, .hurried = 1};
  options.probe.sequences = 0;
  options.novelty.emplace();
  options.novelty->options.events.warm_up_seconds = 20;
  options.novelty->options.events.begin_score = 2;
  options.novelty->options.events.least_seconds = 0.2;
  return options;
}

// By the read-out's error, which speaks of what flickers whatever the layers have learned in half a
// minute.
inline PipelineOptions NovelByError() {
  PipelineOptions options = NovelPipeline();
  options.novelty->by = SurpriseKind::kPredictionError;
  return options;
}

}  // namespace hypnos
