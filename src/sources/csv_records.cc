#include "sources/csv_records.h"

#include <algorithm>
#include <array>
#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// Some programs begin a file with it.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::array kSeparators = {',', ';', '\t'};

bool IsSeparator(char byte) { return std::ranges::find(kSeparators, byte) != kSeparators.end(); }

// No text has one, and a number, a name or a line of a log is text.
bool IsBinary(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code < 0x20 && byte != '\t' && byte != '\r' && byte != '\n' && byte != '\x1b';
}

}  // namespace

void CsvRecords::Read(std::string_view bytes, std::vector<CsvRecord>* records) {
  for (const char byte : bytes) ReadByte(byte, records);
}

void CsvRecords::ReadByte(char byte, std::vector<CsvRecord>* records) {
  if (byte != '\n') {
    FollowQuotes(byte);
    return Keep(byte);
  }
  ++line_;
  // Of a record that is none, the next line is the first that may be one again.
  if (quote_ == Quote::kInside && fault_.empty()) return Keep(byte);
  End(records);
}

void CsvRecords::FollowQuotes(char byte) {
  if (!quotes_) return;
  if (byte == '"') {
    if (quote_ == Quote::kInside) {
      quote_ = Quote::kMaybeClosed;
    } else if (quote_ == Quote::kMaybeClosed || at_field_) {
      quote_ = Quote::kInside;
    }
  } else if (quote_ == Quote::kMaybeClosed) {
    quote_ = Quote::kOutside;
  }
  at_field_ = quote_ == Quote::kOutside && IsSeparator(byte);
}

void CsvRecords::Keep(char byte) {
  if (!fault_.empty()) return;
  if (IsBinary(byte)) {
    fault_ = Format("holds binary data (a byte 0x{:02x})", static_cast<unsigned char>(byte));
  } else if (text_.size() == longest_) {
    fault_ = quote_ == Quote::kInside
                 ? Format("has a quote that is not closed within {} bytes", longest_)
                 : Format("is longer than {} bytes", longest_);
  } else {
    text_ += byte;
    // The mark is that only once it is whole.
    if (first_line_ == 1 && line_ == 1 && text_ == kByteOrderMark) {
      text_.clear();
      at_field_ = true;
    }
    return;
  }
  text_ = {};
}

void CsvRecords::End(std::vector<CsvRecord>* records) {
  if (text_.ends_with('\r')) text_.pop_back();
  if (!text_.empty() || !fault_.empty()) {
    records->push_back({first_line_, std::exchange(text_, {}), std::exchange(fault_, {})});
  }
  text_.clear();
  first_line_ = line_;
  quote_ = Quote::kOutside;
  at_field_ = true;
}

void CsvRecords::Finish(std::vector<CsvRecord>* records) {
  if (quote_ == Quote::kInside && fault_.empty()) {
    text_.clear();
    fault_ = "has a quote that is not closed";
  }
  End(records);
}

void CsvRecords::Restart() { *this = CsvRecords(longest_, quotes_); }

std::vector<std::string> CsvFields(std::string_view record, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  bool at_field = true;
  for (size_t i = 0; i < record.size(); ++i) {
    const char byte = record[i];
    if (byte == '"' && quoted && i + 1 < record.size() && record[i + 1] == '"') {
      fields.back() += record[++i];
    } else if (byte == '"' && (quoted || at_field)) {
      quoted = !quoted;
    } else if (byte == separator && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += byte;
    }
    at_field = byte == separator && !quoted;
  }
  return fields;
}

char GuessSeparator(std::string_view header) {
  std::array<size_t, kSeparators.size()> seen{};
  bool quoted = false;
  for (const char byte : header) {
    if (byte == '"') quoted = !quoted;
    const auto found = std::ranges::find(kSeparators, byte);
    if (!quoted && found != kSeparators.end()) {
      ++seen[static_cast<size_t>(found - kSeparators.begin())];
    }
  }
  return kSeparators[static_cast<size_t>(std::ranges::max_element(seen) - seen.begin())];
}

}  // namespace hypnos
