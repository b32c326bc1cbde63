// The history on disk: an SQLite database, which anybody may read while it is written, with any
// tool.
//
//   series(id, name)
//   points(tier, series, time, min, mean, max, count)     time: seconds, where the bucket begins
//   changes(id, time, kind, source, state, text)          time: milliseconds
//
// Each value is in exactly one tier. What is written is there after a kill; after a power cut, up
// to the last checkpoint of SQLite's journal (synchronous=NORMAL). Threads: thread-compatible.
// Errors: those of SqlDatabase.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/telemetry/history_data.h"
#include "telemetry/sqlite.h"

namespace hypnos {

class HistoryDatabase {
 public:
  static constexpr const char* kFileName = "history.sqlite";
  // Where one that was damaged is set aside; an older one makes room for it.
  static constexpr const char* kDamagedName = "history.damaged.sqlite";
  // More marks than so many are not kept.
  static constexpr int64_t kMostMarks = 10'000;

  // Made where it is not there. Also kFailedPrecondition, reason NEWER_DATABASE, for one that a
  // newer program has written; it is left alone.
  static Result<HistoryDatabase> Open(const std::string& folder, const std::string& vfs);

  // All of it, or none.
  Status Write(const std::vector<HistorySample>& samples,
               const std::vector<HistoryChange>& changes);
  // What has become too old for its tier goes on to the next one.
  Status Thin(int64_t now);
  // While it takes more than `bytes`, the tier that has most over its share (each has the same)
  // gives up the older half of what it has to the next one, of the last one the oldest tenth is
  // removed.
  Status KeepTo(uint64_t bytes);

  Result<uint64_t> Bytes();
  // The first and the last moment that it knows of; none: it is empty.
  struct Span {
    int64_t first, last;
  };
  Result<std::optional<Span>> Times();

  // The file is still the one that was opened.
  bool IsThere() const;

 private:
  HistoryDatabase(std::string path, SqlDatabase database);

  Status Prepare();
  Status EndPhases();
  Result<int64_t> IdOf(const std::string& series);
  Status WriteSample(const HistorySample& sample);
  Status WriteChange(const HistoryChange& change);
  Status ThinTier(size_t tier, int64_t before);
  Status ThinPhases(size_t tier, int64_t now);
  Status ForgetBefore(int64_t time);
  Result<std::optional<Span>> TimesOf(size_t tier);
  Result<std::vector<int64_t>> Series();
  // False: nothing can be given up any more.
  Result<bool> Shrink();

  std::string path_;
  uint64_t device_ = 0, inode_ = 0;
  SqlDatabase database_;
  std::map<std::string, int64_t> ids_;
  std::optional<SqlStatement> insert_point_, insert_change_;
};

// Adds to the answer what is on disk of it before `before`, and the names of all series there.
// `samples_before`, of samples in seconds, and `changes_before`, in milliseconds: what is later is
// known already. Errors: as above; kUnavailable where it takes too long.
struct HistoryOnDisk {
  std::string folder;
  std::string vfs;
};
Status ReadHistory(const HistoryOnDisk& disk, const HistoryQuery& query, int64_t samples_before,
                   int64_t changes_before, HistoryAnswer& answer);
Result<std::vector<std::string>> ReadHistoryNames(const HistoryOnDisk& disk);

}  // namespace hypnos
