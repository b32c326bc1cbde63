#include "telemetry/recent_history.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hypnos/base/check.h"

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
  if (changes_.size() == kMostChanges) changes_.pop_front();
  changes_.push_back(change);
}

std::optional<int64_t> RecentHistory::oldest_time() const {
  if (added_ == 0) return std::nullopt;
  const auto end = times_.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(added_, samples_));
  return *std::min_element(times_.begin(), end);
}

std::optional<int64_t> RecentHistory::oldest_change() const {
  if (changes_.empty()) return std::nullopt;
  return std::ranges::min_element(changes_, {}, &HistoryChange::time)->time;
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
