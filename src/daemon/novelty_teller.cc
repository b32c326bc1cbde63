#include "daemon/novelty_teller.h"

#include <algorithm>
#include <utility>

#include "daemon/notice_of.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/novelty/novelty.h"

namespace hypnos {
namespace {

using control::Event;

// The middle of a place, as a share of all.
double ShareOf(size_t place, size_t places) {
  return places == 0 ? 0 : (static_cast<double>(place) + 0.5) / static_cast<double>(places);
}

std::string SentenceOf(const NoveltyNews& news, const Event& event) {
  const std::string source = Printable(news.source);
  if (news.event.kind == NoveltyKind::kSceneChanged) {
    return Format(
        "source '{}': most of the picture has changed at once: light, a cover, or a knock?",
        source);
  }
  if (news.event.kind == NoveltyKind::kStandsStill) {
    return Format(
        "source '{}': nothing in the picture moves any more, not even its noise: has it frozen, or "
        "is it covered?",
        source);
  }
  // A row of a series has one place.
  const std::string where = news.rows * news.columns <= 1
                                ? ""
                                : Format(", {:.0f} % from the left and {:.0f} % from the top",
                                         100 * event.x(), 100 * event.y());
  if (news.what != NoveltyNews::What::kEnd) {
    return Format("source '{}': something unusual{}, score {:.1f}", source, where, news.event.peak);
  }
  return Format("source '{}': something unusual for {:.1f} s{}, score {:.1f} at its peak", source,
                Seconds(news.event.end - news.event.begin), where, news.event.peak);
}

// But for its number, its peak and its end.
Event Describe(const NoveltyNews& news, double begin) {
  const NoveltyEvent& of = news.event;
  Event event;
  event.set_source(news.source);
  event.set_kind(of.kind == NoveltyKind::kUnusual ? Event::UNUSUAL : Event::SCENE_CHANGED);
  event.set_time(begin);
  if (of.kind == NoveltyKind::kUnusual) {
    event.set_surprise(of.peak);
    event.set_x(ShareOf(of.place.column, news.columns));
    event.set_y(ShareOf(of.place.row, news.rows));
  }
  event.set_message(SentenceOf(news, event));
  return event;
}

}  // namespace

NoveltyTeller::NoveltyTeller(const Clock& clock, SharedEvents events, Pipeline& pipeline,
                             Recorder recorder)
    : clock_(clock), events_(std::move(events)), recorder_(std::move(recorder)) {
  link_->pipeline = &pipeline;
}

NoveltyTeller::~NoveltyTeller() {
  const std::lock_guard lock(link_->mutex);
  link_->pipeline = nullptr;
}

void NoveltyTeller::OnFrame(const FrameReport& report) {
  if (EventRecorder* recorder = recorder_()) {
    const bool cut = report.discontinuity != Discontinuity::kNone;
    if (recorder->Wants(report.source, report.presentation_time, cut) && !report.image.empty()) {
      recorder->Show(report.source, report.presentation_time, report.image);
    }
  }
  if (report.novelty) TellWhetherWarm(report);
  if (under_way_.empty()) return;
  const auto known = under_way_.find(report.source);
  if (known == under_way_.end()) return;
  known->second.last = report.presentation_time;
  known->second.seen = now();
}

void NoveltyTeller::TellWhetherWarm(const FrameReport& report) {
  const bool warm = report.novelty->warm;
  const auto known = warm_.find(report.source);
  if (known != warm_.end() && known->second == warm) return;
  warm_[report.source] = warm;
  log::Info("source '{}': {}", Printable(report.source),
            warm ? "it is known what is usual: from now on what is unusual is told"
                 : "learning what is usual; until that is known nothing unusual is told");
}

void NoveltyTeller::OnNovelty(const NoveltyNews& news) {
  if (events_ == nullptr) return;
  if (news.what == NoveltyNews::What::kBegin) return Begin(news);
  auto known = under_way_.find(news.source);
  // A scene that has changed or stands still was over when it was told.
  if (news.event.kind != NoveltyKind::kUnusual) return;
  // It began before the daemon was started.
  if (known == under_way_.end()) {
    NoveltyNews begun = news;
    begun.what = NoveltyNews::What::kBegin;
    Begin(begun);
    known = under_way_.find(news.source);
  }
  GoOn(news, known->second);
  if (news.what == NoveltyNews::What::kEnd) under_way_.erase(known);
}

void NoveltyTeller::OnStreamEnd(const StreamEnd& end) {
  warm_.erase(end.source);
  if (EventRecorder* recorder = recorder_()) recorder->Forget(end.source);
}

void NoveltyTeller::Begin(const NoveltyNews& news) {
  const double last = now();
  const auto wall = [&](Duration time) { return last - Seconds(news.event.last - time); };
  const UnderWay begun = {.begin = wall(news.event.begin),
                          .peak = wall(news.event.peak_time),
                          .last = news.event.last,
                          .seen = last};
  Event event = Describe(news, begun.begin);
  if (news.event.kind != NoveltyKind::kUnusual) {
    event.set_id(events_->Open(event, {}));
    Record(news, event);
    NoveltyNews over = news;
    over.what = NoveltyNews::What::kEnd;
    event.set_end_time(event.time());
    return Record(over, event);
  }
  event.set_peak_time(begun.peak);
  UnderWay& kept = under_way_[news.source] = begun;
  kept.id = events_->Open(event, JudgeOf(news));
  event.set_id(kept.id);
  Record(news, event);
}

void NoveltyTeller::GoOn(const NoveltyNews& news, UnderWay& known) {
  const NoveltyEvent& of = news.event;
  // It is told before the report of its frame. What a cut ends was seen until the frame before.
  const double last = of.last == known.last ? known.seen : now();
  if (news.what == NoveltyNews::What::kPeak) known.peak = last - Seconds(of.last - of.peak_time);
  Event event = Describe(news, known.begin);
  event.set_id(known.id);
  event.set_peak_time(known.peak);
  // A file may be read faster than it plays.
  if (news.what == NoveltyNews::What::kEnd) {
    event.set_end_time(std::max(known.peak, last - Seconds(of.last - of.end)));
    log::Info("{}", event.message());
  }
  events_->Change(event);
  Record(news, event);
}

void NoveltyTeller::Record(const NoveltyNews& news, const Event& event) const {
  EventRecorder* recorder = recorder_();
  if (recorder == nullptr) return;
  Event told = event;
  told.set_severity(SeverityOf(event.kind()));
  const double peak = event.peak_time() != 0 ? event.peak_time() : event.time();
  const auto what = [&] {
    switch (news.what) {
      case NoveltyNews::What::kBegin:
        return EventNews::What::kBegin;
      case NoveltyNews::What::kPeak:
        return EventNews::What::kPeak;
      case NoveltyNews::What::kEnd:
        break;
    }
    return EventNews::What::kEnd;
  };
  recorder->Tell({.what = what(),
                  .notice = NoticeOf(told),
                  .x = event.x(),
                  .y = event.y(),
                  .peak_wall_time = WallTime(FromSeconds(peak)),
                  .begin = news.event.begin,
                  .peak_time = news.event.peak_time,
                  .end = news.event.end});
}

EventBook::Judge NoveltyTeller::JudgeOf(const NoveltyNews& news) const {
  return [link = link_, source = news.source, number = news.event.number](Event::Verdict verdict) {
    const auto decided = verdict == Event::DISMISSED ? PipelineControl::Verdict::kDismissed
                                                     : PipelineControl::Verdict::kConfirmed;
    const std::lock_guard lock(link->mutex);
    if (link->pipeline == nullptr) return;
    link->pipeline->Post([source, number, decided](PipelineControl& control) {
      if (control.JudgeNovelty(source, number, decided)) return;
      log::Warning(
          "source '{}': what was decided about an event is without effect: only the last {} of a "
          "source are known, and none from before its network was replaced",
          Printable(source), Novelty::kKeptEvents);
    });
  };
}

}  // namespace hypnos
