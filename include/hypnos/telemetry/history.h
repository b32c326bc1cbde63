// How figures went over time: the last hour in memory, months on disk where a folder is given. The
// older, the coarser: of ten seconds, a minute, ten minutes the least, the mean and the largest
// value stay; see history_tiers.h. Disk is written by a thread of its own, which nobody waits for:
// what it cannot write for an hour is lost there, and counted.
// Threads: safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/telemetry/history_data.h"

namespace hypnos {

struct HistoryOptions {
  // Must be there, and of nobody else; empty: in memory only.
  std::string folder;
  // Of the database, not counting its journal of a few megabytes.
  uint64_t budget_bytes = 500'000'000;
  // How many samples stay in memory, and how many series: an hour, and the minute by which somebody
  // who asks for the last hour may be late.
  size_t recent_samples = 3660;
  size_t most_series = 2000;
  // How often what has come is written, how often it is tried again, and how often it is thinned.
  Duration write_every = std::chrono::seconds(5);
  Duration retry_every = std::chrono::seconds(10);
  Duration thin_every = std::chrono::minutes(1);
  // How long the end waits for a disk that hangs, and how long whoever asks does.
  Duration patience = std::chrono::seconds(10);
  Duration read_patience = std::chrono::seconds(10);
  // Through which SQLite reaches the disk; empty: the usual one. For tests.
  std::string vfs;
};

class History {
 public:
  // More than so many buckets of all series together are not answered.
  static constexpr size_t kMostBuckets = 200'000;
  // How many seconds one point stands for of what is so old: narrower buckets would lie between
  // two.
  static int64_t SecondsAPoint(int64_t age_seconds);

  explicit History(const HistoryOptions& options);
  // Closes it, where nobody has.
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // Never wait for a disk. Samples are of about a second; of several of the same time all count.
  void Add(const HistorySample& sample);
  void Add(const HistoryChange& change);

  // Asks the disk for what is not in memory, and for the names where no series are asked for. That
  // may take long, up to options.read_patience; then it is left behind, with a thread, and the
  // answer is what memory has. kInvalidArgument, reason TOO_MANY_POINTS.
  Result<HistoryAnswer> Read(const HistoryQuery& query) const;
  // From now on the disk is not asked any more, and nobody waits for it.
  void EndReading();
  // Writes what waits; nothing may be added any more. False: the disk hangs, also after
  // options.patience, and is left behind with a thread that may still use what the process has.
  bool Close();

  HistoryStatus status() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos
