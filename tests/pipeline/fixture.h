// Small moving pictures and a pipeline that watches them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos {

// A bright square that wanders over a noisy ground.
inline Frame MakeFrame(int64_t index, int width = 32, int height = 24) {
  Rng rng = Rng(7).Fork(std::to_string(index));
  Frame frame;
  frame.clip = "square";
  frame.index = index;
  frame.presentation_time = std::chrono::milliseconds(100 * index);
  frame.discontinuity = index == 0 ? Discontinuity::kStart : Discontinuity::kNone;
  frame.image = Image(width, height, 1);
  const int left = static_cast<int>(index * 2 % (width - 6));
  const int top = static_cast<int>(index % (height - 6));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool inside = x >= left && x < left + 6 && y >= top && y < top + 6;
      frame.image.bytes()[static_cast<size_t>(y * width + x)] =
          static_cast<uint8_t>((inside ? 200 : 60) + static_cast<int>(rng.Below(16)));
    }
  }
  return frame;
}

inline std::vector<Frame> MakeClip(int64_t frames) {
  std::vector<Frame> clip;
  for (int64_t i = 0; i < frames; ++i) clip.push_back(MakeFrame(i));
  return clip;
}

inline PipelineOptions SmallPipeline() {
  PipelineOptions options;
  options.network.patches.size = 8;
  options.network.layers.resize(3);
  for (auto& layer : options.network.layers) layer.layer.units = 16;
  options.schedule = {.wake_steps = 10, .sleep_steps = 6};
  options.dream_steps = 5;
  options.memory = {.sequences = 4, .context_frames = 3, .interval_frames = 3, .residuals = 4};
  options.threads = 2;
  return options;
}

// Everything that was reported, as text in full precision: two runs agree if their texts do.
class Recorder : public PipelineObserver {
 public:
  void OnFrame(const FrameReport& report) override {
    frames.push_back(report);
    text +=
        Format("frame {} {} {:a}", report.clip, report.index, report.prediction_error.value_or(0));
    Append(report.layers);
  }
  void OnDream(const DreamReport& report) override {
    dreams.push_back(report);
    text += Format("dream {}", report.step);
    Append(report.layers);
  }
  void OnStep(const StepReport& report) override {
    ++(report.asleep ? asleep_steps : awake_steps);
    took += report.took;
  }
  void OnPhase(const PhaseReport& report) override {
    phases.push_back(report);
    text += report.asleep ? "asleep" : "awake";
    for (const double contrast : report.contrast) text += Format(" {:a}", contrast);
    text += "\n";
  }

  std::vector<FrameReport> frames;
  std::vector<DreamReport> dreams;
  std::vector<PhaseReport> phases;
  int64_t awake_steps = 0, asleep_steps = 0;
  Duration took{};  // all of them together
  std::string text;

 private:
  void Append(const std::vector<StepStatistics>& layers) {
    for (const auto& layer : layers)
      text += Format(" {:a} {:a}", layer.goodness, layer.probability);
    text += "\n";
  }
};

inline void Fill(FrameQueue& queue, std::vector<Frame> frames) {
  for (Frame& frame : frames) queue.Push(std::move(frame));
  queue.Finish(FrameOrEnd(EndOfStream{}));
}

struct Watched {
  explicit Watched(const PipelineOptions& options, std::vector<Frame> frames)
      : pipeline(options, clock, recorder), queue(frames.size() + 1, OnFull::kBlock) {
    Fill(queue, std::move(frames));
    result.emplace(pipeline.Run(queue));
  }

  SystemClock clock;
  Recorder recorder;
  Pipeline pipeline;
  FrameQueue queue;
  std::optional<Result<RunSummary>> result;
};

}  // namespace hypnos
