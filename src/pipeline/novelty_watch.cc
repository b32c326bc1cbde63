#include "pipeline/novelty_watch.h"

#include "hypnos/pipeline/series_readings.h"

namespace hypnos {
namespace {

class Messenger final : public NoveltyObserver {
 public:
  Messenger(const std::string& source, size_t rows, size_t columns, PipelineObserver& observer)
      : source_(source), rows_(rows), columns_(columns), observer_(observer) {}

  void OnBegin(const NoveltyEvent& event) override { Tell(NoveltyNews::What::kBegin, event); }
  void OnPeak(const NoveltyEvent& event) override { Tell(NoveltyNews::What::kPeak, event); }
  void OnEnd(const NoveltyEvent& event) override { Tell(NoveltyNews::What::kEnd, event); }

 private:
  void Tell(NoveltyNews::What what, const NoveltyEvent& event) {
    observer_.OnNovelty(
        {.what = what, .source = source_, .event = event, .rows = rows_, .columns = columns_});
  }

  const std::string& source_;
  size_t rows_;
  size_t columns_;
  PipelineObserver& observer_;
};

}  // namespace

void NoveltyWatch::End(Novelty& novelty, const std::string& source, const PatchGrid& grid,
                       PipelineObserver& observer) {
  Messenger messenger(source, grid.rows(), grid.columns(), observer);
  novelty.End(&messenger);
}

void NoveltyWatch::TellEnd(const Novelty& novelty, const std::string& source, const PatchGrid& grid,
                           PipelineObserver& observer) {
  Messenger messenger(source, grid.rows(), grid.columns(), observer);
  novelty.TellEnd(messenger);
}

void NoveltyWatch::Watch(Novelty& novelty, SeriesNovelty* series, FrameReport& report) {
  // What is only looked at says what is usual, too, where nothing else has said it yet.
  const bool learn = report.learn || (!novelty.warm() && !report.kept_back);
  const auto surprises = series != nullptr ? JudgeRow(*series, report, learn) : places_.Of(report);
  Messenger messenger(report.source, report.places.rows, report.places.columns, observer_);
  report.novelty = novelty.Observe({.rows = report.places.rows,
                                    .columns = report.places.columns,
                                    .surprises = surprises,
                                    .change = report.places.change,
                                    .time = report.presentation_time,
                                    .cut = report.discontinuity != Discontinuity::kNone,
                                    .learn = learn},
                                   &messenger);
}

std::span<const SurpriseMap> NoveltyWatch::JudgeRow(SeriesNovelty& series,
                                                    const FrameReport& report, bool learn) {
  if (report.places.readings.empty()) return {};
  const auto readings = ReadingsOf(report.places, std::get<SeriesEncoderOptions>(encoder_), by_);
  const bool cut = report.discontinuity != Discontinuity::kNone;
  const SeriesReport told =
      series.Observe(readings, {.cut = cut, .learn = learn, .when = report.places.when});
  row_ = static_cast<float>(told.score);
  row_map_ = {{&row_, 1}};
  return {&row_map_, 1};
}

}  // namespace hypnos
