// Novelty in a series: how unusual a row is, by the rows before it alone.
//
// Of each column x several signals are watched, of which none has a unit:
//   value   (x - mean) / deviation, by all rows of late, within +-8
//   change  (x[t] - x[t-1]) / deviation
//   beyond  how far x is outside of all that it ever was, as a share of that range; 0 within
//   error   how far the read-out was off, as the encoder scales
//   a_i,w[t] = | mean of signal i over the last w rows |
//   d_i,w[t] = -log10 P(a' >= a_i,w[t]), by the history of a_i,w
//   s[t]     = largest, over the columns, of the mean of d_i,w over signals and windows
//   score[t] = -log10 P(s' >= s[t]), by the history of s
// A short window sees what is sudden, a long one what is slight and lasts. A row is judged before
// it joins the histories. What follows an unusual row mostly belongs to it: `told` is the score
// where it stands out of what was told in the last `rest_rows`, and 0 otherwise:
//   told[t] = score[t] if score[t] > told[t-k] + margin (1 - k / rest) for all k of them, else 0
// Memory does not grow. Threads: thread-compatible. Deterministic.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "hypnos/base/state_archive.h"

namespace hypnos {

// Of one column. NaN: nothing can be said.
struct SeriesReading {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double value = kNone;
  // Of what was predicted. Always NaN where no network watches.
  double error = kNone;
};

struct SeriesNoveltyOptions {
  // Rows over which signals are averaged; each at least 1, and at least one of them.
  std::vector<size_t> windows = {1, 10, 50};
  // How many rows mean and deviation look back; at least 1.
  double scale_rows = 1e5;
  // How many rows the histories of signals, and that of their mean, look back; at least 1.
  double signal_rows = 1e6;
  double score_rows = 3000;
  size_t rest_rows = 300;
  double margin = 0.5;
};

struct SeriesReport {
  double score = 0;
  double told = 0;
  size_t column = 0;  // that gave it
};

class SeriesNovelty {
 public:
  explicit SeriesNovelty(const SeriesNoveltyOptions& options);
  ~SeriesNovelty();
  SeriesNovelty(SeriesNovelty&&) noexcept;
  SeriesNovelty& operator=(SeriesNovelty&&) noexcept;

  // `columns`: as many each time, at least one. `cut`: the row does not follow the one before, so
  // that windows begin anew.
  SeriesReport Observe(std::span<const SeriesReading> columns, bool cut);

  void ExchangeState(StateArchive& archive);

 private:
  struct Column;

  double Evidence(Column& column, const SeriesReading& reading);
  double Tell(double score);

  SeriesNoveltyOptions options_;
  std::vector<Column> columns_;  // empty before the first row
  std::unique_ptr<class TailHistory> scores_;
  std::vector<double> told_;  // a ring, of the last rest_rows rows
  size_t next_told_ = 0;
};

}  // namespace hypnos
