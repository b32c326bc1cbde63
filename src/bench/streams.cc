#include "bench/streams.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

#include "bench/memory_trend.h"
#include "hypnos/sources/capture_thread.h"
#include "hypnos/sources/synthetic_source.h"

namespace hypnos::bench {
namespace {

// As the configuration's default.
constexpr size_t kQueueFrames = 4;
// Of a stream, at most: memory has been touched and threads have been started.
constexpr int64_t kWarmUpFrames = 8;

class LoopedPictures final : public Source {
 public:
  explicit LoopedPictures(const std::vector<Image>& images) : images_(images) {}

  Result<FrameOrEnd> Next() override {
    Frame frame;
    frame.index = next_;
    frame.presentation_time = std::chrono::milliseconds(40) * next_;
    frame.discontinuity = next_ == 0 ? Discontinuity::kStart : Discontinuity::kNone;
    // Back again: no jump from the last to the first.
    const auto count = static_cast<int64_t>(images_.size());
    const int64_t place = next_ % (2 * count);
    frame.image = images_[static_cast<size_t>(std::min(place, 2 * count - 1 - place))];
    ++next_;
    return FrameOrEnd(std::move(frame));
  }
  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return std::nullopt; }
  std::string Describe() const override { return "pictures in memory"; }

 private:
  const std::vector<Image>& images_;
  int64_t next_ = 0;
};

// The first frames of another source.
class FirstFrames final : public Source {
 public:
  FirstFrames(std::unique_ptr<Source> source, int64_t frames)
      : source_(std::move(source)), left_(frames) {}

  Result<FrameOrEnd> Next() override {
    if (left_ == 0) return FrameOrEnd(EndOfStream{});
    --left_;
    return source_->Next();
  }
  bool live() const override { return source_->live(); }
  std::optional<int64_t> frame_count() const override { return left_; }
  std::string Describe() const override { return source_->Describe(); }

 private:
  const std::unique_ptr<Source> source_;
  int64_t left_;
};

// The time in which all streams are running, and their frames in it. Keeps no list: its memory must
// not grow where that of others is watched.
// Threads: OnFrame may be called from any, the rest once all streams have ended.
class Window {
 public:
  Window(int streams, int64_t frames, const Clock& clock)
      : clock_(clock),
        all_frames_(frames),
        warm_frames_(std::min(kWarmUpFrames, frames / 2)),
        seen_(static_cast<size_t>(streams)),
        counted_(static_cast<size_t>(streams)) {}

  void OnFrame(size_t stream) {
    const std::lock_guard lock(mutex_);
    const int64_t seen = ++seen_[stream];
    if (seen == warm_frames_ && ++warm_streams_ == seen_.size()) {
      begin_ = end_ = clock_.Now();
    } else if (warm_streams_ == seen_.size() && !ended_) {
      ++counted_[stream];
      end_ = clock_.Now();
    }
    ended_ = ended_ || seen == all_frames_;
  }

  double seconds() const { return Seconds(end_ - begin_); }
  const std::vector<int64_t>& counted() const { return counted_; }

 private:
  const Clock& clock_;
  const int64_t all_frames_;
  const int64_t warm_frames_;
  std::mutex mutex_;
  std::vector<int64_t> seen_;
  std::vector<int64_t> counted_;
  size_t warm_streams_ = 0;
  Instant begin_{};
  Instant end_{};
  bool ended_ = false;
};

class WindowObserver final : public PipelineObserver {
 public:
  WindowObserver(Window& window, size_t stream) : window_(window), stream_(stream) {}
  void OnFrame(const FrameReport&) override { window_.OnFrame(stream_); }

 private:
  Window& window_;
  const size_t stream_;
};

struct Stream {
  Stream(const StreamsOptions& options, std::unique_ptr<Source> source, const Clock& clock,
         Window& window, size_t number)
      : observer(window, number),
        pipeline(options.pipeline, clock, observer),
        capture(std::make_unique<FirstFrames>(std::move(source), options.frames), kQueueFrames,
                OnFull::kBlock) {}

  WindowObserver observer;
  Pipeline pipeline;
  CaptureThread capture;
  Result<RunSummary> summary = RunSummary{};
};

double LayersAtOnce(const RunSummary& summary) {
  Duration busy{};
  for (const Duration layer : summary.stages.layers) busy += layer;
  return Seconds(busy) / Seconds(summary.elapsed);
}

Result<StreamsReport> ReportOf(const std::vector<std::unique_ptr<Stream>>& streams,
                               const Window& window) {
  StreamsReport report;
  for (const auto& stream : streams) {
    if (!stream->summary.ok()) return stream->summary.error();
    report.layers_at_once += LayersAtOnce(*stream->summary);
  }
  report.seconds = window.seconds();
  if (report.seconds <= 0) {
    return Error{Code::kFailedPrecondition, "STREAMS_APART",
                 "one stream had ended before another was warm: give them more --frames"};
  }
  const std::vector<int64_t>& frames = window.counted();
  report.frames = std::accumulate(frames.begin(), frames.end(), int64_t{0});
  report.slowest_frames_rate =
      static_cast<double>(*std::ranges::min_element(frames)) / report.seconds;
  HYPNOS_ASSIGN_OR_RETURN(report.resident_kib, ResidentKib());
  report.weights = streams.front()->pipeline.network()->parameter_count();
  return report;
}

}  // namespace

Result<Pictures> Pictures::Create(int width, int height, int count) {
  HYPNOS_ASSIGN_OR_RETURN(
      const auto source,
      OpenSyntheticSource({.name = "pictures"}, {.scene = SyntheticSourceOptions::Scene::kGlyphs,
                                                 .width = width,
                                                 .height = height,
                                                 .frames = static_cast<uint64_t>(count),
                                                 .glyphs = 8}));
  Pictures pictures;
  for (int i = 0; i < count; ++i) {
    HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd next, source->Next());
    pictures.images.push_back(std::get<Frame>(std::move(next)).image);
  }
  return pictures;
}

std::unique_ptr<Source> Pictures::Open() const { return std::make_unique<LoopedPictures>(images); }

Result<StreamsReport> RunStreams(const StreamsOptions& options, const OpenStream& open) {
  static const SystemClock clock;
  Window window(options.streams, options.frames, clock);
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < options.streams; ++i) {
    HYPNOS_ASSIGN_OR_RETURN(auto source, open());
    streams.push_back(std::make_unique<Stream>(options, std::move(source), clock, window,
                                               static_cast<size_t>(i)));
  }
  {
    std::vector<std::jthread> threads;
    for (const auto& stream : streams) {
      threads.emplace_back(
          [&] { stream->summary = stream->pipeline.Run(stream->capture.queue()); });
    }
  }
  return ReportOf(streams, window);
}

}  // namespace hypnos::bench
