// What a history is made of, and what it is asked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hypnos {

// The figures of one moment, by the names of their series. What is not finite is left out.
struct HistorySample {
  int64_t time = 0;  // seconds since 1970, UTC
  std::vector<std::pair<std::string, double>> values = {};
};

// Something that does not come every second.
struct HistoryChange {
  enum class Kind : int { kPhase = 0, kGuard = 1 };
  // A phase of nobody knows what: the network is gone, or the daemon was not there.
  static constexpr int kNobody = -1;

  int64_t time = 0;  // milliseconds since 1970, UTC
  Kind kind = Kind::kPhase;
  std::string source = {};  // whose network's; empty: of the only one
  int state = kNobody;      // from then on
  std::string text = {};    // why

  bool operator==(const HistoryChange&) const = default;
};

// Time divided into buckets of the same width, the first of which begins at `from`.
struct HistoryQuery {
  // Names, or patterns: * stands for anything, ? for one byte.
  std::vector<std::string> series = {};
  int64_t from = 0;   // seconds since 1970, UTC
  int64_t width = 1;  // seconds, 1 and above
  size_t buckets = 1;

  int64_t end() const { return from + width * static_cast<int64_t>(buckets); }
};

// Of the values in a bucket; a count of 0: there are none.
struct HistoryBucket {
  double min = 0;
  double max = 0;
  double sum = 0;
  uint64_t count = 0;

  double mean() const { return sum / static_cast<double>(count); }
  void Add(const HistoryBucket& other) {
    if (other.count == 0) return;
    min = count == 0 ? other.min : std::min(min, other.min);
    max = count == 0 ? other.max : std::max(max, other.max);
    sum += other.sum;
    count += other.count;
  }
};

struct HistoryAnswer {
  // Of each series that was asked for and is there, by its name: as many buckets as were asked for.
  std::map<std::string, std::vector<HistoryBucket>> series = {};
  // In the order of their times: those in the time that was asked for, of phases also the last one
  // before it, and of several in one bucket the last one.
  std::vector<HistoryChange> changes = {};
  // Of all series that there are, in their order: those in memory, and where the disk was asked, as
  // it is for what is not in memory, those on disk.
  std::vector<std::string> names = {};
  // Why the disk could not be asked, so that this is of the last hour at most; empty: it could, or
  // there was no need.
  std::string incomplete = {};
};

struct HistoryStatus {
  std::string folder;  // empty: in memory only
  uint64_t series = 0;
  // On disk; and of the oldest figures there, seconds since 1970.
  uint64_t bytes = 0;
  int64_t oldest_time = 0;
  // Samples that were written, and that will never be.
  uint64_t written = 0;
  uint64_t lost = 0;
  // Why nothing can be written just now; empty: it can.
  std::string failing;
};

}  // namespace hypnos
