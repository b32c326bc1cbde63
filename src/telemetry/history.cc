#include "hypnos/telemetry/history.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <mutex>
#include <set>
#include <utility>

#include "hypnos/base/format.h"
#include "telemetry/history_database.h"
#include "telemetry/history_writer.h"
#include "telemetry/recent_history.h"
#include "telemetry/series_pattern.h"

namespace hypnos {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max() / 1000;

// Of the phases of one source that fall into one bucket, or lie before the first one, the last one
// stays.
std::vector<HistoryChange> Thinned(std::vector<HistoryChange> changes, const HistoryQuery& query) {
  std::ranges::stable_sort(changes, {}, &HistoryChange::time);
  std::set<std::pair<std::string, int64_t>> seen;
  std::vector<HistoryChange> thinned;
  for (size_t i = changes.size(); i-- > 0;) {
    HistoryChange& change = changes[i];
    if (change.time >= query.end() * 1000) continue;
    const int64_t since = change.time - query.from * 1000;
    const int64_t bucket = since < 0 ? -1 : since / (query.width * 1000);
    const bool stays = change.kind == HistoryChange::Kind::kPhase
                           ? seen.emplace(change.source, bucket).second
                           : since >= 0;
    if (stays) thinned.push_back(std::move(change));
  }
  std::ranges::reverse(thinned);
  return thinned;
}

}  // namespace

class History::Impl {
 public:
  explicit Impl(const HistoryOptions& options)
      : options_(options), recent_(options.recent_samples, options.most_series) {
    if (!options.folder.empty()) writer_ = std::make_unique<HistoryWriter>(options);
  }

  void Add(const HistorySample& sample) {
    HistorySample finite{sample.time, {}};
    for (const auto& value : sample.values) {
      if (std::isfinite(value.second)) finite.values.push_back(value);
    }
    // What is one series too many for memory is so for the disk.
    if (finite.values.size() > options_.most_series) finite.values.resize(options_.most_series);
    {
      const std::lock_guard lock(mutex_);
      recent_.Add(finite);
    }
    if (writer_) writer_->Add(finite);
  }

  void Add(const HistoryChange& change) {
    {
      const std::lock_guard lock(mutex_);
      recent_.Add(change);
    }
    if (writer_) writer_->Add(change);
  }

  Result<HistoryAnswer> Read(const HistoryQuery& query) const {
    HistoryAnswer answer;
    const HistoryOnDisk disk{options_.folder, options_.vfs};
    std::set<std::string> names = RecentNames();
    if (writer_) {
      const auto on_disk = ReadHistoryNames(disk);
      if (on_disk.ok()) names.insert(on_disk->begin(), on_disk->end());
      if (!on_disk.ok()) answer.incomplete = on_disk.error().message;
    }
    answer.names.assign(names.begin(), names.end());
    for (const std::string& name : answer.names) {
      if (!MatchesOneOf(query.series, name)) continue;
      if ((answer.series.size() + 1) * query.buckets > kMostBuckets) return TooMany(query);
      answer.series[name].resize(query.buckets);
    }
    const auto [samples_before, changes_before] = ReadRecent(query, answer);
    if (writer_ && answer.incomplete.empty()) {
      const Status read = ReadHistory(disk, query, samples_before, changes_before, answer);
      if (!read.ok()) answer.incomplete = read.error().message;
    }
    answer.changes = Thinned(std::move(answer.changes), query);
    return answer;
  }

  HistoryStatus status() const {
    HistoryStatus status = writer_ ? writer_->status() : HistoryStatus();
    const std::lock_guard lock(mutex_);
    status.series = recent_.series();
    return status;
  }

 private:
  static Error TooMany(const HistoryQuery& query) {
    return {Code::kInvalidArgument, "TOO_MANY_POINTS",
            Format("these series have more than {} points together, with {} each: ask for fewer "
                   "points or fewer series",
                   kMostBuckets, query.buckets)};
  }

  std::set<std::string> RecentNames() const {
    const std::lock_guard lock(mutex_);
    const std::vector<std::string> names = recent_.Names();
    return {names.begin(), names.end()};
  }

  // What it has is not asked of the disk again: before which samples and changes that knows more.
  std::pair<int64_t, int64_t> ReadRecent(const HistoryQuery& query, HistoryAnswer& answer) const {
    const std::lock_guard lock(mutex_);
    recent_.Read(query, answer.series);
    answer.changes.assign(recent_.changes().begin(), recent_.changes().end());
    return {recent_.oldest_time().value_or(kNever),
            recent_.oldest_change().value_or(kNever * 1000)};
  }

  const HistoryOptions options_;
  mutable std::mutex mutex_;
  RecentHistory recent_;
  std::unique_ptr<HistoryWriter> writer_;  // null: in memory only
};

History::History(const HistoryOptions& options) : impl_(std::make_unique<Impl>(options)) {}
History::~History() = default;

void History::Add(const HistorySample& sample) { impl_->Add(sample); }
void History::Add(const HistoryChange& change) { impl_->Add(change); }
Result<HistoryAnswer> History::Read(const HistoryQuery& query) const { return impl_->Read(query); }
HistoryStatus History::status() const { return impl_->status(); }

}  // namespace hypnos
