#include "sources/fuzz_property.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/sources/row_clock.h"
#include "hypnos/sources/series_encoder.h"
#include "sources/csv_records.h"
#include "sources/series_rows.h"

namespace hypnos {
namespace {

constexpr size_t kLongest = 256;

// What is read, and how.
struct Kind {
  bool lines = false;     // of a log
  bool restarts = false;  // others take the file's place again and again

  // Before the record that is read next, after so many.
  void Restart(size_t count, SeriesRows* rows) const {
    if (restarts && count % 5 == 4) rows->RestartSameWriter(count % 2 == 0);
  }
};

// A record, and what was made of it.
struct Made {
  CsvRecord record;
  bool bad = false;
  bool operator==(const Made&) const = default;
};

// As a source reads it: what is no row is rejected.
std::vector<Made> MadeOf(std::string_view bytes, size_t piece, const Kind& kind) {
  CsvRecords records(kLongest, !kind.lines);
  SeriesRows rows({.name = "fuzz", .lines = kind.lines});
  std::vector<Made> made;
  const auto take_all = [&] {
    while (auto record = records.Next()) {
      kind.Restart(made.size(), &rows);
      const bool bad = !rows.Read(*record).ok();
      if (bad) records.Reject();
      made.push_back({*std::move(record), bad});
    }
  };
  for (size_t at = 0; at < bytes.size(); at += piece) {
    records.Append(bytes.substr(at, piece));
    take_all();
  }
  records.Finish();
  take_all();
  return made;
}

// Line by line of what was read.
class Lines {
 public:
  explicit Lines(std::string_view bytes) : rest_(bytes) {
    if (rest_.starts_with(kMark)) rest_.remove_prefix(kMark.size());
  }
  // Whether nothing stands in the lines before this one.
  bool AreBlankUpTo(int64_t line) {
    while (line_ < line && !rest_.empty()) {
      const std::string_view text = Take();
      if (!text.empty() && text != "\r") return false;
    }
    return line_ == line || rest_.empty();
  }
  void Pass(int64_t lines) {
    for (; lines > 0; --lines) (void)Take();
  }
  bool AreBlankFromHere() { return AreBlankUpTo(std::numeric_limits<int64_t>::max()); }

 private:
  static constexpr std::string_view kMark = "\xEF\xBB\xBF";

  std::string_view Take() {
    ++line_;
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return text;
  }

  std::string_view rest_;
  int64_t line_ = 1;
};

// Every line that is not empty belongs to a row or a header, or is counted as one bad row.
std::string BrokenByCount(std::string_view bytes, const std::vector<Made>& made) {
  Lines lines(bytes);
  for (const auto& [record, bad] : made) {
    if (!lines.AreBlankUpTo(record.line)) {
      return Format("what stands before line {} is lost", record.line);
    }
    lines.Pass(bad ? 1 : 1 + std::ranges::count(record.text, '\n'));
  }
  return lines.AreBlankFromHere() ? "" : "what stands at the end is lost";
}

std::string BrokenByRows(const std::vector<Made>& made, const Kind& kind) {
  SeriesRows rows({.name = "fuzz", .lines = kind.lines});
  size_t read = 0;
  RowClock clock(10);
  SeriesEncoder encoder({.bumps = 3, .time_of_day = true, .window = 2});
  Planes planes;
  for (const auto& [record, bad] : made) {
    if (record.text.size() > kLongest) return "a record is longer than any may be";
    kind.Restart(read++, &rows);
    const auto row = rows.Read(record);
    if (row.ok() == bad) return "reading a record again gives something else";
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
  const Kind kind = {.lines = (how & 1) != 0, .restarts = (how & 64) != 0};
  const auto made = MadeOf(bytes, 1 + how / 2, kind);
  if (made != MadeOf(bytes, 1 << 20, kind)) return "pieces change what the records are";
  if (std::string broken = BrokenByCount(bytes, made); !broken.empty()) return broken;
  return BrokenByRows(made, kind);
}

}  // namespace hypnos
