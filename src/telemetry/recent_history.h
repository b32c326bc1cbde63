// The newest samples, in memory of a fixed size: a ring for the times and one for each series,
// which is set aside once, when the series first comes, and given back when nothing of it is left.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/telemetry/history_data.h"

namespace hypnos {

class RecentHistory {
 public:
  static constexpr size_t kMostChanges = 4096;

  RecentHistory(size_t samples, size_t most_series);

  // What would be one series too many is left out.
  void Add(const HistorySample& sample);
  // Beyond kMostChanges the oldest go.
  void Add(const HistoryChange& change);

  // The oldest sample, and the oldest change, that are here; none: there is none.
  std::optional<int64_t> oldest_time() const;
  std::optional<int64_t> oldest_change() const;
  size_t series() const { return rings_.size(); }
  std::vector<std::string> Names() const;

  // Adds to the buckets of each of these series what there is of it.
  void Read(const HistoryQuery& query,
            std::map<std::string, std::vector<HistoryBucket>>& series) const;
  const std::deque<HistoryChange>& changes() const { return changes_; }

 private:
  struct Ring {
    std::vector<float> values;  // NaN: none
    uint64_t last_added = 0;    // when something came to it last, in samples
  };

  const size_t samples_;
  const size_t most_series_;
  std::vector<int64_t> times_;
  uint64_t added_ = 0;  // samples, ever
  std::map<std::string, Ring> rings_;
  std::deque<HistoryChange> changes_;
};

}  // namespace hypnos
