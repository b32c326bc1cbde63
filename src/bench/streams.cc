#include "bench/streams.h"

#include <algorithm>
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

// When each frame of one stream was done.
class FrameTimes final : public PipelineObserver {
 public:
  FrameTimes(const Clock& clock, int64_t frames) : clock_(clock) {
    times_.reserve(static_cast<size_t>(frames));
  }
  void OnFrame(const FrameReport&) override { times_.push_back(clock_.Now()); }

  const std::vector<Instant>& times() const { return times_; }
  // The last frame that does not count.
  Instant warm() const {
    const auto frames = static_cast<int64_t>(times_.size());
    return times_[static_cast<size_t>(std::min(kWarmUpFrames, frames / 2))];
  }
  int64_t CountWithin(Instant begin, Instant end) const {
    return std::ranges::count_if(times_, [&](Instant t) { return begin < t && t <= end; });
  }

 private:
  const Clock& clock_;
  std::vector<Instant> times_;
};

struct Stream {
  Stream(const StreamsOptions& options, std::unique_ptr<Source> source, const Clock& clock)
      : times(clock, options.frames),
        pipeline(options.pipeline, clock, times),
        capture(std::make_unique<FirstFrames>(std::move(source), options.frames), kQueueFrames,
                OnFull::kBlock) {}

  FrameTimes times;
  Pipeline pipeline;
  CaptureThread capture;
  Result<RunSummary> summary = RunSummary{};
};

double LayersAtOnce(const RunSummary& summary) {
  Duration busy{};
  for (const Duration layer : summary.stages.layers) busy += layer;
  return Seconds(busy) / Seconds(summary.elapsed);
}

Result<StreamsReport> ReportOf(const std::vector<std::unique_ptr<Stream>>& streams) {
  StreamsReport report;
  Instant begin{};
  Instant end = Instant::max();
  for (const auto& stream : streams) {
    if (!stream->summary.ok()) return stream->summary.error();
    begin = std::max(begin, stream->times.warm());
    end = std::min(end, stream->times.times().back());
    report.layers_at_once += LayersAtOnce(*stream->summary);
  }
  report.seconds = Seconds(end - begin);
  if (report.seconds <= 0) {
    return Error{Code::kFailedPrecondition, "STREAMS_APART",
                 "one stream had ended before another was warm: give them more --frames"};
  }
  int64_t fewest = streams.front()->times.CountWithin(begin, end);
  for (const auto& stream : streams) {
    const int64_t frames = stream->times.CountWithin(begin, end);
    report.frames += frames;
    fewest = std::min(fewest, frames);
  }
  report.slowest_frames_rate = static_cast<double>(fewest) / report.seconds;
  HYPNOS_ASSIGN_OR_RETURN(report.resident_kib, ResidentKib());
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
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < options.streams; ++i) {
    HYPNOS_ASSIGN_OR_RETURN(auto source, open());
    streams.push_back(std::make_unique<Stream>(options, std::move(source), clock));
  }
  {
    std::vector<std::jthread> threads;
    for (const auto& stream : streams) {
      threads.emplace_back(
          [&] { stream->summary = stream->pipeline.Run(stream->capture.queue()); });
    }
  }
  return ReportOf(streams);
}

}  // namespace hypnos::bench
