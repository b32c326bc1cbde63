// A series, row by row: a CSV file, one that others write to, the standard input, a TCP connection,
// or a folder of such files, one after the other. A frame is a row; its image is empty.
//
// Times are those that stand in the rows. A row that is none (too few fields, a number that is no
// number, a time before that of the row before, binary data) is told with file and line, counted as
// unreadable, and passed over, or ends the source. Memory does not grow with the length of a file
// or of a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/sources/live_options.h"
#include "hypnos/sources/series_columns.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct SeriesSourceOptions {
  // Of a file or a folder; "-": the standard input; or tcp://host:port, which is connected to.
  std::string path = {};
  // Every line is a text, as in a log, and no CSV.
  bool lines = false;
  // '\0': comma, semicolon or tab, as the header has it.
  char separator = '\0';
  // Empty: the one that is called time, timestamp or the like; without a header, the first one in
  // which a date stands; if any.
  std::string time_column = {};
  // Empty: all others in which a number stands in the first row. Of lines: one log, or empty.
  std::vector<SeriesColumn> columns = {};
  // How far rows without a time are apart.
  double interval_seconds = 1;
  // What comes after so many times the usual interval does not continue what was; 0: it does.
  double gap_factor = 10;
  // A row that cannot be read ends the source.
  bool stop_at_bad_row = false;
  size_t longest_row_bytes = size_t{1} << 20;
  // How often to read a file or a folder; 0 reads it for ever.
  uint32_t rounds = 1;
  // At the end of a file, wait for more. One that has become shorter is read from its beginning
  // again, which is a gap; of one that was renamed the rest is read, and then those in its place.
  bool follow = false;
  // The file is one of several of a series, which share this: all must have the columns that the
  // first of them has. In one that lacks some every row counts as one that cannot be read. Null: it
  // is alone.
  std::shared_ptr<KnownColumns> known = nullptr;
  // Of a connection: whether one that is lost is tried again, and who is told.
  LiveOptions live = {};
};

// It comes over a network, and is lost where nobody takes it.
bool IsConnection(const SeriesSourceOptions& options);
// It is read as it comes, so that nobody knows its length.
inline bool IsReadAsItComes(const SeriesSourceOptions& options) {
  return options.follow || options.path == "-" || IsConnection(options);
}

// Errors: those of reading; kInvalidArgument, reason BAD_HEADER for a column that is not there,
// BAD_ROW, naming file and line, EMPTY_SERIES for a file without a row, EMPTY_FOLDER, BAD_URL;
// BAD_OPTION where what is read as it comes has several rounds. Next: the same.
Result<std::unique_ptr<Source>> OpenSeriesSource(const SourceIdentity& identity,
                                                 const SeriesSourceOptions& options);

}  // namespace hypnos
