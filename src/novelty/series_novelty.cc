#include "hypnos/novelty/series_novelty.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "novelty/habit.h"
#include "novelty/joint.h"
#include "novelty/skill.h"
#include "novelty/tail_history.h"

namespace hypnos {
namespace {

constexpr size_t kSignals = 5;
constexpr size_t kMostColumns = 1 << 15;

constexpr double kFarthest = 8;
// In deviations: what is further off counts as if it were so far.
constexpr double kAbsurd = 100;
// Rows after which mean and deviation are believed.
constexpr int64_t kSettled = 100;
// The square of anything larger overflows.
constexpr double kLargest = 1e150;

// By SeriesSignal.
using Signals = std::array<double, kSignals>;

double& Of(Signals& signals, SeriesSignal signal) { return signals[static_cast<size_t>(signal)]; }

// What nothing can be said of is as usual.
double OrUsual(double off) { return std::isfinite(off) ? off : 0; }

// Where a column was so far.
class Course {
 public:
  // NaN for what nothing can be said of. Then the reading joins what was, if it is to be learned.
  Signals Follow(const SeriesReading& reading, double scale_rows, const SeriesMoment& moment) {
    Signals signals;
    signals.fill(SeriesReading::kNone);
    if (!std::isfinite(reading.foretold)) Of(signals, SeriesSignal::kError) = reading.error;
    if (!std::isfinite(reading.value)) {
      before_ = SeriesReading::kNone;
      return signals;
    }
    const double x = std::clamp(reading.value, -kLargest, kLargest);
    if (rows_ > 0) {
      const double deviation = std::max(std::sqrt(variance_), 1e-9 * (std::abs(mean_) + 1e-9));
      const double value = std::clamp((x - mean_) / deviation, -kFarthest, kFarthest);
      Of(signals, SeriesSignal::kValue) = value;
      Of(signals, SeriesSignal::kHabit) = habit_.Off(value, moment.when);
      if (moment.learn) habit_.Learn(value, moment.when);
      Of(signals, SeriesSignal::kChange) = (x - before_) / deviation;
      const double range = std::max(highest_ - lowest_, 1e-12);
      Of(signals, SeriesSignal::kBeyond) = std::max({x - highest_, lowest_ - x, 0.0}) / range;
    }
    if (moment.learn) Join(Bounded(x), scale_rows);
    before_ = x;
    return signals;
  }

  // The next row does not follow the last one.
  void Cut() { before_ = SeriesReading::kNone; }

  void ExchangeState(StateArchive& archive) {
    archive.Number("rows", rows_);
    archive.Number("mean", mean_);
    archive.Number("variance", variance_);
    archive.Number("lowest", lowest_);
    archive.Number("highest", highest_);
    archive.Number("before", before_);
    const bool sound = rows_ >= 0 && std::isfinite(mean_) && variance_ >= 0;
    if (!sound) archive.Refuse("variance", "is none");
    const StateArchive::Scope scope(archive, "habit");
    habit_.ExchangeState(archive);
  }

 private:
  // One value that is absurd must not make all others look alike from then on.
  double Bounded(double x) const {
    if (rows_ < kSettled || variance_ <= 0) return x;
    const double far = kAbsurd * std::sqrt(variance_);
    return std::clamp(x, mean_ - far, mean_ + far);
  }

  void Join(double x, double scale_rows) {
    const double weight = std::max(1 / static_cast<double>(++rows_), 1 / scale_rows);
    const double off = x - mean_;
    mean_ += weight * off;
    variance_ += weight * (off * (x - mean_) - variance_);
    lowest_ = rows_ == 1 ? x : std::min(lowest_, x);
    highest_ = rows_ == 1 ? x : std::max(highest_, x);
  }

  int64_t rows_ = 0;
  double mean_ = 0, variance_ = 0;
  double lowest_ = 0, highest_ = 0;
  double before_ = SeriesReading::kNone;
  Habit habit_;
};

// The mean of the last few values.
class RunningMean {
 public:
  explicit RunningMean(size_t window) : last_(window) {}

