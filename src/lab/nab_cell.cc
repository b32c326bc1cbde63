#include "lab/nab_cell.h"

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "hypnos/pipeline/series_readings.h"
#include "hypnos/sources/capture_thread.h"
#include "hypnos/sources/source_options.h"

namespace hypnos::lab {
namespace {

Error Stopped() { return {Code::kCancelled, "STOPPED", "stopped before its end"}; }

// Puts each row's score where the row stands in the file.
class Scores {
 public:
  Scores(const NabCell& cell, size_t rows) : novelty_(cell.novelty), rows_(rows) {}

  void Add(int64_t index, const std::vector<SeriesReading>& columns, const SeriesMoment& moment) {
    const SeriesReport report = novelty_.Observe(columns, moment);
    const auto at = static_cast<size_t>(index);
    if (at >= rows_.size()) return;
    for (; next_ < at; ++next_) {
      if (next_ > 0) rows_[next_].score = rows_[next_ - 1].score;
    }
    rows_[at] = {report.score, report.told};
    next_ = at + 1;
  }

  std::vector<NabRow> Take() { return std::move(rows_); }

 private:
  SeriesNovelty novelty_;
  std::vector<NabRow> rows_;
  size_t next_ = 0;
};

class Watcher final : public PipelineObserver {
 public:
  Watcher(const NabCell& cell, Scores& scores, const std::function<bool()>& go_on)
      : encoder_(std::get<SeriesEncoderOptions>(cell.pipeline.encoder)),
        by_(cell.by),
        scores_(scores),
        go_on_(go_on) {}

  void Watch(Pipeline& pipeline, FrameQueue& queue) {
    pipeline_ = &pipeline;
    queue_ = &queue;
  }

  void OnFrame(const FrameReport& report) override {
    scores_.Add(report.index, ReadingsOf(report.places, encoder_, by_),
                {.cut = report.discontinuity != Discontinuity::kNone, .when = report.places.when});
    if (stopped_ || go_on_()) return;
    stopped_ = true;
    pipeline_->Stop();
    queue_->Close();
  }

  bool stopped() const { return stopped_; }

 private:
  const SeriesEncoderOptions encoder_;
  const SurpriseKind by_;
  Scores& scores_;
  const std::function<bool()>& go_on_;
  Pipeline* pipeline_ = nullptr;
  FrameQueue* queue_ = nullptr;
  std::atomic<bool> stopped_ = false;
};

Status WatchByNetwork(const NabCell& cell, std::unique_ptr<Source> source, Scores& scores,
                      const std::function<bool()>& go_on) {
  const SystemClock clock;
  Watcher watcher(cell, scores, go_on);
  Pipeline pipeline(cell.pipeline, clock, watcher);
  CaptureThread capture(std::move(source), 64, OnFull::kBlock);
  watcher.Watch(pipeline, capture.queue());
  HYPNOS_ASSIGN_OR_RETURN(const RunSummary summary, pipeline.Run(capture.queue()));
  (void)summary;
  return watcher.stopped() ? Status(Stopped()) : Status();
}

Status WatchAlone(Source& source, Scores& scores, const std::function<bool()>& go_on) {
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(const FrameOrEnd next, source.Next());
    const Frame* frame = std::get_if<Frame>(&next);
    if (frame == nullptr) return {};
    std::vector<SeriesReading> columns;
    for (const double value : frame->readings.values) columns.push_back({.value = value});
    scores.Add(frame->index, columns,
               {.cut = frame->discontinuity != Discontinuity::kNone, .when = frame->readings.when});
    if (!go_on()) return Stopped();
  }
}

}  // namespace

NabCell MakeNabCell(NabArm arm, uint64_t seed) {
  NabCell cell;
  cell.arm = arm;
  if (arm == NabArm::kGoodness) cell.by = SurpriseKind::kGoodness;
  PipelineOptions& options = cell.pipeline;
  options.seed = seed;
  options.encoder = SeriesEncoderOptions{
      .bumps = 24, .time_of_day = true, .time_of_week = true, .horizon_rows = 100'000};
  NetworkOptions& network = options.network;
  network.patches.size = 1;
  network.input_scale = InputScale::kScaled;
  for (int l = 0; l < 2; ++l) network.layers.emplace_back().layer.units = 64;
  network.learning.rule = LearningRule::kInterleaved;
  network.learning.optimiser = Optimiser::kRms;
  network.learning.rate = 5e-4f;
  network.generator.rule = GeneratorRule::kLeastSquares;
  network.generator.horizon_steps = 2'000;
  network.generator.rate = 0.002f;
  options.dream_steps = 4;
  options.probe.sequences = 0;
  options.threads = 1;
  if (arm == NabArm::kFrozen) network.learning.rate = 0;
  if (arm == NabArm::kReadOut) {
    network.learning.rate = 0;
    network.layers.resize(1);
    network.layers[0].layer.units = 1;
  }
  return cell;
}

Result<std::vector<NabRow>> WatchRows(const NabCell& cell, std::unique_ptr<Source> source,
                                      size_t rows, const std::function<bool()>& go_on) {
  Scores scores(cell, rows);
  if (cell.arm == NabArm::kCalibration) {
    HYPNOS_RETURN_IF_ERROR(WatchAlone(*source, scores, go_on));
  } else {
    HYPNOS_RETURN_IF_ERROR(WatchByNetwork(cell, std::move(source), scores, go_on));
  }
  return scores.Take();
}

Result<std::vector<NabRow>> WatchSeries(const NabCell& cell, const std::string& path, size_t rows,
                                        const std::function<bool()>& go_on) {
  HYPNOS_ASSIGN_OR_RETURN(auto source, OpenSeriesSource({path, true}, {.path = path}));
  return WatchRows(cell, std::move(source), rows, go_on);
}

}  // namespace hypnos::lab
