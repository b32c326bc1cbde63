#include "sources/series_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/sources/row_time.h"
#include "sources/hashed_words.h"

namespace hypnos {
namespace {

// More than anybody looks at; each is a text of its own.
constexpr size_t kMostFields = 4096;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<std::string_view, 8> kMissingWords = {"",     "na",   "nan", "n/a",
                                                           "null", "none", "-",   "?"};
constexpr std::array<std::string_view, 7> kTimeNames = {"timestamp", "time",  "datetime",  "date",
                                                        "ts",        "_time", "@timestamp"};

std::string_view Trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string Small(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& words, std::string_view text) {
  return std::ranges::find(words, Small(text)) != words.end();
}

// Text of a stranger's file, fit for one line.
std::string Shown(std::string_view text) {
  constexpr size_t kLongest = 40;
  return Printable(text.substr(0, kLongest)) + (text.size() > kLongest ? "…" : "");
}

std::optional<size_t> PlaceOf(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<size_t>(found - names.begin());
}

// A date, and no mere number, which may be anything.
bool IsDate(std::string_view text) {
  return text.find(':') != std::string_view::npos && ParseRowTime(text).has_value();
}

// The time that a line of a log begins with: one word, or two.
std::optional<Duration> LeadingTime(std::string_view line) {
  const size_t first = std::min(line.find(' '), line.size());
  const size_t second = std::min(line.find(' ', std::min(first + 1, line.size())), line.size());
  for (const size_t end : {second, first}) {
    if (const auto time = ParseRowTime(line.substr(0, end)); time && IsDate(line.substr(0, end))) {
      return time;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> ParseReading(std::string_view text, bool decimal_comma) {
  text = Trimmed(text);
  if (IsOneOf(kMissingWords, text)) return kMissing;
  std::string number(text);
  if (decimal_comma) std::ranges::replace(number, ',', '.');
  if (number.front() == '+') number.erase(0, 1);
  double value = 0;
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

Error SeriesRows::At(const CsvRecord& record, const char* reason, const std::string& what) const {
  return {Code::kInvalidArgument, reason,
          Format("{}:{}: {}", Printable(options_.name), record.line, what)};
}

std::optional<double> SeriesRows::NumberOf(std::string_view text) const {
  return ParseReading(text, separator_ != ',');
}

void SeriesRows::Restart() {
  names_.clear();
  time_at_.reset();
  at_.clear();
}

Result<std::optional<Readings>> SeriesRows::Read(const CsvRecord& record) {
  if (!record.fault.empty()) return At(record, "BAD_ROW", Format("the row {}", record.fault));
  if (options_.lines) return ReadLine(record);
  if (names_.empty()) {
    separator_ = options_.separator != '\0' ? options_.separator : GuessSeparator(record.text);
  }
  const std::vector<std::string> fields = CsvFields(record.text, separator_);
  if (fields.size() > kMostFields) {
    return At(record, names_.empty() ? "BAD_HEADER" : "BAD_ROW",
              Format("it has {} fields, and at most {} are read", fields.size(), kMostFields));
  }
  if (names_.empty()) {
    HYPNOS_RETURN_IF_ERROR(TakeNames(record, fields));
    if (has_header_) return std::optional<Readings>();
  } else if (IsHeaderAgain(fields)) {
    Restart();
    HYPNOS_RETURN_IF_ERROR(TakeNames(record, fields));
    return std::optional<Readings>();
  }
  if (fields.size() != names_.size()) {
    return At(record, "BAD_ROW",
              Format("the row has {} fields, and the header {}", fields.size(), names_.size()));
  }
  if (at_.empty()) HYPNOS_RETURN_IF_ERROR(FindColumns(record, fields));
  Readings readings;
  if (time_at_) {
    readings.when = ParseRowTime(fields[*time_at_]);
    if (!readings.when) {
      return At(record, "BAD_ROW",
                Format("'{}' in column '{}' is no time", Shown(fields[*time_at_]),
                       Shown(names_[*time_at_])));
    }
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    HYPNOS_RETURN_IF_ERROR(ReadValue(record, columns_[i], fields[at_[i]], &readings.values));
  }
  return std::optional<Readings>(std::move(readings));
}

Result<std::optional<Readings>> SeriesRows::ReadLine(const CsvRecord& record) {
  columns_ = options_.columns;
  if (columns_.empty()) columns_ = {LineOfALog()};
  Readings readings;
  readings.when = LeadingTime(record.text);
  HYPNOS_RETURN_IF_ERROR(ReadValue(record, columns_.front(), record.text, &readings.values));
  return std::optional<Readings>(std::move(readings));
}

Status SeriesRows::TakeNames(const CsvRecord& record, const std::vector<std::string>& fields) {
  has_header_ = std::ranges::none_of(fields, [&](const std::string& field) {
    const auto number = NumberOf(field);
    return (number && !std::isnan(*number)) || ParseRowTime(Trimmed(field));
  });
  for (size_t i = 0; i < fields.size(); ++i) {
    names_.push_back(has_header_ ? std::string(Trimmed(fields[i])) : Format("{}", i + 1));
  }
  if (!options_.time_column.empty()) {
    time_at_ = PlaceOf(names_, options_.time_column);
    if (!time_at_) {
      return At(record, "BAD_HEADER",
                Format("there is no column '{}' with the time: the columns are '{}'",
                       Shown(options_.time_column), Shown(record.text)));
    }
  } else {
    for (size_t i = 0; i < names_.size() && !time_at_; ++i) {
      if (has_header_ ? IsOneOf(kTimeNames, names_[i]) : IsDate(Trimmed(fields[i]))) time_at_ = i;
    }
  }
  // Columns that were found once stay those of the series.
  const std::vector<SeriesColumn>& wanted = options_.columns.empty() ? columns_ : options_.columns;
  for (const SeriesColumn& column : wanted) {
    const auto place = PlaceOf(names_, column.name);
    if (!place) {
      return At(record, "BAD_HEADER",
                Format("there is no column '{}': the columns are '{}'", Shown(column.name),
                       Shown(record.text)));
    }
    at_.push_back(*place);
  }
  if (!options_.columns.empty()) columns_ = options_.columns;
  return {};
}

Status SeriesRows::FindColumns(const CsvRecord& record, const std::vector<std::string>& row) {
  for (size_t i = 0; i < row.size(); ++i) {
    // Where nothing stands it is not known what will.
    if (i == time_at_ || Trimmed(row[i]).empty() || !NumberOf(row[i])) continue;
    columns_.push_back({.name = names_[i]});
    at_.push_back(i);
  }
  if (!columns_.empty()) return {};
  return At(record, "BAD_HEADER",
            "no number stands in the first row: name the columns in encoding.series.columns");
}

// All that is wanted stands in it as a name.
bool SeriesRows::IsHeaderAgain(const std::vector<std::string>& fields) const {
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const std::string& field : fields) names.emplace_back(Trimmed(field));
  const auto is_there = [&](const std::string& name) { return PlaceOf(names, name).has_value(); };
  return has_header_ && !columns_.empty() &&
         std::ranges::all_of(columns_, is_there, &SeriesColumn::name) &&
         (!time_at_ || is_there(names_[*time_at_]));
}

Status SeriesRows::ReadValue(const CsvRecord& record, const SeriesColumn& column,
                             const std::string& field, std::vector<double>* values) const {
  switch (column.kind) {
    case ColumnKind::kNumber: {
      const auto number = NumberOf(field);
      if (!number) {
        return At(record, "BAD_ROW",
                  Format("'{}' in column '{}' is no number", Shown(field), Shown(column.name)));
      }
      values->push_back(*number);
      return {};
    }
    case ColumnKind::kCategory: {
      const std::string_view name = Trimmed(field);
      values->push_back(IsOneOf(kMissingWords, name)
                            ? kMissing
                            : static_cast<double>(BucketOf(name, column.buckets)));
      return {};
    }
    case ColumnKind::kLog: {
      const size_t before = values->size();
      values->resize(before + column.buckets);
      HashWords(field, std::span(*values).subspan(before));
      return {};
    }
  }
  return {};
}

}  // namespace hypnos
