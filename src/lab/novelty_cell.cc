#include "lab/novelty_cell.h"

#include <atomic>
#include <memory>
#include <utility>

#include "hypnos/sources/capture_thread.h"
#include "hypnos/sources/source_options.h"

namespace hypnos::lab {
namespace {

class Watcher final : public PipelineObserver {
 public:
  Watcher(const std::function<bool()>& go_on, PipelineObserver& observer)
      : go_on_(go_on), observer_(observer) {}

  void Watch(Pipeline& pipeline, FrameQueue& queue) {
    pipeline_ = &pipeline;
    queue_ = &queue;
  }

  void OnFrame(const FrameReport& report) override {
    observer_.OnFrame(report);
    if (stopped_ || go_on_()) return;
    stopped_ = true;
    pipeline_->Stop();
    queue_->Close();
  }
  void OnNovelty(const NoveltyNews& news) override { observer_.OnNovelty(news); }

  bool stopped() const { return stopped_; }

 private:
  const std::function<bool()>& go_on_;
  PipelineObserver& observer_;
  Pipeline* pipeline_ = nullptr;
  FrameQueue* queue_ = nullptr;
  std::atomic<bool> stopped_ = false;
};

class FramesTo final : public PipelineObserver {
 public:
  explicit FramesTo(const std::function<void(const FrameReport&)>& watch) : watch_(watch) {}
  void OnFrame(const FrameReport& report) override { watch_(report); }

 private:
  const std::function<void(const FrameReport&)>& watch_;
};

SourceOptions EntryOf(const NoveltyClip& clip, bool learn) {
  SourceOptions entry;
  entry.identity = {clip.name, learn};
  if (clip.is_folder) {
    entry.kind = FolderSourceOptions{.path = clip.path};
  } else {
    entry.kind = FileSourceOptions{.path = clip.path};
  }
  return entry;
}

}  // namespace

PipelineOptions NoveltyPipeline(uint64_t seed) {
  PipelineOptions options;
  options.seed = seed;
  options.encoder = VideoEncoderOptions{.width = 360,
                                        .height = 240,
                                        .motion = true,
                                        .place = true,
                                        .cell = 4,
                                        .scaling = {.horizon_frames = kScalingHorizonFrames}};
  NetworkOptions& network = options.network;
  network.patches = {.size = 6, .stride = 3};
  network.input_scale = InputScale::kScaled;
  for (int l = 0; l < 2; ++l) {
    NetworkLayerOptions& layer = network.layers.emplace_back();
    layer.layer.units = layer.layer.constraint_units = 128;
    layer.top_down = false;
  }
  network.learning.rule = LearningRule::kInterleaved;
  network.learning.optimiser = Optimiser::kRms;
  network.learning.rate = 1e-3f;
  // What the layers say must stand still for what is usual to be known, so that they go on slowly:
  // a normalised step moves all weights of a unit alike, hundreds of inputs agree in what is new,
  // and a millionth of a step each is much after a few thousand frames. Upper layers learn from
  // seven frames in eight: a dream's first ones do not reach them.
  network.learning.hold_steps = 1900;
  network.learning.fall_steps = 300;
  network.learning.rate_floor = 1e-5f;
  options.negatives = {.dream = 0, .hurried = 1};
  options.probe.sequences = 0;
  options.threads = 1;
  return options;
}

Status WatchClips(const NoveltyCell& cell, const std::vector<NoveltyClip>& clips,
                  const std::function<bool()>& go_on,
                  const std::function<void(const FrameReport&)>& watch) {
  PlaylistOptions playlist;
  playlist.rounds = 1;
  for (const NoveltyClip& clip : clips) {
    playlist.entries.push_back(EntryOf(clip, clip.usual || cell.learns_on));
  }
  HYPNOS_ASSIGN_OR_RETURN(std::unique_ptr<Source> source, OpenPlaylist({"clips", true}, playlist));
  FramesTo frames(watch);
  return WatchSource(cell.pipeline, std::move(source), go_on, frames);
}

Status WatchSource(const PipelineOptions& options, std::unique_ptr<Source> source,
                   const std::function<bool()>& go_on, PipelineObserver& observer) {
  const SystemClock clock;
  Watcher watcher(go_on, observer);
  Pipeline pipeline(options, clock, watcher);
  CaptureThread capture(std::move(source), 4, OnFull::kBlock);
  watcher.Watch(pipeline, capture.queue());
  HYPNOS_ASSIGN_OR_RETURN(const RunSummary summary, pipeline.Run(capture.queue()));
  (void)summary;
  if (watcher.stopped()) return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
  return {};
}

}  // namespace hypnos::lab
