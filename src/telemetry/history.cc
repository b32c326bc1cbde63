#include "hypnos/telemetry/history.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "hypnos/base/log.h"
#include "telemetry/asked_series.h"
#include "telemetry/history_reader.h"
#include "telemetry/history_tiers.h"
#include "telemetry/history_writer.h"
#include "telemetry/recent_history.h"
#include "telemetry/time_spans.h"

namespace hypnos {
namespace {

// Of the phases of one source that fall into one bucket, or lie before the first one, the last one
// stays; of what memory and the disk both tell, one.
std::vector<HistoryChange> Thinned(std::vector<HistoryChange> changes, const HistoryQuery& query) {
  std::ranges::stable_sort(changes, {}, &HistoryChange::time);
  std::set<std::pair<std::string, int64_t>> seen;
  std::set<std::tuple<int64_t, std::string, std::string>> marks;
  std::vector<HistoryChange> thinned;
  for (size_t i = changes.size(); i-- > 0;) {
    HistoryChange& change = changes[i];
    if (change.time >= query.end() * 1000) continue;
    const int64_t since = change.time - query.from * 1000;
    const int64_t bucket = since < 0 ? -1 : since / (query.width * 1000);
    const bool stays =
        change.kind == HistoryChange::Kind::kPhase
            ? seen.emplace(change.source, bucket).second
            : since >= 0 && marks.emplace(change.time, change.source, change.text).second;
    if (stays) thinned.push_back(std::move(change));
  }
  std::ranges::reverse(thinned);
  return thinned;
}

// Memory has all of it.
bool IsKnown(const KnownTimes& known, const HistoryQuery& query) {
  return Without(known.samples, {query.from, query.end()}).empty() &&
         Without(known.changes, {query.from * 1000, query.end() * 1000}).empty();
}

std::set<std::string> SetOf(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

// Each value is in one of the two.
Status AddTo(HistoryAnswer& answer, HistoryAnswer&& more, const HistoryQuery& query) {
  std::set<std::string> names = SetOf(answer.names);
  names.insert(more.names.begin(), more.names.end());
  HYPNOS_ASSIGN_OR_RETURN(SeriesBuckets all, AskedSeries(query, names));
  for (const SeriesBuckets* part : {&answer.series, &more.series}) {
    for (const auto& [name, buckets] : *part) {
      std::vector<HistoryBucket>& joined = all[name];
      for (size_t i = 0; i < buckets.size(); ++i) joined[i].Add(buckets[i]);
    }
  }
  answer.series = std::move(all);
  answer.names.assign(names.begin(), names.end());
  answer.changes.insert(answer.changes.end(), more.changes.begin(), more.changes.end());
  return {};
}

}  // namespace

class History::Impl {
 public:
  explicit Impl(const HistoryOptions& options)
      : options_(options), recent_(options.recent_samples, options.most_series) {
    if (options.folder.empty()) return;
    writer_ = std::make_unique<HistoryWriter>(options);
    reader_ = std::make_unique<HistoryReader>(options);
  }

  void Add(const HistorySample& sample) {
    HistorySample finite{sample.time, {}};
    for (const auto& value : sample.values) {
      if (std::isfinite(static_cast<float>(value.second))) finite.values.push_back(value);
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
    HYPNOS_ASSIGN_OR_RETURN(auto recent, ReadRecent(query));
    auto& [answer, known] = recent;
    if (reader_ && (query.series.empty() || !IsKnown(known, query))) {
      Result<HistoryAnswer> on_disk = reader_->Read(query, known);
      const Status read =
          on_disk.ok() ? AddTo(answer, *std::move(on_disk), query) : Status(on_disk.error());
      if (!read.ok() && read.error().code == Code::kInvalidArgument) return read.error();
      if (!read.ok()) answer.incomplete = read.error().message;
    }
    answer.changes = Thinned(std::move(answer.changes), query);
    return std::move(answer);
  }

  void EndReading() {
    if (reader_) reader_->Stop();
  }

  bool Close() {
    if (!writer_ || std::exchange(closed_, true)) return true;
    EndReading();
    const SystemClock clock;
    const Instant end = clock.Now() + options_.patience;
    const bool written = writer_->Close(options_.patience);
    const bool read = reader_->WaitUntilOver(end - clock.Now());
    if (!written) log::Warning("history: the disk hangs; what waited for it is lost");
    if (!read) log::Warning("history: the disk hangs; who read from it is left behind");
    return written && read;
  }

  HistoryStatus status() const {
    HistoryStatus status = writer_ ? writer_->status() : HistoryStatus();
    const std::lock_guard lock(mutex_);
    status.series = recent_.series();
    return status;
  }

 private:
  Result<std::pair<HistoryAnswer, KnownTimes>> ReadRecent(const HistoryQuery& query) const {
    const std::lock_guard lock(mutex_);
    HistoryAnswer answer;
    answer.names = recent_.Names();
    HYPNOS_ASSIGN_OR_RETURN(answer.series, AskedSeries(query, SetOf(answer.names)));
    recent_.Read(query, answer.series);
    answer.changes = recent_.Changes();
    return std::pair(std::move(answer), recent_.Known());
  }

  const HistoryOptions options_;
  mutable std::mutex mutex_;
  RecentHistory recent_;
  // Null: in memory only.
  std::unique_ptr<HistoryWriter> writer_;
  std::unique_ptr<HistoryReader> reader_;
  bool closed_ = false;
};

int64_t History::SecondsAPoint(int64_t age_seconds) {
  // It goes on to the next tier each minute, and the whole bucket of that at once.
  constexpr int64_t kLate = 60;
  for (const HistoryTier& tier : kHistoryTiers) {
    if (tier.keep_seconds == 0 || age_seconds <= tier.keep_seconds + kLate) return tier.width;
  }
  return kHistoryTiers.back().width;
}

History::History(const HistoryOptions& options) : impl_(std::make_unique<Impl>(options)) {}
History::~History() { Close(); }

void History::Add(const HistorySample& sample) { impl_->Add(sample); }
void History::Add(const HistoryChange& change) { impl_->Add(change); }
Result<HistoryAnswer> History::Read(const HistoryQuery& query) const { return impl_->Read(query); }
void History::EndReading() { impl_->EndReading(); }
bool History::Close() { return impl_->Close(); }
HistoryStatus History::status() const { return impl_->status(); }

}  // namespace hypnos
