#include "telemetry/history_database.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hypnos/base/format.h"
#include "telemetry/history_tiers.h"

namespace hypnos {
namespace {

constexpr int64_t kVersion = 1;
constexpr size_t kLastTier = kHistoryTiers.size() - 1;
// The number of changes where tiers are counted.
constexpr size_t kChanges = kHistoryTiers.size();
constexpr int kPhase = static_cast<int>(HistoryChange::Kind::kPhase);

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS series(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS points(
  tier INTEGER NOT NULL, series INTEGER NOT NULL, time INTEGER NOT NULL,
  min REAL NOT NULL, mean REAL NOT NULL, max REAL NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(tier, series, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes(
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL,
  source TEXT NOT NULL, state INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS changes_by_time ON changes(time);
)";

// Joins what falls into a bucket that is there already: of the clock that was set back, or late.
constexpr const char* kJoin = R"(
  ON CONFLICT(tier, series, time) DO UPDATE SET
    min = min(min, excluded.min), max = max(max, excluded.max),
    mean = (mean * count + excluded.mean * excluded.count) / (count + excluded.count),
    count = count + excluded.count)";

std::string PathIn(const std::string& folder) { return folder + "/" + HistoryDatabase::kFileName; }

}  // namespace

HistoryDatabase::HistoryDatabase(std::string path, SqlDatabase database)
    : path_(std::move(path)), database_(std::move(database)) {}

Result<HistoryDatabase> HistoryDatabase::Open(const std::string& folder, const std::string& vfs) {
  const std::string path = PathIn(folder);
  HYPNOS_ASSIGN_OR_RETURN(SqlDatabase opened,
                          SqlDatabase::Open(path, SqlDatabase::Mode::kWrite, vfs));
  HistoryDatabase database(path, std::move(opened));
  HYPNOS_RETURN_IF_ERROR(database.Prepare());
  struct stat found {};
  if (stat(path.c_str(), &found) == 0) {
    database.device_ = found.st_dev;
    database.inode_ = found.st_ino;
  }
  return database;
}

Status HistoryDatabase::Prepare() {
  HYPNOS_ASSIGN_OR_RETURN(const int64_t version, database_.Number("PRAGMA user_version"));
  if (version > kVersion) {
    return Error{Code::kFailedPrecondition, "NEWER_DATABASE",
                 Format("'{}' was written by a newer hypnosd: name another folder, or move the "
                        "file away",
                        path_)};
  }
  HYPNOS_RETURN_IF_ERROR(SeeToVacuum());
  HYPNOS_RETURN_IF_ERROR(
      database_.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                        "PRAGMA journal_size_limit = 4194304"));
  HYPNOS_RETURN_IF_ERROR(
      database_.Execute(Format("{}PRAGMA user_version = {}", kSchema, kVersion)));
  HYPNOS_ASSIGN_OR_RETURN(
      insert_point_,
      database_.Prepare(Format("INSERT INTO points VALUES(0, ?1, ?2, ?3, ?3, ?3, 1){}", kJoin)));
  HYPNOS_ASSIGN_OR_RETURN(
      insert_change_,
      database_.Prepare(
          "INSERT INTO changes(time, kind, source, state, text) VALUES(?, ?, ?, ?, ?)"));
  return {};
}

Status HistoryDatabase::SeeToVacuum() {
  constexpr int64_t kIncremental = 2;
  // Takes effect at once where there is no table yet.
  HYPNOS_RETURN_IF_ERROR(database_.Execute("PRAGMA auto_vacuum = INCREMENTAL"));
  HYPNOS_ASSIGN_OR_RETURN(const int64_t found, database_.Number("PRAGMA auto_vacuum"));
  if (found == kIncremental) return {};
  // Some tool wrote it anew. Where there is no room for a copy, pages that are free are used again,
  // and the file stays as large as it is.
  Status written = database_.Execute("VACUUM");
  if (written.ok() || written.error().code != Code::kDataLoss) return {};
  return written;
}

Status HistoryDatabase::Check() {
  HYPNOS_ASSIGN_OR_RETURN(SqlStatement check, database_.Prepare("PRAGMA quick_check(1)"));
  HYPNOS_ASSIGN_OR_RETURN(const bool told, check.Next());
  if (told && check.Text(0) == "ok") return check.Run();
  return Error{Code::kDataLoss, "DATABASE_DAMAGED",
               Format("'{}': {}", path_, told ? check.Text(0) : "cannot be checked")};
}

Status HistoryDatabase::EndPhases() {
  HYPNOS_ASSIGN_OR_RETURN(const auto times, Times());
  if (!times) return {};
  return database_.Execute(Format(
      "INSERT INTO changes(time, kind, source, state, text) "
      "SELECT max({0}, max(time) + 1), {1}, source, {2}, '' FROM changes AS c WHERE kind = {1} "
      "GROUP BY source HAVING (SELECT state FROM changes WHERE kind = {1} AND source = c.source "
      "ORDER BY time DESC, id DESC LIMIT 1) <> {2}",
      (times->last + 1) * 1000, kPhase, HistoryChange::kNobody));
}

Status HistoryDatabase::Restate(const LastPhases& phases) {
  HYPNOS_ASSIGN_OR_RETURN(SqlTransaction transaction, SqlTransaction::Begin(database_));
  HYPNOS_ASSIGN_OR_RETURN(
      SqlStatement select,
      database_.Prepare(Format("SELECT state, time FROM changes WHERE kind = {} AND source = ? "
                               "ORDER BY time DESC, id DESC LIMIT 1",
                               kPhase)));
  for (const auto& [source, phase] : phases) {
    HYPNOS_ASSIGN_OR_RETURN(const bool found, select.Bind(1, std::string_view(source)).Next());
    const bool same = found && select.Integer(0) == phase.state;
    HistoryChange again = phase;
    // After what somebody else has written here.
    if (found) again.time = std::max(again.time, select.Integer(1) + 1);
    HYPNOS_RETURN_IF_ERROR(select.Run());
    if (!same) HYPNOS_RETURN_IF_ERROR(WriteChange(again));
  }
  return transaction.Commit();
}

bool HistoryDatabase::IsThere() const {
  struct stat found {};
  return stat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_;
}

// None: it is one too many.
Result<std::optional<int64_t>> HistoryDatabase::IdOf(const std::string& series) {
  const auto known = ids_.find(series);
  if (known != ids_.end()) return std::optional(known->second);
  HYPNOS_ASSIGN_OR_RETURN(SqlStatement insert,
                          database_.Prepare("INSERT OR IGNORE INTO series(name) SELECT ?1 WHERE "
                                            "(SELECT count(*) FROM series) < ?2"));
  HYPNOS_RETURN_IF_ERROR(insert.Bind(1, std::string_view(series)).Bind(2, kMostSeries).Run());
  HYPNOS_ASSIGN_OR_RETURN(SqlStatement select,
                          database_.Prepare("SELECT id FROM series WHERE name = ?"));
  HYPNOS_ASSIGN_OR_RETURN(const bool found, select.Bind(1, std::string_view(series)).Next());
  if (!found) return std::optional<int64_t>();
  ids_[series] = select.Integer(0);
  return std::optional(select.Integer(0));
}

Status HistoryDatabase::WriteSample(const HistorySample& sample) {
  for (const auto& [name, value] : sample.values) {
    HYPNOS_ASSIGN_OR_RETURN(const std::optional<int64_t> id, IdOf(name));
    if (!id) continue;
    HYPNOS_RETURN_IF_ERROR(insert_point_->Bind(1, *id).Bind(2, sample.time).Bind(3, value).Run());
  }
  return {};
}

Status HistoryDatabase::WriteChange(const HistoryChange& change) {
  return insert_change_->Bind(1, change.time)
      .Bind(2, static_cast<int64_t>(change.kind))
      .Bind(3, std::string_view(change.source))
      .Bind(4, static_cast<int64_t>(change.state))
      .Bind(5, std::string_view(change.text))
      .Run();
}

Status HistoryDatabase::Write(const std::vector<HistorySample>& samples,
                              const std::vector<HistoryChange>& changes) {
  const auto write = [&]() -> Status {
    HYPNOS_ASSIGN_OR_RETURN(SqlTransaction transaction, SqlTransaction::Begin(database_));
    for (const HistorySample& sample : samples) HYPNOS_RETURN_IF_ERROR(WriteSample(sample));
    for (const HistoryChange& change : changes) HYPNOS_RETURN_IF_ERROR(WriteChange(change));
    return transaction.Commit();
  };
  Status written = write();
  // Names that came with it may be gone again.
  if (!written.ok()) ids_.clear();
  return written;
}

Result<std::vector<int64_t>> HistoryDatabase::Series() {
  std::vector<int64_t> ids;
  HYPNOS_ASSIGN_OR_RETURN(SqlStatement select, database_.Prepare("SELECT id FROM series"));
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(const bool more, select.Next());
    if (!more) return ids;
    ids.push_back(select.Integer(0));
  }
}

Status HistoryDatabase::Thin(int64_t now) {
  for (size_t tier = 0; tier < kLastTier; ++tier) {
    const int64_t width = kHistoryTiers[tier + 1].width;
    HYPNOS_RETURN_IF_ERROR(
        ThinTier(tier, AlignedDown(now - kHistoryTiers[tier].keep_seconds, width)));
    HYPNOS_RETURN_IF_ERROR(ThinPhases(tier, now));
  }
  return database_.Execute(Format(
      "DELETE FROM changes WHERE kind = {0} AND id <= (SELECT id FROM changes WHERE kind = {0} "
      "ORDER BY id DESC LIMIT 1 OFFSET {1})",
      static_cast<int>(HistoryChange::Kind::kGuard), kMostMarks));
}

// `before`: a multiple of the next tier's width.
Status HistoryDatabase::ThinTier(size_t tier, int64_t before) {
  const int64_t width = kHistoryTiers[tier + 1].width;
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<int64_t> all, Series());
  HYPNOS_ASSIGN_OR_RETURN(SqlTransaction transaction, SqlTransaction::Begin(database_));
  HYPNOS_ASSIGN_OR_RETURN(
      SqlStatement move,
      database_.Prepare(Format(
          "INSERT INTO points SELECT {1}, series, time - ((time % {2}) + {2}) % {2} AS start, "
          "min(min), sum(mean * count) / sum(count), max(max), sum(count) FROM points "
          "WHERE tier = {0} AND series = ?1 AND time < ?2 GROUP BY start{3}",
          tier, tier + 1, width, kJoin)));
  HYPNOS_ASSIGN_OR_RETURN(
      SqlStatement remove,
      database_.Prepare(
          Format("DELETE FROM points WHERE tier = {} AND series = ?1 AND time < ?2", tier)));
  for (const int64_t id : all) {
    HYPNOS_RETURN_IF_ERROR(move.Bind(1, id).Bind(2, before).Run());
    HYPNOS_RETURN_IF_ERROR(remove.Bind(1, id).Bind(2, before).Run());
  }
  return transaction.Commit();
}

