#include "daemon/event_book.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"

namespace hypnos {
namespace {

using control::Event;

constexpr uint32_t kUsualLimit = 100;

void LogAs(Event::Severity severity, const std::string& message) {
  switch (severity) {
    case Event::ALARM:
      log::Error("{}", message);
      break;
    case Event::WARNING:
      log::Warning("{}", message);
      break;
    default:
      log::Info("{}", message);
  }
}

}  // namespace

void EventBook::Note(Event::Kind kind, const std::string& source, const std::string& message) {
  Event event;
  event.set_time(Seconds(clock_.WallNow().time_since_epoch()));
  event.set_source(source);
  event.set_kind(kind);
  event.set_severity(SeverityOf(kind));
  event.set_message(message);
  const std::lock_guard lock(mutex_);
  event.set_id(++last_id_);
  Remember(std::move(event));
}

void EventBook::Remember(Event event) {
  TellFollowers(event, {});
  const auto is_alike = [severity = event.severity()](const Event& known) {
    return known.severity() == severity;
  };
  const auto oldest = std::ranges::find_if(events_, is_alike);
  if (static_cast<size_t>(std::ranges::count_if(events_, is_alike)) == kMost) {
    judges_.erase(oldest->id());
    pictures_.erase(oldest->id());
    events_.erase(oldest);
  }
  events_.push_back(std::move(event));
}

Event* EventBook::Find(uint64_t id) {
  const auto known = std::ranges::find(events_, id, [](const Event& event) { return event.id(); });
  return known == events_.end() ? nullptr : &*known;
}

uint64_t EventBook::Open(Event event, Judge judge) {
  event.set_severity(SeverityOf(event.kind()));
  LogAs(event.severity(), event.message());
  const std::lock_guard lock(mutex_);
  const uint64_t id = ++last_id_;
  event.set_id(id);
  if (judge) judges_.emplace(id, std::move(judge));
  Remember(std::move(event));
  return id;
}

void EventBook::Change(const Event& event) {
  const std::lock_guard lock(mutex_);
  Event* known = Find(event.id());
  if (known == nullptr) return;
  const bool ends = known->end_time() == 0 && event.end_time() != 0;
  known->set_surprise(event.surprise());
  known->set_peak_time(event.peak_time());
  known->set_end_time(event.end_time());
  known->set_x(event.x());
  known->set_y(event.y());
  known->set_message(event.message());
  if (!ends) return;
  const auto picture = pictures_.find(event.id());
  TellFollowers(*known, picture == pictures_.end() ? std::string() : picture->second);
}

void EventBook::SetPicture(uint64_t id, std::string jpeg) {
  const std::lock_guard lock(mutex_);
  Event* known = Find(id);
  if (known == nullptr) return;
  known->set_picture(known->picture() + 1);
  pictures_[id] = std::move(jpeg);
  if (pictures_.size() <= kMostPictures) return;
  if (Event* oldest = Find(pictures_.begin()->first)) oldest->set_picture(0);
  pictures_.erase(pictures_.begin());
}

Result<std::string> EventBook::Picture(uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto picture = pictures_.find(id);
  if (picture != pictures_.end()) return picture->second;
  return Error{Code::kNotFound, "NO_PICTURE",
               Format("there is no picture of an event {}, or none any more", id)};
}

uint64_t EventBook::Follow(Follower follower) {
  const std::lock_guard lock(mutex_);
  followers_.emplace(++last_follower_, std::move(follower));
  return last_follower_;
}

void EventBook::Unfollow(uint64_t follower) {
  const std::lock_guard lock(mutex_);
  followers_.erase(follower);
}

void EventBook::TellFollowers(const Event& event, const std::string& picture) const {
  for (const auto& [number, follower] : followers_) follower(event, picture);
}

Result<control::QueryEventsResponse> EventBook::Query(
    const control::QueryEventsRequest& request) const {
  const uint32_t limit = request.limit() == 0 ? kUsualLimit : request.limit();
  if (limit > kMost) {
    return Error{Code::kInvalidArgument, "LIMIT",
                 Format("at most {} events can be asked for", kMost)};
  }
  const double until =
      request.until() == 0 ? std::numeric_limits<double>::infinity() : request.until();
  control::QueryEventsResponse response;
  const std::lock_guard lock(mutex_);
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (static_cast<uint32_t>(response.events_size()) == limit) break;
    const bool wanted = event->time() >= request.since() && event->time() <= until &&
                        (request.source().empty() || event->source() == request.source());
    if (wanted) *response.add_events() = *event;
  }
  std::reverse(response.mutable_events()->begin(), response.mutable_events()->end());
  return response;
}

Result<Event> EventBook::Resolve(const control::ResolveEventRequest& request) {
  if (request.verdict() != Event::CONFIRMED && request.verdict() != Event::DISMISSED) {
    return Error{Code::kInvalidArgument, "NO_VERDICT", "say whether it is confirmed or dismissed"};
  }
  std::unique_lock lock(mutex_);
  const auto event =
      std::ranges::find(events_, request.id(), [](const Event& known) { return known.id(); });
  if (event == events_.end()) {
    return Error{Code::kNotFound, "EVENT_NOT_FOUND",
                 Format("there is no event {}, or it is no longer remembered: events list names "
                        "those that are",
                        request.id())};
  }
  if (event->kind() != Event::UNUSUAL) {
    return Error{Code::kFailedPrecondition, "NOTHING_TO_JUDGE",
                 Format("event {} is of the daemon, and not of what it watches: it is neither "
                        "confirmed nor dismissed",
                        request.id())};
  }
  event->set_verdict(request.verdict());
  const Event resolved = *event;
  const auto judge = judges_.find(request.id());
  const Judge told = judge == judges_.end() ? Judge() : judge->second;
  // Whoever is told may tell of something.
  lock.unlock();
  if (told) told(request.verdict());
  return resolved;
}

void EventBook::AddNewest(control::Update& update, const std::string& source) const {
  const std::lock_guard lock(mutex_);
  auto& events = *update.mutable_events();
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (static_cast<size_t>(events.size()) == kTold) break;
    if (source.empty() || event->source() == source) *events.Add() = *event;
  }
  std::reverse(events.begin(), events.end());
}

Event::Severity SeverityOf(Event::Kind kind) {
  switch (kind) {
    case Event::SOURCE_FAILED:
    case Event::LAYER_STOPPED:
    case Event::GUARD_GAVE_UP:
    case Event::GUARD_CANNOT_GO_BACK:
    case Event::SAVING_FAILED:
    case Event::CONFIG_REFUSED:
      return Event::ALARM;
    case Event::UNUSUAL:
    case Event::SCENE_CHANGED:
    case Event::SOURCE_STALLED:
    case Event::SOURCE_LOST:
    case Event::GATE_CLOSED:
    case Event::FELL_BACK:
    case Event::GUARD_WENT_BACK:
    case Event::GUARD_CANNOT_KEEP:
    case Event::GUARD_NEVER_SOUND:
    case Event::WEBHOOK_FAILED:
    case Event::BROKER_FAILED:
    case Event::BROKER_NAME_TAKEN:
    case Event::LAYER_LOST:
    case Event::LAYER_REFUSED:
    case Event::REPLICA_REFUSED:
    case Event::MEAN_REFUSED:
    case Event::REPLICA_LEFT_OUT:
      return Event::WARNING;
    default:
      return Event::INFO;
  }
}

void Tell(const SharedEvents& events, Event::Kind kind, const std::string& source,
          const std::string& message) {
  LogAs(SeverityOf(kind), message);
  if (events != nullptr) events->Note(kind, source, message);
}

}  // namespace hypnos
