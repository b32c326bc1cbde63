#include "sources/fuzz_property.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/sources/series_encoder.h"
#include "sources/csv_records.h"
#include "sources/row_clock.h"
#include "sources/series_rows.h"

namespace hypnos {
namespace {

constexpr size_t kLongest = 256;

std::vector<CsvRecord> Records(std::string_view bytes, size_t piece, bool quotes) {
  CsvRecords records(kLongest, quotes);
  std::vector<CsvRecord> read;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    records.Read(bytes.substr(at, piece), &read);
  }
  records.Finish(&read);
  return read;
}

std::string BrokenByRows(const std::vector<CsvRecord>& records, bool lines) {
  SeriesRows rows({.name = "fuzz", .lines = lines});
  RowClock clock(10);
  SeriesEncoder encoder({.bumps = 3, .time_of_day = true, .window = 2});
  Planes planes;
  for (const CsvRecord& record : records) {
    if (record.text.size() > kLongest) return "a record is longer than any may be";
    const auto row = rows.Read(record);
    if (!row.ok()) {
      if (row.error().message.find(Format("fuzz:{}: ", record.line)) != 0) {
        return "an error does not say where: " + row.error().message;
      }
      if (row.error().reason == "BAD_HEADER") return "";
      continue;
    }
    if (!*row) continue;
    Frame frame;
    frame.readings = **row;
    if (frame.readings.values.size() != WidthOf(rows.columns())) return "a row lacks values";
    if (frame.readings.when) {
      clock.Judge(*frame.readings.when);
      if (clock.elapsed() < Duration::zero()) return "time runs backwards";
    }
    encoder.Encode(frame, &planes);
    const auto is_finite = [](float value) { return std::isfinite(value); };
    if (!std::ranges::all_of(planes.values(), is_finite)) return "a value is not finite";
  }
  return "";
}

}  // namespace

std::string BrokenSeriesPromise(std::string_view bytes) {
  if (bytes.empty()) return "";
  const auto how = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  const bool lines = (how & 1) != 0;
  const auto records = Records(bytes, 1 + how / 2, !lines);
  if (records != Records(bytes, 1 << 20, !lines)) return "pieces change what the records are";
  return BrokenByRows(records, lines);
}

}  // namespace hypnos
