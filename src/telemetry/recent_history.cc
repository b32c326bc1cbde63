#include "telemetry/recent_history.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hypnos/base/check.h"
#include "telemetry/changes.h"

namespace hypnos {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

}  // namespace

RecentHistory::RecentHistory(size_t samples, size_t most_series)
    : samples_(samples), most_series_(most_series), times_(samples) {
  HYPNOS_CHECK(samples > 0);
}

void RecentHistory::Add(const HistorySample& sample) {
  const size_t place = added_ % samples_;
  times_[place] = sample.time;
  ++added_;
  for (auto& [name, ring] : rings_) ring.values[place] = kNone;
  std::erase_if(rings_,
                [&](const auto& entry) { return entry.second.last_added + samples_ <= added_; });
  for (const auto& [name, value] : sample.values) {
    const auto narrow = static_cast<float>(value);
    if (!std::isfinite(narrow)) continue;
    auto found = rings_.find(name);
    if (found == rings_.end()) {
      if (rings_.size() >= most_series_) continue;
      found = rings_.emplace(name, Ring{std::vector<float>(samples_, kNone)}).first;
    }
    found->second.values[place] = narrow;
    found->second.last_added = added_;
  }
}

void RecentHistory::Add(const HistoryChange& change) {
  AddLastOfSecond(change, changes_);
  if (changes_.size() <= kMostChanges) return;
  const HistoryChange& oldest = changes_.front();
  gone_until_ = std::max(gone_until_.value_or(oldest.time), oldest.time);
  NotePhase(oldest, gone_phases_);
  changes_.pop_front();
}

KnownTimes RecentHistory::Known() const {
  KnownTimes known;
  std::vector<TimeSpan>& spans = known.samples;
  for (uint64_t i = added_ - std::min<uint64_t>(added_, samples_); i < added_; ++i) {
    const int64_t time = times_[i % samples_];
    const bool goes_on =
        !spans.empty() && time >= spans.back().to - 1 && time < spans.back().to + kLongestPause;
    if (!goes_on) spans.push_back({.from = time});
    spans.back().to = time + 1;
  }
  // What comes before the next sample will be known, too.
  if (!spans.empty()) spans.back().to += kLongestPause;
  spans = Joined(std::move(spans));
  for (const TimeSpan& span : known.samples) {
    TimeSpan changes{span.from * 1000, span.to * 1000};
    if (gone_until_) changes.from = std::max(changes.from, *gone_until_ + 1);
    if (!changes.empty()) known.changes.push_back(changes);
  }
  return known;
}

std::vector<HistoryChange> RecentHistory::Changes() const {
  std::vector<HistoryChange> changes;
  for (const auto& [source, change] : gone_phases_) changes.push_back(change);
  changes.insert(changes.end(), changes_.begin(), changes_.end());
  return changes;
}

std::vector<std::string> RecentHistory::Names() const {
  std::vector<std::string> names;
  names.reserve(rings_.size());
  for (const auto& [name, ring] : rings_) names.push_back(name);
  return names;
}

void RecentHistory::Read(const HistoryQuery& query,
                         std::map<std::string, std::vector<HistoryBucket>>& series) const {
  const auto filled = static_cast<size_t>(std::min<uint64_t>(added_, samples_));
  for (auto& [name, buckets] : series) {
    const auto found = rings_.find(name);
    if (found == rings_.end()) continue;
    for (size_t i = 0; i < filled; ++i) {
      const float value = found->second.values[i];
      if (std::isnan(value) || times_[i] < query.from || times_[i] >= query.end()) continue;
      buckets[static_cast<size_t>((times_[i] - query.from) / query.width)].Add(
          {value, value, value, 1});
    }
  }
}

}  // namespace hypnos
