// Rows of a series: what the records of a CSV stream, or the lines of a log, mean.
//
// The first record names the columns, unless a number or a time stands in it: then columns are
// called "1", "2" and so on. A header that comes again, in whatever order, is followed: files are
// often put together from several. Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/sources/series_columns.h"
#include "sources/csv_records.h"

namespace hypnos {

struct SeriesRowsOptions {
  // "/var/log/pump.csv", for people.
  std::string name = {};
  // Every record is a line of a log, and its only column.
  bool lines = false;
  // '\0': as the header has it.
  char separator = '\0';
  // Empty: the column that is called time, timestamp or the like, and where there is no header the
  // first one in which a date stands; if any.
  std::string time_column = {};
  // Empty: all others in which numbers stand in the first row.
  std::vector<SeriesColumn> columns = {};
};

class SeriesRows {
 public:
  explicit SeriesRows(SeriesRowsOptions options) : options_(std::move(options)) {}

  // Nothing: it was a header. Errors name file and line. kInvalidArgument, reason BAD_ROW: it is no
  // row of this series; what follows may be. Reason BAD_HEADER: a column is not there, and no row
  // can be read.
  Result<std::optional<Readings>> Read(const CsvRecord& record);
  // What comes next is the beginning of another file of the same series.
  void Restart();

  // Of the rows. Empty before the first one where no columns are given.
  const std::vector<SeriesColumn>& columns() const { return columns_; }

 private:
  Error At(const CsvRecord& record, const char* reason, const std::string& what) const;
  Result<std::optional<Readings>> ReadLine(const CsvRecord& record);
  Status TakeNames(const CsvRecord& record, const std::vector<std::string>& fields);
  Status FindColumns(const CsvRecord& record, const std::vector<std::string>& row);
  bool IsHeaderAgain(const std::vector<std::string>& fields) const;
  Status ReadValue(const CsvRecord& record, const SeriesColumn& column, const std::string& field,
                   std::vector<double>* values) const;
  std::optional<double> NumberOf(std::string_view text) const;

  const SeriesRowsOptions options_;
  char separator_ = ',';
  bool has_header_ = false;
  std::vector<std::string> names_;  // of the record's fields; empty before the first one
  std::optional<size_t> time_at_;
  std::vector<SeriesColumn> columns_;
  std::vector<size_t> at_;  // where each of them stands in a record
};

// A number as people write it; NaN where it is missing: empty, NA, NaN, n/a, null, none, - or ?.
// Nothing where it is neither, and where it is infinite. `decimal_comma`: 1,5 is one and a half.
std::optional<double> ParseReading(std::string_view text, bool decimal_comma);

}  // namespace hypnos