// Of the phases that began within one bucket the last one stays, so that what follows it is right.
Status HistoryDatabase::ThinPhases(size_t tier, int64_t now) {
  const int64_t before = (now - kHistoryTiers[tier].keep_seconds) * 1000;
  const int64_t keep = kHistoryTiers[tier + 1].keep_seconds;
  const int64_t from = keep == 0 ? INT64_MIN : (now - keep) * 1000;
  const int64_t width = kHistoryTiers[tier + 1].width * 1000;
  return database_.Execute(
      Format("DELETE FROM changes WHERE kind = {0} AND time >= {1} AND time < {2} AND id NOT IN "
             "(SELECT max(id) FROM changes WHERE kind = {0} AND time >= {1} AND time < {2} "
             "GROUP BY source, time / {3})",
             kPhase, from, before, width));
}

Result<std::optional<HistoryDatabase::Span>> HistoryDatabase::TimesOf(size_t tier) {
  std::optional<Span> span;
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<int64_t> all, Series());
  HYPNOS_ASSIGN_OR_RETURN(
      SqlStatement select,
      database_.Prepare(Format("SELECT (SELECT time FROM points WHERE tier = {0} AND series = ?1 "
                               "ORDER BY time LIMIT 1), (SELECT time FROM points WHERE tier = {0} "
                               "AND series = ?1 ORDER BY time DESC LIMIT 1), "
                               "EXISTS(SELECT 1 FROM points WHERE tier = {0} AND series = ?1)",
                               tier)));
  for (const int64_t id : all) {
    HYPNOS_ASSIGN_OR_RETURN(const bool row, select.Bind(1, id).Next());
    if (row && select.Integer(2) != 0) {
      const Span one{select.Integer(0), select.Integer(1)};
      span = span ? Span{std::min(span->first, one.first), std::max(span->last, one.last)} : one;
    }
    HYPNOS_RETURN_IF_ERROR(select.Run());
  }
  return span;
}

