#include "lab/online_video_cell.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/capture_thread.h"
#include "hypnos/sources/file_source.h"
#include "hypnos/tensor/kernels.h"
#include "lab/linear_predictor.h"
#include "lab/split_source.h"

namespace hypnos::lab {
namespace {

// Where in the pass an error counts.
class Errors {
 public:
  explicit Errors(const VideoClip& clip) : clip_(clip) {}

  void Count(int64_t frame, double error) {
    if (frame >= clip_.learned) return held_out_.Add(error);
    all_.Add(error);
    if (4 * frame >= 3 * clip_.learned) late_.Add(error);
  }

  OnlineVideoScore Score() const {
    OnlineVideoScore score;
    score.error = all_.mean();
    score.late_error = late_.mean();
    score.held_out_error = held_out_.mean();
    return score;
  }

 private:
  struct Sum {
    void Add(double value) {
      sum += value;
      ++count;
    }
    double mean() const { return count > 0 ? sum / static_cast<double>(count) : 0; }
    double sum = 0;
    int64_t count = 0;
  };

  const VideoClip& clip_;
  Sum all_, late_, held_out_;
};

Result<std::unique_ptr<Source>> Open(const VideoClip& clip) {
  HYPNOS_ASSIGN_OR_RETURN(std::unique_ptr<Source> file,
                          OpenFileSource({clip.name, true}, {.path = clip.path}));
  return std::unique_ptr<Source>(
      std::make_unique<SplitSource>(std::move(file), clip.learned, clip.frames));
}

VideoEncoderOptions EncoderOf(const OnlineVideoCell& cell) {
  return {.width = cell.width, .height = cell.height};
}

// Frames one by one, encoded as the network sees them.
class EncodedClip {
 public:
  static Result<EncodedClip> Open(const OnlineVideoCell& cell, const VideoClip& clip) {
    HYPNOS_ASSIGN_OR_RETURN(std::unique_ptr<Source> source, lab::Open(clip));
    HYPNOS_ASSIGN_OR_RETURN(VideoEncoder encoder, VideoEncoder::Create(EncoderOf(cell)));
    const PlaneShape shape{1, cell.height, cell.width};
    HYPNOS_ASSIGN_OR_RETURN(PatchGrid grid, PatchGrid::Create(shape, {.size = cell.patch}));
    return EncodedClip(std::move(source), std::move(encoder), std::move(grid));
  }

  const PatchGrid& grid() const { return grid_; }

  // The patches of the next frame; false at the end. `continues`: the frame before led up to it.
  Result<bool> Next(Matrix& patches, bool& continues) {
    HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd next, source_->Next());
    if (std::holds_alternative<EndOfStream>(next)) return false;
    const Frame& frame = std::get<Frame>(next);
    encoder_.Encode(frame, &planes_);
    grid_.Gather(planes_, patches);
    continues = frame.discontinuity == Discontinuity::kNone;
    return true;
  }

 private:
  EncodedClip(std::unique_ptr<Source> source, VideoEncoder encoder, PatchGrid grid)
      : source_(std::move(source)), encoder_(std::move(encoder)), grid_(std::move(grid)) {}

