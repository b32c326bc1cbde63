#include "daemon/novelty_teller.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

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
  const std::string where =
      Format("{:.0f} % from the left and {:.0f} % from the top", 100 * event.x(), 100 * event.y());
  if (news.what != NoveltyNews::What::kEnd) {
    return Format("source '{}': something unusual, {}, score {:.1f}", source, where,
                  news.event.peak);
  }
  return Format("source '{}': something unusual for {:.1f} s, {}, score {:.1f} at its peak", source,
                Seconds(news.event.end - news.event.begin), where, news.event.peak);
}

}  // namespace

NoveltyTeller::NoveltyTeller(const Clock& clock, SharedEvents events, Pipeline& pipeline)
    : clock_(clock), events_(std::move(events)) {
  link_->pipeline = &pipeline;
}

NoveltyTeller::~NoveltyTeller() {
  const std::lock_guard lock(link_->mutex);
  link_->pipeline = nullptr;
}

void NoveltyTeller::OnNovelty(const NoveltyNews& news) {
  if (events_ == nullptr) return;
  Event event = Describe(news);
  if (news.event.kind == NoveltyKind::kSceneChanged) {
    if (news.what == NoveltyNews::What::kBegin) events_->Open(std::move(event), {});
    return;
  }
  if (news.what == NoveltyNews::What::kBegin) {
    under_way_[news.source] = events_->Open(std::move(event), JudgeOf(news));
    return;
  }
  const auto known = under_way_.find(news.source);
  // It began before the daemon was started.
  if (known == under_way_.end()) return;
  event.set_id(known->second);
  events_->Change(event);
  if (news.what != NoveltyNews::What::kEnd) return;
  log::Info("{}", event.message());
  under_way_.erase(known);
}

Event NoveltyTeller::Describe(const NoveltyNews& news) const {
  const NoveltyEvent& of = news.event;
  const double now = Seconds(clock_.WallNow().time_since_epoch());
  const auto wall = [&](Duration time) { return now - Seconds(news.now - time); };
  Event event;
  event.set_source(news.source);
  event.set_kind(of.kind == NoveltyKind::kUnusual ? Event::UNUSUAL : Event::SCENE_CHANGED);
  event.set_time(wall(of.begin));
  if (of.kind == NoveltyKind::kUnusual) {
    event.set_surprise(of.peak);
    event.set_peak_time(wall(of.peak_time));
    event.set_x(ShareOf(of.place.column, news.columns));
    event.set_y(ShareOf(of.place.row, news.rows));
    if (news.what == NoveltyNews::What::kEnd) event.set_end_time(wall(of.end));
  }
  event.set_message(SentenceOf(news, event));
  return event;
}

EventBook::Judge NoveltyTeller::JudgeOf(const NoveltyNews& news) const {
  return [link = link_, source = news.source, number = news.event.number](Event::Verdict verdict) {
    const auto decided = verdict == Event::DISMISSED ? PipelineControl::Verdict::kDismissed
                                                     : PipelineControl::Verdict::kConfirmed;
    const std::lock_guard lock(link->mutex);
    if (link->pipeline == nullptr) return;
    link->pipeline->Post([source, number, decided](PipelineControl& control) {
      control.JudgeNovelty(source, number, decided);
    });
  };
}

}  // namespace hypnos