Result<std::optional<HistoryDatabase::Span>> HistoryDatabase::Times() {
  std::optional<Span> span;
  for (size_t tier = 0; tier < kHistoryTiers.size(); ++tier) {
    HYPNOS_ASSIGN_OR_RETURN(const auto one, TimesOf(tier));
    if (!one) continue;
    span = span ? Span{std::min(span->first, one->first), std::max(span->last, one->last)} : *one;
  }
  return span;
}

Result<uint64_t> HistoryDatabase::Bytes() {
  HYPNOS_ASSIGN_OR_RETURN(const int64_t pages, database_.Number("PRAGMA page_count"));
  HYPNOS_ASSIGN_OR_RETURN(const int64_t size, database_.Number("PRAGMA page_size"));
  return static_cast<uint64_t>(pages * size);
}

Result<uint64_t> HistoryDatabase::BytesInUse() {
  HYPNOS_ASSIGN_OR_RETURN(const int64_t pages, database_.Number("PRAGMA page_count"));
  HYPNOS_ASSIGN_OR_RETURN(const int64_t free, database_.Number("PRAGMA freelist_count"));
  HYPNOS_ASSIGN_OR_RETURN(const int64_t size, database_.Number("PRAGMA page_size"));
  return static_cast<uint64_t>((pages - free) * size);
}

