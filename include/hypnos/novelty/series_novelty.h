// Novelty in a series: how unusual a row is, by the rows before it alone.
//
// Of each column x several signals are watched, of which none has a unit:
//   value   (x - mean) / deviation, by all rows of late, within +-8; what is further than 100
//           deviations from the mean joins them, and the range, as if it were just so far
//   change  (x[t] - x[t-1]) / deviation
//   beyond  how far x is outside of all that it ever was, as a share of that range; 0 within
//   habit   how far value is from what it is at this hour of the day, weekdays and weekends apart,
//           in that hour's deviations; of rows without a time, at all times
//   error   how far the network was off, in any unit
//   a_i[t]   = | mean of a signal over the last w_i rows |
//   d_i[t]   = -log10 P(a' >= a_i[t]), by the history of a_i
//   usual[t] = mean of d_i over all i
//   score[t] = largest, over the columns, of max(usual[t], skill * mean of d_j over all j), or the
//              mean of d_k over all k, if that is larger
// The j are windows over the error where that is one of a forecast: what a network foretold is
// evidence of its own, by as much as it foretells better than that a value stays as it is, or is
// what it is at this hour (src/novelty/skill.h): none where it is no better. Other errors are among
// the i.
// The k are windows over how far all columns, taken together, are from how they hang together
// (src/novelty/joint.h), by their values and the errors of their forecasts: so that a reading is
// told which is usual by itself, but not beside the others. Of the first 64 columns at most, and of
// as many errors as there is room for beside them.
// Scores are not ranked among scores: each series would tell as often as any other then, those in
// which nothing ever happens, too.
// A short window sees what is sudden, a long one what is slight and lasts. A row is judged before
// it joins the histories. What follows an unusual row mostly belongs to it: `told` is the score
// where it stands out of what was told of late, and 0 otherwise:
//   told[t] = score[t] if score[t] > told[t-k] + margin (1 - k / rest) for all k up to rest, else 0
//   rest    = share of the rows so far, at most most_rest_rows
// Memory does not grow. Threads: thread-compatible. Deterministic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/state_archive.h"

namespace hypnos {

// Of one column. NaN: nothing can be said.
struct SeriesReading {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double value = kNone;
  // Of what was predicted. Always NaN where no network watches.
  double error = kNone;
  // What was foretold, as it came, in the unit of its error. NaN: the error is none of a forecast
  // of this column.
  double foretold = kNone;
};

enum class SeriesSignal { kValue, kChange, kBeyond, kHabit, kError };

// A signal, averaged over so many rows; at least 1.
struct SeriesEvidence {
  SeriesSignal signal = SeriesSignal::kValue;
  size_t window = 1;
};

struct SeriesNoveltyOptions {
  // At least one. Which do best on series of many kinds was tried out: src/novelty/README.md.
  std::vector<SeriesEvidence> evidence = {{SeriesSignal::kHabit, 1},  {SeriesSignal::kHabit, 8},
                                          {SeriesSignal::kHabit, 64}, {SeriesSignal::kBeyond, 1},
                                          {SeriesSignal::kBeyond, 8}, {SeriesSignal::kBeyond, 64},
                                          {SeriesSignal::kError, 8}};
  // Over a forecast's error; none of them 0.
  std::vector<size_t> forecast_windows = {1, 8, 64};
  // Over how far columns are from how they hang together; none of them 0. Empty: not looked at.
  std::vector<size_t> together_windows = {1, 8, 64};
  // How many rows mean and deviation look back; at least 1.
  double scale_rows = 1e5;
  // How many rows the histories of signals look back; at least 1.
  double signal_rows = 1e6;
  // most_rest_rows 0: nothing belongs to what was told before.
  double rest_share = 0.1;
  size_t most_rest_rows = 300;
  double margin = 0.5;
};

struct SeriesMoment {
  // The row does not follow the one before, from which it has no change then. Windows go on: what a
  // few rows after a cut say by themselves is not what as many in a row say.
  bool cut = false;
  // False: it is looked at, and what is usual stays as it is.
  bool learn = true;
  // Since 1970, by the clock that wrote the row.
  std::optional<Duration> when = std::nullopt;
};

struct SeriesReport {
  double score = 0;
  double told = 0;
  size_t column = 0;  // that is the most unusual one by itself
};

class SeriesNovelty {
 public:
  explicit SeriesNovelty(const SeriesNoveltyOptions& options);
  ~SeriesNovelty();
  SeriesNovelty(SeriesNovelty&&) noexcept;
  SeriesNovelty& operator=(SeriesNovelty&&) noexcept;

  // `columns`: in the same order each time, at least one.
  SeriesReport Observe(std::span<const SeriesReading> columns, const SeriesMoment& moment);

  void ExchangeState(StateArchive& archive);

 private:
  struct Column;
  struct Relations;

  double Usual(Column& column, const SeriesReading& reading, const SeriesMoment& moment);
  double Foretold(Column& column, const SeriesReading& reading, const SeriesMoment& moment) const;
  double Together(std::span<const SeriesReading> columns, const SeriesMoment& moment);
  double Tell(double score);

  SeriesNoveltyOptions options_;
  std::vector<Column> columns_;  // empty before the first row
  std::unique_ptr<Relations> relations_;
  std::vector<double> told_;  // a ring, of the last most_rest_rows rows
  uint64_t rows_ = 0;
  size_t next_told_ = 0;
};

}  // namespace hypnos
