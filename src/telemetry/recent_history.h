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
#include "telemetry/changes.h"
#include "telemetry/time_spans.h"

namespace hypnos {

// Of which times memory has all that there is, in order and apart.
struct KnownTimes {
  std::vector<TimeSpan> samples = {};  // seconds
  std::vector<TimeSpan> changes = {};  // milliseconds
};

class RecentHistory {
 public:
  static constexpr size_t kMostChanges = 4096;
  // Where more time than that lies between two samples, the clock was set: of what lies there only
  // the disk can know.
  static constexpr int64_t kLongestPause = 60;

  RecentHistory(size_t samples, size_t most_series);

  // What would be one series too many is left out.
  void Add(const HistorySample& sample);
  // Beyond kMostChanges the oldest go, but for the last phase of each source among them.
  void Add(const HistoryChange& change);

  // Since the clock may have been set, these need not be one span, nor end with the newest sample.
  KnownTimes Known() const;
  size_t series() const { return rings_.size(); }
  std::vector<std::string> Names() const;

  // Adds to the buckets of each of these series what there is of it.
  void Read(const HistoryQuery& query,
            std::map<std::string, std::vector<HistoryBucket>>& series) const;
  std::vector<HistoryChange> Changes() const;

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
  // Of those that had to go: the last phase of each source, and the latest time of all of them.
  LastPhases gone_phases_;
  std::optional<int64_t> gone_until_;
};

}  // namespace hypnos
