// The columns of a series, and what a row of them becomes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"

namespace hypnos {

enum class ColumnKind {
  kNumber,    // a scalar
  kCategory,  // one of a few names
  kLog,       // words, in which numbers differ from line to line
};

struct SeriesColumn {
  std::string name = {};
  ColumnKind kind = ColumnKind::kNumber;
  // Categories and words are told apart by their hash, in so many buckets; two that share one count
  // as the same. Of a number nobody asks.
  size_t buckets = 32;

  // How many readings a row has of it.
  size_t width() const { return kind == ColumnKind::kLog ? buckets : 1; }
  bool operator==(const SeriesColumn&) const = default;
};

// What is looked at of a log where nobody says what.
inline SeriesColumn LineOfALog() { return {.name = "line", .kind = ColumnKind::kLog}; }

// What one file of a series has found, and all others of it must have.
struct KnownColumns {
  bool begun = false;  // it has had a header with all of them, or been found
  std::vector<SeriesColumn> columns = {};
  std::optional<std::string> time_column = std::nullopt;
};

struct Readings {
  // Of each column, in their order: a number, NaN where it is missing; the bucket of a category,
  // NaN where it is missing; of a log for each bucket 1 where a word of it stands in the text,
  // otherwise 0.
  std::vector<double> values = {};
  // Since 1970, by the clock of whoever wrote the row; nothing where no time stands in it.
  std::optional<Duration> when = std::nullopt;
  bool operator==(const Readings&) const = default;
};

size_t WidthOf(const std::vector<SeriesColumn>& columns);

}  // namespace hypnos
