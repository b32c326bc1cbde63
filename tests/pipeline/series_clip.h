// A series of two columns, and a pipeline that watches it.
#pragma once

#include <cmath>
#include <vector>

#include "pipeline/fixture.h"

namespace hypnos {

inline std::vector<Frame> SeriesClip(int64_t rows) {
  std::vector<Frame> clip;
  Rng rng(5);
  for (int64_t i = 0; i < rows; ++i) {
    Frame& frame = clip.emplace_back();
    frame.clip = "pump";
    frame.index = i;
    frame.presentation_time = std::chrono::seconds(i);
    frame.discontinuity = i == 0 ? Discontinuity::kStart : Discontinuity::kNone;
    const auto at = static_cast<double>(i);
    const double noise = 0.1 * static_cast<double>(rng.Normal());
    frame.readings.values = {std::sin(at / 9) + noise, static_cast<double>(i % 4)};
  }
  return clip;
}

inline PipelineOptions SeriesPipeline() {
  PipelineOptions options = SmallPipeline();
  options.encoder = SeriesEncoderOptions{.bumps = 4, .window = 2};
  options.network.patches.size = 1;
  options.network.input_scale = InputScale::kScaled;
  options.network.generator.rule = GeneratorRule::kLeastSquares;
  options.network.learning.rule = LearningRule::kInterleaved;
  options.probe.sequences = 0;
  options.novelty.emplace();
  options.novelty->by = SurpriseKind::kPredictionError;
  options.novelty->options.events.warm_up_seconds = 50;
  return options;
}

}  // namespace hypnos