  double Add(double value) {
    last_[next_] = value;
    next_ = (next_ + 1) % last_.size();
    count_ = std::min(count_ + 1, last_.size());
    double sum = 0;
    // Added up anew, so that no rounding stays behind.
    for (size_t i = 0; i < count_; ++i) sum += last_[i];
    return sum / static_cast<double>(count_);
  }
  void ExchangeState(StateArchive& archive) {
    archive.Values("last", std::span(last_), {last_.size()});
    next_ = archive.Count("next", next_, last_.size() - 1);
    count_ = archive.Count("count", count_, last_.size());
  }

 private:
  std::vector<double> last_;
  size_t next_ = 0;
  size_t count_ = 0;
};

// One signal over one window.
class Watched {
 public:
  Watched(size_t window, double rows) : mean_(window), history_(rows) {}

  double Decades(double signal, bool learn) {
    const double size = std::abs(mean_.Add(signal));
    const double decades = history_.Decades(size);
    if (learn) history_.Learn(size);
    return decades;
  }
  void ExchangeState(StateArchive& archive) {
    mean_.ExchangeState(archive);
    history_.ExchangeState(archive);
  }

 private:
  RunningMean mean_;
  TailHistory history_;
};

}  // namespace

struct SeriesNovelty::Column {
  explicit Column(const SeriesNoveltyOptions& options) {
    for (const SeriesEvidence& each : options.evidence) {
      watched.emplace_back(each.window, options.signal_rows);
    }
    for (const size_t window : options.forecast_windows) {
      forecast.emplace_back(window, options.signal_rows);
    }
  }
  Course course;
  Skill skill;
  double value = 0;               // of the row under way, as the signal is; 0 where it has none
  std::vector<Watched> watched;   // as options.evidence has it
  std::vector<Watched> forecast;  // as options.forecast_windows has it
};

struct SeriesNovelty::Relations {
  explicit Relations(const SeriesNoveltyOptions& options) {
    for (const size_t window : options.together_windows) {
      watched.emplace_back(window, options.signal_rows);
    }
  }
  Joint joint;
  std::vector<Watched> watched;  // as options.together_windows has it
  std::vector<double> figures;   // of the row under way
};

SeriesNovelty::SeriesNovelty(const SeriesNoveltyOptions& options)
    : options_(options),
      relations_(std::make_unique<Relations>(options)),
      told_(options.most_rest_rows) {
  HYPNOS_CHECK(!options.evidence.empty());
  for (const SeriesEvidence& each : options.evidence) HYPNOS_CHECK(each.window >= 1);
  for (const size_t window : options.forecast_windows) HYPNOS_CHECK(window >= 1);
  for (const size_t window : options.together_windows) HYPNOS_CHECK(window >= 1);
  HYPNOS_CHECK(options.scale_rows >= 1 && options.signal_rows >= 1);
}

SeriesNovelty::~SeriesNovelty() = default;
SeriesNovelty::SeriesNovelty(SeriesNovelty&&) noexcept = default;
SeriesNovelty& SeriesNovelty::operator=(SeriesNovelty&&) noexcept = default;

SeriesReport SeriesNovelty::Observe(std::span<const SeriesReading> columns,
                                    const SeriesMoment& moment) {
  while (columns_.size() < columns.size()) columns_.emplace_back(options_);
  if (moment.cut) {
    for (Column& column : columns_) {
      column.course.Cut();
      column.skill.Cut();
    }
  }
  SeriesReport report;
  double highest = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    const double evidence =
        std::max(Usual(columns_[i], columns[i], moment), Foretold(columns_[i], columns[i], moment));
    if (evidence <= highest) continue;
    highest = evidence;
    report.column = i;
  }
  report.score = std::max(highest, Together(columns, moment));
  report.told = Tell(report.score);
  return report;
}