Result<bool> HistoryDatabase::KeepTo(uint64_t bytes) {
  bool shrunk = true;
  while (shrunk) {
    HYPNOS_ASSIGN_OR_RETURN(const uint64_t taken, BytesInUse());
    if (taken <= bytes) break;
    HYPNOS_ASSIGN_OR_RETURN(shrunk, Shrink());
  }
  // What was given up leaves pages behind that nothing is in.
  HYPNOS_RETURN_IF_ERROR(database_.Execute("PRAGMA incremental_vacuum"));
  return shrunk;
}

Result<HistoryDatabase::Cut> HistoryDatabase::CutOf(size_t tier, double part) {
  Cut cut;
  HYPNOS_ASSIGN_OR_RETURN(
      SqlStatement count,
      database_.Prepare("SELECT count(*) FROM points WHERE tier = ? AND series = ?"));
  int64_t longest = 0, most = 0;
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<int64_t> all, Series());
  for (const int64_t id : all) {
    HYPNOS_RETURN_IF_ERROR(count.Bind(1, static_cast<int64_t>(tier)).Bind(2, id).Next());
    const int64_t rows = count.Integer(0);
    HYPNOS_RETURN_IF_ERROR(count.Run());
    cut.rows += rows;
    if (rows <= most) continue;
    most = rows;
    longest = id;
  }
  if (most == 0) return cut;
  const auto at = [&](int64_t place) {
    return database_.Number(
        Format("SELECT time FROM points WHERE tier = {} AND series = {} "
               "ORDER BY time LIMIT 1 OFFSET {}",
               tier, longest, place));
  };
  HYPNOS_ASSIGN_OR_RETURN(cut.first, at(0));
  HYPNOS_ASSIGN_OR_RETURN(cut.time, at(static_cast<int64_t>(static_cast<double>(most) * part)));
  return cut;
}

