#include "sources/series_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
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

// The names of a header, no two of which are the same: the second "a" is "a (2)".
std::vector<std::string> NamesOf(const std::vector<std::string>& fields) {
  std::vector<std::string> names;
  names.reserve(fields.size());
  std::set<std::string> taken;
  std::map<std::string, size_t> times;
  for (const std::string& field : fields) {
    const std::string_view plain = Trimmed(field);
    std::string name(plain);
    while (!taken.insert(name).second) {
      size_t& time = times.emplace(plain, 1).first->second;
      name = Trimmed(Format("{} ({})", plain, ++time));
    }
    names.push_back(std::move(name));
  }
  return names;
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

void TakeOver(const SeriesHead& head, bool named, KnownColumns* known) {
  if (head.columns.empty()) return;
  known->begun = true;
  if (!head.time_column.empty()) known->time_column = head.time_column;
  if (named) return;
  known->columns.clear();
  for (const std::string& name : head.columns) known->columns.push_back({.name = name});
}

Error SeriesRows::At(const CsvRecord& record, const char* reason, const std::string& what) const {
  return {Code::kInvalidArgument, reason,
          Format("{}:{}: {}", Printable(options_.name), record.line, what)};
}

std::optional<double> SeriesRows::NumberOf(std::string_view text) const {
  return ParseReading(text, header_.separator != ',');
}

SeriesRows::SeriesRows(SeriesRowsOptions options)
    : options_(std::move(options)),
      known_(options_.known != nullptr ? options_.known : std::make_shared<KnownColumns>()) {}

const std::vector<SeriesColumn>& SeriesRows::columns() const {
  return options_.columns.empty() ? known_->columns : options_.columns;
}

SeriesHead SeriesRows::head() const {
  SeriesHead head = {.time_column = known_->time_column.value_or(""),
                     .header = header_.text,
                     .header_line = header_.line};
  for (const SeriesColumn& column : columns()) head.columns.push_back(column.name);
  return head;
}

void SeriesRows::Restart() {
  header_ = {};
  before_.reset();
  agreeing_ = 0;
}

void SeriesRows::RestartSameWriter(bool may_be_torn) {
  // One that stands below no record yet is still that of the file before.
  std::optional<Header> before = std::exchange(before_, std::nullopt);
  if (!header_.names.empty()) before = std::move(header_);
  Restart();
  before_ = std::move(before);
  may_be_torn_ = may_be_torn;
}

void SeriesRows::Know(const SeriesHead& head) {
  if (!options_.lines) TakeOver(head, !options_.columns.empty(), known_.get());
}

void SeriesRows::GoOn(const SeriesHead& head) {
  Restart();
  if (options_.lines || head.header.empty()) return;
  // What it says of itself was told when it came.
  (void)Read({.line = head.header_line, .text = head.header, .fault = {}});
}

Result<std::optional<Readings>> SeriesRows::Read(const CsvRecord& record) {
  refused_header_ = false;
  if (!record.fault.empty()) return At(record, "BAD_ROW", Format("the row {}", record.fault));
  if (options_.lines) return ReadLine(record);
  if (header_.names.empty()) {
    header_.separator = options_.separator != '\0' ? options_.separator
                        : before_                  ? before_->separator
                                                   : GuessSeparator(record.text);
  }
  std::vector<std::string> fields = CsvFields(record.text, header_.separator);
  if (header_.names.empty() && before_) {
    if (!IsRow(fields) && !MayBeEndOfRow(record, fields)) {
      // It may be separated by something else.
      before_.reset();
      return Read(record);
    }
    // The first row of what is gone on with in its midst may be torn.
    if (before_->has_names && fields.size() != before_->names.size()) {
      return WrongCount(record, fields, *before_);
    }
    // A program whose file was emptied writes no second header.
    header_ = *std::exchange(before_, std::nullopt);
    ++heads_;
  }
  if (fields.size() > kMostFields) {
    return At(record, header_.names.empty() && !known_->begun ? "BAD_HEADER" : "BAD_ROW",
              Format("it has {} fields, and at most {} are read", fields.size(), kMostFields));
  }
  if (header_.names.empty() || IsHeader(header_, fields)) {
    HYPNOS_RETURN_IF_ERROR(TakeHeader(record, fields));
    if (header_.has_names) return std::optional<Readings>();
  } else if (IsAgreedOn(fields)) {
    HYPNOS_RETURN_IF_ERROR(TakeNewCount(record, fields));
  }
  if (lacks_a_column()) {
    return At(record, "BAD_ROW",
              Format("it stands below line {}, where there is no {}", header_.line, header_.lacks));
  }
  if (fields.size() != header_.names.size()) return WrongCount(record, fields, header_);
  if (header_.at.empty()) HYPNOS_RETURN_IF_ERROR(FindColumns(record, fields));
  Readings readings;
  if (header_.time_at) {
    const std::string& field = fields[*header_.time_at];
    readings.when = ParseRowTime(field);
    if (!readings.when) {
      return At(record, "BAD_ROW",
                Format("'{}' in column '{}' is no time", Shown(field),
                       Shown(header_.names[*header_.time_at])));
    }
  }
  for (size_t i = 0; i < columns().size(); ++i) {
    HYPNOS_RETURN_IF_ERROR(
        ReadValue(record, columns()[i], fields[header_.at[i]], &readings.values));
  }
  header_.has_rows = true;
  return std::optional<Readings>(std::move(readings));
}

Result<std::optional<Readings>> SeriesRows::ReadLine(const CsvRecord& record) {
  if (columns().empty()) known_->columns = {LineOfALog()};
  Readings readings;
  readings.when = LeadingTime(record.text);
  HYPNOS_RETURN_IF_ERROR(ReadValue(record, columns().front(), record.text, &readings.values));
  return std::optional<Readings>(std::move(readings));
}

bool SeriesRows::IsNumberOrTime(const std::string& field) const {
  const auto number = NumberOf(field);
  return (number && !std::isnan(*number)) || ParseRowTime(Trimmed(field));
}

bool SeriesRows::IsRow(const std::vector<std::string>& fields) const {
  return std::ranges::any_of(fields, [&](const auto& field) { return IsNumberOrTime(field); });
}

// Of a row in which no number stands and of whose names none is known: one that is cut off at its
// beginning has fewer fields, or lacks but a part of the first.
bool SeriesRows::MayBeEndOfRow(const CsvRecord& record,
                               const std::vector<std::string>& fields) const {
  if (!may_be_torn_ || fields.size() > before_->names.size()) return false;
  const char separator =
      options_.separator != '\0' ? options_.separator : GuessSeparator(record.text);
  if (IsHeader(*before_, CsvFields(record.text, separator))) return false;
  if (fields.size() < before_->names.size()) return true;
  const bool time_is_whole = before_->time_at && *before_->time_at > 0;
  if (before_->at.empty() || time_is_whole) return false;
  for (size_t i = 0; i < before_->at.size(); ++i) {
    const size_t at = before_->at[i];
    if (at > 0 && columns()[i].kind == ColumnKind::kNumber && !NumberOf(fields[at])) return false;
  }
  return true;
}

// Words that were taken for a header, as the first that came, and may be the end of a row.
bool SeriesRows::MayBeNone() const { return !known_->begun && !header_.has_rows; }

bool SeriesRows::IsAgreedOn(const std::vector<std::string>& fields) {
  const bool is_other =
      (!header_.has_names || MayBeNone()) && fields.size() != header_.names.size() && IsRow(fields);
  if (!is_other) {
    agreeing_ = 0;
    return false;
  }
  agreeing_ = fields.size() == agreed_fields_ ? agreeing_ + 1 : 1;
  agreed_fields_ = fields.size();
  return agreeing_ >= kAgree;
}

Status SeriesRows::TakeNewCount(const CsvRecord& record, const std::vector<std::string>& fields) {
  const size_t had = header_.names.size();
  const bool was_header = header_.has_names;
  const int64_t line = header_.line;
  agreeing_ = 0;
  HYPNOS_RETURN_IF_ERROR(TakeHeader(record, fields));
  if (was_header) {
    news_ = Format(
        "{}:{}: rows have {} fields, so that line {} was no header: columns go by their "
        "positions",
        Printable(options_.name), record.line, fields.size(), line);
    return {};
  }
  news_ = Format(
      "{}:{}: rows have {} fields now, and had {}; without a header columns go by their "
      "positions, as before",
      Printable(options_.name), record.line, fields.size(), had);
  return {};
}

Error SeriesRows::WrongCount(const CsvRecord& record, const std::vector<std::string>& fields,
                             const Header& header) const {
  return At(record, "BAD_ROW",
            Format("the row has {} fields, and the header {}", fields.size(), header.names.size()));
}

Status SeriesRows::TakeHeader(const CsvRecord& record, const std::vector<std::string>& fields) {
  const char separator = header_.separator;
  header_ = {.text = record.text, .line = record.line, .separator = separator};
  before_.reset();
  ++heads_;
  header_.has_names = !IsRow(fields);
  if (header_.has_names) header_.names = NamesOf(fields);
  for (size_t i = header_.names.size(); i < fields.size(); ++i) {
    header_.names.push_back(Format("{}", i + 1));
  }
  FindTime(fields);
  return PlaceColumns(record);
}

void SeriesRows::FindTime(const std::vector<std::string>& fields) {
  const std::vector<std::string>& names = header_.names;
  if (!options_.time_column.empty()) {
    header_.time_at = PlaceOf(names, options_.time_column);
    return;
  }
  // What has no time at first has none later on.
  if (known_->begun && !known_->time_column) return;
  if (known_->time_column) header_.time_at = PlaceOf(names, *known_->time_column);
  for (size_t i = 0; i < names.size() && !header_.time_at; ++i) {
    const bool is_time =
        header_.has_names ? IsOneOf(kTimeNames, names[i]) : IsDate(Trimmed(fields[i]));
    if (is_time) header_.time_at = i;
  }
}

// Columns that were found once stay those of the series.
Status SeriesRows::PlaceColumns(const CsvRecord& record) {
  const bool wants_time = !options_.time_column.empty() || known_->time_column;
  if (wants_time && !header_.time_at) {
    const std::string& name =
        options_.time_column.empty() ? *known_->time_column : options_.time_column;
    return Lacks(record, Format("column '{}' with the time", Shown(name)));
  }
  for (const SeriesColumn& column : columns()) {
    const auto place = PlaceOf(header_.names, column.name);
    if (!place) return Lacks(record, Format("column '{}'", Shown(column.name)));
    header_.at.push_back(*place);
  }
  if (known_->begun) return {};
  if (header_.time_at) known_->time_column = header_.names[*header_.time_at];
  known_->begun = !columns().empty();
  return {};
}

Status SeriesRows::Lacks(const CsvRecord& record, const std::string& what) {
  header_.at.clear();
  refused_header_ = true;
  const std::string there = header_.has_names
                                ? Format("the columns are '{}'", Shown(record.text))
                                : Format("there is no header, but a row: '{}'", Shown(record.text));
  if (!known_->begun) {
    const std::string sentence = Format("there is no {}: {}", what, there);
    header_ = {};
    return At(record, "BAD_HEADER", sentence);
  }
  header_.lacks = what;
  return At(record, "BAD_ROW",
            Format("there is no {}, which the series has had so far: {}; nothing below it can be "
                   "read",
                   what, there));
}

Status SeriesRows::FindColumns(const CsvRecord& record, const std::vector<std::string>& row) {
  std::vector<SeriesColumn> found;
  for (size_t i = 0; i < row.size(); ++i) {
    // Where nothing stands it is not known what will.
    if (i == header_.time_at || Trimmed(row[i]).empty() || !NumberOf(row[i])) continue;
    found.push_back({.name = header_.names[i]});
    header_.at.push_back(i);
  }
  known_->columns = std::move(found);
  known_->begun = !known_->columns.empty();
  ++heads_;
  if (known_->begun) return {};
  header_.at.clear();
  return At(record, "BAD_HEADER",
            "no number stands in the first row: name the columns in encoding.series.columns");
}

bool SeriesRows::HasAll(const std::vector<std::string>& names) const {
  const auto is_there = [&](const std::string& name) { return PlaceOf(names, name).has_value(); };
  return !columns().empty() && std::ranges::all_of(columns(), is_there, &SeriesColumn::name) &&
         (!known_->time_column || is_there(*known_->time_column));
}

// All that is wanted stands in it as a name. Or, of a header that lacks something: no number and no
// time stands in it, but the name of the time does, or every other field is a name that is known.
bool SeriesRows::IsHeader(const Header& header, const std::vector<std::string>& fields) const {
  if (!header.has_names) return false;
  const std::vector<std::string> names = NamesOf(fields);
  if (HasAll(names)) return true;
  if (IsRow(fields)) return false;
  if (known_->time_column && PlaceOf(names, *known_->time_column)) return true;
  const auto is_known = [&](const std::string& field) {
    const std::string name(Trimmed(field));
    return !name.empty() &&
           (PlaceOf(header.names, name) ||
            std::ranges::find(columns(), name, &SeriesColumn::name) != columns().end());
  };
  return 2 * static_cast<size_t>(std::ranges::count_if(fields, is_known)) >= fields.size();
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
