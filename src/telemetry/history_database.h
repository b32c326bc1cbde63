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
#include "telemetry/changes.h"
#include "telemetry/sqlite.h"

namespace hypnos {

class HistoryDatabase {
 public:
  static constexpr const char* kFileName = "history.sqlite";
  // Where one that was damaged is set aside; an older one makes room for it.
  static constexpr const char* kDamagedName = "history.damaged.sqlite";
  // More marks than so many are not kept, nor figures of more series.
  static constexpr int64_t kMostMarks = 10'000;
  static constexpr int64_t kMostSeries = 10'000;

  // Made where it is not there. Also kFailedPrecondition, reason NEWER_DATABASE, for one that a
  // newer program has written; it is left alone.
  static Result<HistoryDatabase> Open(const std::string& folder, const std::string& vfs);

  // Reads all of it. kDataLoss where a page is not what it should be.
  Status Check();
  // Whoever wrote it last did not say that it ended: all phases did with its last figures.
  Status EndPhases();
  // Where the last phase of a source is another one here, that it is in this one.
  Status Restate(const LastPhases& phases);
  // All of it, or none.
  Status Write(const std::vector<HistorySample>& samples,
               const std::vector<HistoryChange>& changes);
  // What has become too old for its tier goes on to the next one.
  Status Thin(int64_t now);
  // While what is in it takes more than `bytes`, the tier that has most over its share (each has
  // the same) gives up the older half of what it has to the next one, of the last one the oldest
  // tenth is removed. So it is with changes: of the older half one phase in ten minutes stays, or
  // else the oldest tenth goes. False: there was nothing more to give.
  Result<bool> KeepTo(uint64_t bytes);

  // Of the file, without its journal.
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
  // So that the file becomes smaller where what is in it does.
  Status SeeToVacuum();
  Result<uint64_t> BytesInUse();
  Result<std::optional<int64_t>> IdOf(const std::string& series);
  Status WriteSample(const HistorySample& sample);
  Status WriteChange(const HistoryChange& change);
  Status ThinTier(size_t tier, int64_t before);
  Status ThinPhases(size_t tier, int64_t now);
  Status ForgetBefore(int64_t time);
  Result<std::optional<Span>> TimesOf(size_t tier);
  Result<std::vector<int64_t>> Series();
  // The number of its points, and of the series that has most of them, the time of the one that has
  // so many of all before it (0 to 1); none: there is none.
  struct Cut {
    int64_t rows = 0;
    int64_t first = 0;
    int64_t time = 0;
  };
  Result<Cut> CutOf(size_t tier, double part);
  // False: nothing can be given up (any more).
  Result<bool> Shrink();
  Result<bool> ShrinkTier(size_t tier);
  Result<bool> ShrinkChanges();

  std::string path_;
  uint64_t device_ = 0, inode_ = 0;
  SqlDatabase database_;
  std::map<std::string, int64_t> ids_;
  std::optional<SqlStatement> insert_point_, insert_change_;
};

}  // namespace hypnos
