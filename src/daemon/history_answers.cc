#include "daemon/history_answers.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "daemon/history_track.h"
#include "hypnos/base/format.h"
#include "hypnos/telemetry/history.h"

namespace hypnos {
namespace {

constexpr uint32_t kMostPoints = 10'000;
constexpr uint32_t kUsualPoints = 500;
constexpr int kMostPatterns = 100;
constexpr size_t kLongestPattern = 1000;
constexpr double kUsualSpan = 3600;
// The year 9999.
constexpr double kEndOfTime = 253'402'300'799.0;

int64_t RoundedUp(int64_t number, int64_t unit) { return (number + unit - 1) / unit * unit; }

Error NoSpan() {
  return {Code::kInvalidArgument, "NO_SPAN",
          "the time that is asked for must end after it begins, in seconds since 1970"};
}

Status CheckPatterns(const control::QueryHistoryRequest& request) {
  const bool long_one = std::ranges::any_of(request.series(), [](const std::string& pattern) {
    return pattern.size() > kLongestPattern;
  });
  if (request.series_size() <= kMostPatterns && !long_one) return {};
  return Error{Code::kInvalidArgument, "TOO_MANY_PATTERNS",
               Format("up to {} names or patterns can be asked for, of up to {} bytes each",
                      kMostPatterns, kLongestPattern)};
}

control::HistorySeries SeriesOf(const std::string& name,
                                const std::vector<HistoryBucket>& buckets) {
  control::HistorySeries series;
  series.set_name(name);
  for (size_t i = 0; i < buckets.size(); ++i) {
    const HistoryBucket& bucket = buckets[i];
    if (bucket.count == 0) continue;
    series.add_bucket(static_cast<uint32_t>(i));
    series.add_min(static_cast<float>(bucket.min));
    series.add_mean(static_cast<float>(bucket.mean()));
    series.add_max(static_cast<float>(bucket.max));
  }
  return series;
}

// Phases of each network, from changes in the order of their times.
class Phases {
 public:
  Phases(double from, double end, control::QueryHistoryResponse& response)
      : from_(from), end_(end), response_(response) {}

  void Change(const HistoryChange& change) {
    const double time = std::clamp(static_cast<double>(change.time) / 1000, from_, end_);
    const auto open = open_.find(change.source);
    if (open != open_.end()) {
      if (open->second.state() == change.state) return;
      Close(open->second, time);
      open_.erase(open);
    }
    if (change.state == HistoryChange::kNobody || !telemetry::Phase::State_IsValid(change.state)) {
      return;
    }
    control::PhaseInterval& interval = open_[change.source];
    interval.set_source(change.source);
    interval.set_from(time);
    interval.set_state(static_cast<telemetry::Phase::State>(change.state));
    interval.set_cause(change.text);
  }

  void CloseAll() {
    for (auto& [source, interval] : open_) Close(interval, end_);
    std::ranges::stable_sort(*response_.mutable_phases(), {}, &control::PhaseInterval::from);
  }

 private:
  void Close(control::PhaseInterval& interval, double time) {
    interval.set_to(time);
    if (interval.to() > interval.from()) *response_.add_phases() = interval;
  }

  const double from_, end_;
  control::QueryHistoryResponse& response_;
  std::map<std::string, control::PhaseInterval> open_;
};

}  // namespace

Result<HistoryQuery> QueryOf(const control::QueryHistoryRequest& request, WallTime now) {
  HYPNOS_RETURN_IF_ERROR(CheckPatterns(request));
  if (request.most_points() > kMostPoints) {
    return Error{Code::kInvalidArgument, "TOO_MANY_POINTS",
                 Format("up to {} points can be asked for", kMostPoints)};
  }
  const double to =
      request.to() == 0 ? static_cast<double>(MillisecondsOf(now)) / 1000 : request.to();
  const double from = request.from() == 0 ? to - kUsualSpan : request.from();
  // In this order a NaN is none, too.
  if (!(from >= 0 && from < to && to <= kEndOfTime)) return NoSpan();
  const uint32_t points = request.most_points() == 0 ? kUsualPoints : request.most_points();
  const int64_t point =
      History::SecondsAPoint(MillisecondsOf(now) / 1000 - static_cast<int64_t>(std::floor(from)));
  HistoryQuery query;
  query.series = {request.series().begin(), request.series().end()};
  query.from = static_cast<int64_t>(std::floor(from)) / point * point;
  const auto seconds = static_cast<int64_t>(std::ceil(to)) - query.from;
  query.width = RoundedUp(RoundedUp(seconds, points) / points, point);
  query.buckets = static_cast<size_t>(RoundedUp(seconds, query.width) / query.width);
  return query;
}

control::QueryHistoryResponse ResponseOf(const HistoryQuery& query, const HistoryAnswer& answer,
                                         WallTime now) {
  control::QueryHistoryResponse response;
  const auto from = static_cast<double>(query.from);
  const auto to = static_cast<double>(query.end());
  response.set_from(from);
  response.set_to(to);
  response.set_bucket_seconds(static_cast<double>(query.width));
  for (const auto& [name, buckets] : answer.series) {
    *response.add_series() = SeriesOf(name, buckets);
  }
  Phases phases(from, std::max(from, std::min(to, static_cast<double>(MillisecondsOf(now)) / 1000)),
                response);
  for (const HistoryChange& change : answer.changes) {
    if (change.kind == HistoryChange::Kind::kPhase) {
      phases.Change(change);
    } else {
      control::HistoryMark& mark = *response.add_marks();
      mark.set_time(static_cast<double>(change.time) / 1000);
      mark.set_source(change.source);
      mark.set_kind(control::HistoryMark::GUARD);
      mark.set_text(change.text);
    }
  }
  phases.CloseAll();
  for (const std::string& name : answer.names) response.add_names(name);
  response.set_incomplete(answer.incomplete);
  return response;
}

}  // namespace hypnos