// From the largest one on.
Result<bool> HistoryDatabase::Shrink() {
  std::vector<std::pair<int64_t, size_t>> order;  // rows, and the tier; behind them the changes
  for (size_t tier = 0; tier <= kLastTier; ++tier) {
    HYPNOS_ASSIGN_OR_RETURN(const Cut cut, CutOf(tier, 0));
    order.emplace_back(cut.rows, tier);
  }
  HYPNOS_ASSIGN_OR_RETURN(const int64_t changes, database_.Number("SELECT count(*) FROM changes"));
  order.emplace_back(changes, kChanges);
  std::ranges::stable_sort(order, std::greater(), &std::pair<int64_t, size_t>::first);
  for (const auto& [rows, tier] : order) {
    HYPNOS_ASSIGN_OR_RETURN(const bool shrunk,
                            tier == kChanges ? ShrinkChanges() : ShrinkTier(tier));
    if (shrunk) return true;
  }
  return false;
}

// By the middle of the points, not of their time: some may be of a clock that showed any year. A
// tier that has a single bucket left has nothing to give, nor has the last one its newest, where
// there is nothing newer.
Result<bool> HistoryDatabase::ShrinkTier(size_t tier) {
  HYPNOS_ASSIGN_OR_RETURN(const Cut cut, CutOf(tier, tier == kLastTier ? 0.1 : 0.5));
  if (cut.rows == 0) return false;
  if (tier == kLastTier) {
    const int64_t before = std::max(cut.time, cut.first + 1);
    HYPNOS_ASSIGN_OR_RETURN(const auto all, Times());
    if (all->last < before) return false;
    HYPNOS_RETURN_IF_ERROR(ForgetBefore(before));
    return true;
  }
  const int64_t middle = AlignedDown(cut.time, kHistoryTiers[tier + 1].width);
  if (middle <= cut.first) return false;
  HYPNOS_RETURN_IF_ERROR(ThinTier(tier, middle));
  return true;
}

// In which phase each source is stays known, for all the time that follows.
Result<bool> HistoryDatabase::ShrinkChanges() {
  HYPNOS_ASSIGN_OR_RETURN(const int64_t rows, database_.Number("SELECT count(*) FROM changes"));
  const auto at = [&](int64_t place) {
    return database_.Number(
        Format("SELECT time FROM changes ORDER BY time LIMIT 1 OFFSET {}", place));
  };
  const auto remove = [&](const std::string& which) -> Result<bool> {
    HYPNOS_RETURN_IF_ERROR(database_.Execute("DELETE FROM changes WHERE " + which));
    HYPNOS_ASSIGN_OR_RETURN(const int64_t removed, database_.Number("SELECT changes()"));
    return removed > 0;
  };
  HYPNOS_ASSIGN_OR_RETURN(const int64_t middle, at(rows / 2));
  HYPNOS_ASSIGN_OR_RETURN(
      const bool thinned,
      remove(Format("kind = {0} AND time < {1} AND id NOT IN (SELECT max(id) FROM changes "
                    "WHERE kind = {0} AND time < {1} GROUP BY source, time / {2})",
                    kPhase, middle, kHistoryTiers[kLastTier].width * 1000)));
  if (thinned) return true;
  HYPNOS_ASSIGN_OR_RETURN(const int64_t tenth, at(rows / 10));
  return remove(
      Format("time < {1} AND id NOT IN (SELECT max(id) FROM changes WHERE kind = {0} "
             "AND time < {1} GROUP BY source)",
             kPhase, tenth));
}

Status HistoryDatabase::ForgetBefore(int64_t time) {
  // Another one may get the number of a series that is gone.
  ids_.clear();
  HYPNOS_ASSIGN_OR_RETURN(SqlTransaction transaction, SqlTransaction::Begin(database_));
  HYPNOS_RETURN_IF_ERROR(
      database_.Execute(Format("DELETE FROM points WHERE tier = {} AND time < {}; "
                               "DELETE FROM changes WHERE time < {}; "
                               "DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM points "
                               "WHERE series = series.id AND tier BETWEEN 0 AND {})",
                               kLastTier, time, time * 1000, kLastTier)));
  return transaction.Commit();
}

}  // namespace hypnos