  std::unique_ptr<Source> source_;
  VideoEncoder encoder_;
  PatchGrid grid_;
  Planes planes_;
};

// Calls use(frame, before, x) for every frame with `past` frames that lead up to it.
template <class Use>
Status ForEachFrame(const OnlineVideoCell& cell, const VideoClip& clip, size_t past,
                    const std::function<bool()>& go_on, Use use) {
  HYPNOS_ASSIGN_OR_RETURN(EncodedClip encoded, EncodedClip::Open(cell, clip));
  // The newest first.
  std::vector<Matrix> kept(past + 1, Matrix(encoded.grid().locations(), encoded.grid().inputs()));
  size_t led = 0;
  for (int64_t frame = 0;; ++frame) {
    std::rotate(kept.begin(), kept.end() - 1, kept.end());
    bool continues = false;
    HYPNOS_ASSIGN_OR_RETURN(const bool more, encoded.Next(kept.front(), continues));
    if (!more) return {};
    led = continues ? led + 1 : 0;
    if (led >= past)
      use(frame, std::vector<ConstMatrixView>(kept.begin() + 1, kept.end()), kept[0]);
    if (!go_on()) return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
  }
}

double CopyError(ConstMatrixView before, ConstMatrixView x) {
  double squares = 0;
  std::vector<float> difference(x.cols);
  for (size_t i = 0; i < x.rows; ++i) {
    Combine(x.row(i), -1.0f, before.row(i), difference);
    squares += static_cast<double>(SumOfSquares(difference));
  }
  return squares / static_cast<double>(x.rows * x.cols);
}

Result<OnlineVideoScore> ScoreCopying(const OnlineVideoCell& cell, const VideoClip& clip,
                                      const std::function<bool()>& go_on) {
  Errors errors(clip);
  HYPNOS_RETURN_IF_ERROR(
      ForEachFrame(cell, clip, 1, go_on, [&](int64_t frame, const auto& before, const Matrix& x) {
        errors.Count(frame, CopyError(before[0], x));
      }));
  return errors.Score();
}

Result<OnlineVideoScore> ScoreLinear(const OnlineVideoCell& cell, const VideoClip& clip,
                                     size_t past, const std::function<bool()>& go_on) {
  const auto side = static_cast<size_t>(cell.patch);
  LinearPredictor predictor(side * side, past);
  const auto unasked = [] { return true; };
  HYPNOS_RETURN_IF_ERROR(ForEachFrame(cell, clip, past, unasked,
                                      [&](int64_t frame, const auto& before, const Matrix& x) {
                                        if (frame < clip.learned) predictor.Observe(before, x);
                                      }));
  predictor.Solve();
  Errors errors(clip);
  HYPNOS_RETURN_IF_ERROR(ForEachFrame(cell, clip, past, go_on,
                                      [&](int64_t frame, const auto& before, const Matrix& x) {
                                        errors.Count(frame, predictor.Error(before, x));
                                      }));
  return errors.Score();
}

PipelineOptions OptionsOf(const OnlineVideoCell& cell) {
  PipelineOptions options;
  options.seed = cell.seed;
  options.encoder = EncoderOf(cell);
  options.network.patches.size = cell.patch;
  for (const size_t units : cell.units) {
    options.network.layers.emplace_back().layer.units = units;
  }
  if (cell.predictor == VideoPredictor::kFrozen) options.network.learning.rate = 0;
  if (cell.least_squares) options.network.generator.rule = GeneratorRule::kLeastSquares;
  options.threads = 1;
  return options;
}

class Watcher final : public PipelineObserver {
 public:
  Watcher(const VideoClip& clip, const std::function<bool()>& go_on)
      : errors_(clip), go_on_(go_on) {}

  void Watch(Pipeline& pipeline, FrameQueue& queue) {
    pipeline_ = &pipeline;
    queue_ = &queue;
  }

  void OnFrame(const FrameReport& report) override {
    if (report.prediction_error) errors_.Count(frames_, *report.prediction_error);
    ++frames_;
    if (stopped_ || go_on_()) return;
    stopped_ = true;
    pipeline_->Stop();
    queue_->Close();
  }

  bool stopped() const { return stopped_; }
  OnlineVideoScore Score() const { return errors_.Score(); }

 private:
  Errors errors_;
  const std::function<bool()>& go_on_;
  Pipeline* pipeline_ = nullptr;
  FrameQueue* queue_ = nullptr;
  int64_t frames_ = 0;
  std::atomic<bool> stopped_ = false;
};

std::vector<double> EachLayer(const std::optional<ProbeReport>& probe, double LayerProbe::*figure) {
  std::vector<double> figures;
  if (!probe) return figures;
  for (const LayerProbe& layer : probe->figures.layers) figures.push_back(layer.*figure);
  return figures;
}

Result<OnlineVideoScore> ScoreNetwork(const OnlineVideoCell& cell, const VideoClip& clip,
                                      const std::function<bool()>& go_on) {
  HYPNOS_ASSIGN_OR_RETURN(std::unique_ptr<Source> source, Open(clip));
  const SystemClock clock;
  Watcher watcher(clip, go_on);
  Pipeline pipeline(OptionsOf(cell), clock, watcher);
  CaptureThread capture(std::move(source), 4, OnFull::kBlock);
  watcher.Watch(pipeline, capture.queue());
  HYPNOS_ASSIGN_OR_RETURN(const RunSummary summary, pipeline.Run(capture.queue()));
  if (watcher.stopped()) return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
  OnlineVideoScore score = watcher.Score();
  for (const RealOrDream& layer : summary.held_out) {
    score.dream_pairs.push_back(layer.pairwise_accuracy());
  }
  score.first_probe_pairs = EachLayer(summary.probes.first, &LayerProbe::pairwise_accuracy);
  score.probe_pairs = EachLayer(summary.probes.last, &LayerProbe::pairwise_accuracy);
  score.probe_auc = EachLayer(summary.probes.last, &LayerProbe::auc);
  return score;
}

}  // namespace

Result<OnlineVideoScore> RunOnlineVideoCell(const OnlineVideoCell& cell, const VideoClip& clip,
                                            const std::function<bool()>& go_on) {
  switch (cell.predictor) {
    case VideoPredictor::kLearning:
    case VideoPredictor::kFrozen:
      return ScoreNetwork(cell, clip, go_on);
    case VideoPredictor::kCopyLast:
      return ScoreCopying(cell, clip, go_on);
    case VideoPredictor::kLinear:
      return ScoreLinear(cell, clip, 1, go_on);
    case VideoPredictor::kLinearTwo:
      return ScoreLinear(cell, clip, 2, go_on);
  }
  HYPNOS_CHECK(false);
  return OnlineVideoScore();
}

}  // namespace hypnos::lab
