#include "telemetry/history_on_disk.h"

#include <set>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "telemetry/asked_series.h"
#include "telemetry/history_database.h"
#include "telemetry/history_tiers.h"
#include "telemetry/sqlite.h"
#include "telemetry/time_spans.h"

namespace hypnos {
namespace {

// Of SQLite's machine: some seconds. Who asks for less gets it.
constexpr int64_t kMostSteps = 400'000'000;

Result<SqlDatabase> OpenToRead(const HistoryOnDisk& disk, const std::atomic<bool>& stop) {
  HYPNOS_ASSIGN_OR_RETURN(SqlDatabase database,
                          SqlDatabase::Open(disk.folder + "/" + HistoryDatabase::kFileName,
                                            SqlDatabase::Mode::kRead, disk.vfs));
  database.LimitSteps(kMostSteps, stop);
  // Each value is in one tier only as long as none is moved between two looks.
  HYPNOS_RETURN_IF_ERROR(database.Execute("BEGIN"));
  return database;
}

Result<std::set<std::string>> ReadNames(SqlDatabase& database) {
  HYPNOS_ASSIGN_OR_RETURN(SqlStatement select, database.Prepare("SELECT name FROM series"));
  std::set<std::string> names;
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(const bool more, select.Next());
    if (!more) return names;
    names.insert(select.Text(0));
  }
}

// What lies in the span of one series in one tier.
Status ReadTier(SqlStatement& select, const HistoryQuery& query, TimeSpan span,
                std::vector<HistoryBucket>& buckets) {
  select.Bind(1, query.from).Bind(2, query.width).Bind(5, span.from).Bind(6, span.to);
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(const bool more, select.Next());
    if (!more) return {};
    const int64_t place = select.Integer(0);
    if (place < 0 || place >= std::ssize(buckets)) continue;
    buckets[static_cast<size_t>(place)].Add(
        {select.Real(1), select.Real(2), select.Real(3), static_cast<uint64_t>(select.Integer(4))});
  }
}

Status ReadPoints(SqlDatabase& database, const HistoryQuery& query, const KnownTimes& known,
                  SeriesBuckets& series) {
  HYPNOS_ASSIGN_OR_RETURN(
      SqlStatement select,
      database.Prepare("SELECT (time - ?1) / ?2 AS bucket, min(min), max(max), sum(mean * count), "
                       "sum(count) FROM points WHERE tier = ?3 AND series = "
                       "(SELECT id FROM series WHERE name = ?4) AND time >= ?5 AND time < ?6 "
                       "GROUP BY bucket"));
  const std::vector<TimeSpan> spans = Without(known.samples, {query.from, query.end()});
  for (auto& [name, buckets] : series) {
    for (size_t tier = 0; tier < kHistoryTiers.size(); ++tier) {
      for (const TimeSpan& span : spans) {
        select.Bind(3, static_cast<int64_t>(tier)).Bind(4, std::string_view(name));
        HYPNOS_RETURN_IF_ERROR(ReadTier(select, query, span, buckets));
      }
    }
  }
  return {};
}

Status TakeChanges(SqlStatement& select, std::vector<HistoryChange>& changes) {
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(const bool more, select.Next());
    if (!more) return {};
    changes.push_back({.time = select.Integer(0),
                       .kind = static_cast<HistoryChange::Kind>(select.Integer(1)),
                       .source = select.Text(2),
                       .state = static_cast<int>(select.Integer(3)),
                       .text = select.Text(4)});
  }
}

constexpr int kPhase = static_cast<int>(HistoryChange::Kind::kPhase);

// In which phase each source was at the beginning.
Status ReadPhasesBefore(SqlDatabase& database, int64_t time, std::vector<HistoryChange>& changes) {
  HYPNOS_ASSIGN_OR_RETURN(
      SqlStatement select,
      database.Prepare(Format("SELECT time, kind, source, state, text FROM changes WHERE id IN ("
                              "SELECT max(id) FROM changes WHERE kind = {} AND time < ? "
                              "GROUP BY source)",
                              kPhase)));
  select.Bind(1, time);
  return TakeChanges(select, changes);
}

// Of several phases in one bucket the last one: the answer must not grow with what happened.
Status ReadChanges(SqlDatabase& database, const HistoryQuery& query, const KnownTimes& known,
                   std::vector<HistoryChange>& changes) {
  const TimeSpan whole{query.from * 1000, query.end() * 1000};
  HYPNOS_RETURN_IF_ERROR(ReadPhasesBefore(database, whole.from, changes));
  HYPNOS_ASSIGN_OR_RETURN(
      SqlStatement select,
      database.Prepare(Format("SELECT time, kind, source, state, text FROM changes WHERE id IN ("
                              "SELECT max(id) FROM changes WHERE kind = {0} AND time >= ?2 AND "
                              "time < ?3 GROUP BY source, (time - ?1) / ?4 UNION ALL "
                              "SELECT id FROM changes WHERE kind <> {0} AND time >= ?2 AND "
                              "time < ?3)",
                              kPhase)));
  for (const TimeSpan& span : Without(known.changes, whole)) {
    select.Bind(1, whole.from).Bind(2, span.from).Bind(3, span.to).Bind(4, query.width * 1000);
    HYPNOS_RETURN_IF_ERROR(TakeChanges(select, changes));
  }
  return {};
}

}  // namespace

Result<HistoryAnswer> ReadHistory(const HistoryOnDisk& disk, const HistoryQuery& query,
                                  const KnownTimes& known, const std::atomic<bool>& stop) {
  HYPNOS_ASSIGN_OR_RETURN(SqlDatabase database, OpenToRead(disk, stop));
  HistoryAnswer answer;
  HYPNOS_ASSIGN_OR_RETURN(const std::set<std::string> names, ReadNames(database));
  answer.names.assign(names.begin(), names.end());
  HYPNOS_ASSIGN_OR_RETURN(answer.series, AskedSeries(query, names));
  HYPNOS_RETURN_IF_ERROR(ReadPoints(database, query, known, answer.series));
  HYPNOS_RETURN_IF_ERROR(ReadChanges(database, query, known, answer.changes));
  return answer;
}

}  // namespace hypnos
