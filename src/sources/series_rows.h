// Rows of a series: what the records of a CSV stream, or the lines of a log, mean.
//
// The first record names the columns, unless a number or a time stands in it: then columns are
// called "1", "2" and so on. A header that comes again, in whatever order, is followed: files are
// often put together from several. Of columns with one name, or none, the second is called "name
// (2)", and so on. A header that lacks a column of the series is no row, and neither is what stands
// below it, up to a header that has them all: nobody knows what would stand where. Without a header
// columns go by their positions: once kAgree rows in a row have another number of fields, it is the
// number from then on.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/sources/series_columns.h"
#include "hypnos/sources/source_place.h"
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
  // Of several files of one series: what the first of them has found. Null: there is but this one.
  std::shared_ptr<KnownColumns> known = nullptr;
};

class SeriesRows {
 public:
  static constexpr int kAgree = 10;

  explicit SeriesRows(SeriesRowsOptions options);

  // Nothing: it was a header. Errors name file and line. kInvalidArgument, reason BAD_ROW: it is no
  // row of this series; what follows may be. Reason BAD_HEADER: of the series' first header, a
  // column is not there, and no row can be read.
  Result<std::optional<Readings>> Read(const CsvRecord& record);
  // Whether the error that Read gave last was that of a header which lacks a column.
  bool refused_header() const { return refused_header_; }
  // What comes next is the beginning of another file of the same series.
  void Restart();
  // It is one that the same program writes: where it begins with no header but with a row, the
  // header is that of the file before. A first row of more or fewer fields is none, nor is one of
  // words that `may_be_torn`, since what was emptied may go on in the midst of a row: unknown names
  // are then no header where the end of a row may look like them.
  void RestartSameWriter(bool may_be_torn);
  // The columns of the series are those that were found before.
  void Know(const SeriesHead& head);
  // It goes on in the middle of a file, below that header. With RestartSameWriter it begins a file
  // of that program.
  void GoOn(const SeriesHead& head);
  // What became another one without being an error, for people; empty: nothing since the last time.
  std::string TakeNews() { return std::exchange(news_, {}); }

  // Of the rows. Empty before the first one where no columns are given.
  const std::vector<SeriesColumn>& columns() const;
  SeriesHead head() const;
  // Rises whenever the head becomes another one.
  int64_t heads() const { return heads_; }
  // The header is one below which no row can be read.
  bool lacks_a_column() const { return !header_.lacks.empty(); }

 private:
  // What stands where in a record.
  struct Header {
    std::string text = {};
    int64_t line = 0;
    char separator = ',';
    bool has_names = false;
    std::vector<std::string> names = {};  // of the fields; empty before the first record
    std::optional<size_t> time_at = std::nullopt;
    std::vector<size_t> at = {};  // where each column stands
    bool has_rows = false;        // one was read below it
    std::string lacks = {};       // "column 'x'": no row below it can be read
  };

  Error At(const CsvRecord& record, const char* reason, const std::string& what) const;
  Result<std::optional<Readings>> ReadLine(const CsvRecord& record);
  Status TakeHeader(const CsvRecord& record, const std::vector<std::string>& fields);
  bool IsRow(const std::vector<std::string>& fields) const;
  bool MayBeEndOfRow(const CsvRecord& record, const std::vector<std::string>& fields) const;
  bool MayBeNone() const;
  bool IsAgreedOn(const std::vector<std::string>& fields);
  Status TakeNewCount(const CsvRecord& record, const std::vector<std::string>& fields);
  Error WrongCount(const CsvRecord& record, const std::vector<std::string>& fields,
                   const Header& header) const;
  Status PlaceColumns(const CsvRecord& record);
  void FindTime(const std::vector<std::string>& fields);
  Status Lacks(const CsvRecord& record, const std::string& what);
  Status FindColumns(const CsvRecord& record, const std::vector<std::string>& row);
  bool IsHeader(const Header& header, const std::vector<std::string>& fields) const;
  bool HasAll(const std::vector<std::string>& names) const;
  bool IsNumberOrTime(const std::string& field) const;
  Status ReadValue(const CsvRecord& record, const SeriesColumn& column, const std::string& field,
                   std::vector<double>* values) const;
  std::optional<double> NumberOf(std::string_view text) const;

  const SeriesRowsOptions options_;
  const std::shared_ptr<KnownColumns> known_;
  Header header_;
  std::optional<Header> before_;  // of the file before, where the same program wrote it
  bool may_be_torn_ = false;      // what comes below it, at first
  // Rows in a row that have as many fields as each other, and not as many as all before.
  int agreeing_ = 0;
  size_t agreed_fields_ = 0;
  std::string news_;
  int64_t heads_ = 0;
  bool refused_header_ = false;
};

// What was found before holds on. `named`: the columns are those of the configuration.
void TakeOver(const SeriesHead& head, bool named, KnownColumns* known);

// A number as people write it; NaN where it is missing: empty, NA, NaN, n/a, null, none, - or ?.
// Nothing where it is neither, and where it is infinite. `decimal_comma`: 1,5 is one and a half.
std::optional<double> ParseReading(std::string_view text, bool decimal_comma);

}  // namespace hypnos