double SeriesNovelty::Usual(Column& column, const SeriesReading& reading,
                            const SeriesMoment& moment) {
  Signals signals = column.course.Follow(reading, options_.scale_rows, moment);
  column.value = OrUsual(Of(signals, SeriesSignal::kValue));
  double sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < options_.evidence.size(); ++i) {
    const double signal = Of(signals, options_.evidence[i].signal);
    if (!std::isfinite(signal)) continue;
    sum += column.watched[i].Decades(signal, moment.learn);
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

double SeriesNovelty::Foretold(Column& column, const SeriesReading& reading,
                               const SeriesMoment& moment) const {
  const double skill = column.skill.Share();
  if (moment.learn) column.skill.Learn(reading.foretold, reading.error, moment.when);
  const bool is_one = std::isfinite(reading.foretold) && std::isfinite(reading.error);
  if (!is_one || column.forecast.empty()) return 0;
  double sum = 0;
  for (Watched& watched : column.forecast) sum += watched.Decades(reading.error, moment.learn);
  return skill * sum / static_cast<double>(column.forecast.size());
}

double SeriesNovelty::Together(std::span<const SeriesReading> columns, const SeriesMoment& moment) {
  if (columns.size() < 2 || relations_->watched.empty()) return 0;
  std::vector<double>& figures = relations_->figures;
  figures.clear();
  for (const Column& column : columns_) figures.push_back(column.value);
  for (const SeriesReading& reading : columns) {
    figures.push_back(std::isfinite(reading.foretold) ? OrUsual(reading.error) : 0);
  }
  figures.resize(std::min(figures.size(), Joint::kMostFigures));
  const double far = relations_->joint.Far(figures, moment.learn);
  if (!std::isfinite(far)) return 0;
  double sum = 0;
  for (Watched& watched : relations_->watched) sum += watched.Decades(far, moment.learn);
  return sum / static_cast<double>(relations_->watched.size());
}

double SeriesNovelty::Tell(double score) {
  const size_t most = told_.size();
  if (most == 0) return score;
  const auto share = static_cast<size_t>(options_.rest_share * static_cast<double>(rows_++));
  const size_t rest = std::min(most, share);
  double told = score;
  for (size_t age = 1; age <= rest && told > 0; ++age) {
    const double before = told_[(next_told_ + most - age) % most];
    const double rested = static_cast<double>(age) / static_cast<double>(rest);
    if (before > 0 && score <= before + options_.margin * (1 - rested)) told = 0;
  }
  told_[next_told_] = told;
  next_told_ = (next_told_ + 1) % most;
  return told;
}

void SeriesNovelty::ExchangeState(StateArchive& archive) {
  const size_t columns = archive.Count("columns", columns_.size(), kMostColumns);
  while (columns_.size() < columns) columns_.emplace_back(options_);
  for (size_t i = 0; i < columns_.size(); ++i) {
    {
      const StateArchive::Scope scope(archive, Format("{}.course", i));
      columns_[i].course.ExchangeState(archive);
    }
    {
      const StateArchive::Scope scope(archive, Format("{}.skill", i));
      columns_[i].skill.ExchangeState(archive);
    }
    for (size_t at = 0; at < columns_[i].watched.size(); ++at) {
      const StateArchive::Scope scope(archive, Format("{}.{}", i, at));
      columns_[i].watched[at].ExchangeState(archive);
    }
    for (size_t at = 0; at < columns_[i].forecast.size(); ++at) {
      const StateArchive::Scope scope(archive, Format("{}.forecast.{}", i, at));
      columns_[i].forecast[at].ExchangeState(archive);
    }
  }
  {
    const StateArchive::Scope scope(archive, "together");
    relations_->joint.ExchangeState(archive);
    for (size_t at = 0; at < relations_->watched.size(); ++at) {
      const StateArchive::Scope window(archive, Format("{}", at));
      relations_->watched[at].ExchangeState(archive);
    }
  }
  archive.Number("rows", rows_);
  archive.Values("told", std::span(told_), {told_.size()});
  next_told_ = archive.Count("next_told", next_told_, told_.empty() ? 0 : told_.size() - 1);
}

}  // namespace hypnos
