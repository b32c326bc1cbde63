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

void CsvRecords::Append(std::string_view bytes) {
  given_.reset();
  // Of what is passed over nothing is kept.
  if (!fault_.empty()) begin_ = at_;
  bytes_.erase(0, begin_);
  offset_ += static_cast<int64_t>(begin_);
  at_ -= begin_;
  second_ -= std::min(second_, begin_);
  begin_ = 0;
  bytes_ += bytes;
}

void CsvRecords::Restart(int64_t offset, int64_t line) {
  *this = CsvRecords(longest_, quotes_);
  offset_ = offset;
  first_line_ = line;
}

std::optional<CsvRecord> CsvRecords::Next() {
  given_.reset();
  while (at_ < bytes_.size()) {
    // Of what is passed over only its end counts: it may be gigabytes.
    if (!fault_.empty()) at_ = std::min(bytes_.find('\n', at_), bytes_.size());
    if (at_ == bytes_.size()) break;
    const char byte = bytes_[at_];
    const bool breaks = byte == '\n' && quote_ == Quote::kInside && fault_.empty();
    if (byte == '\n' && !breaks) {
      CsvRecord record = Take();
      if (!record.text.empty() || !record.fault.empty()) return record;
      continue;
    }
    if (std::string fault = FaultOf(byte); !fault.empty()) {
      if (goes_over_lines()) return TakeFirstLine(std::move(fault));
      // Even a line end within quotes ends it now.
      fault_ = std::move(fault);
      continue;
    }
    ++at_;
    if (breaks && breaks_++ == 0) second_ = at_;
    if (!breaks) FollowQuotes(byte);
    PassOverMark();
  }
  if (!finished_ || (at_ == begin_ && fault_.empty())) return std::nullopt;
  if (quote_ == Quote::kInside && fault_.empty()) {
    constexpr const char* kOpen = "has a quote that is not closed";
    if (goes_over_lines()) return TakeFirstLine(kOpen);
    fault_ = kOpen;
  }
  CsvRecord last = Take();
  if (last.text.empty() && last.fault.empty()) return std::nullopt;
  return last;
}

std::string CsvRecords::FaultOf(char byte) const {
  if (!fault_.empty()) return {};
  const size_t size = at_ - begin_;
  const bool inside = quote_ == Quote::kInside;
  if (IsBinary(byte)) {
    return Format("holds binary data (a byte 0x{:02x})", static_cast<unsigned char>(byte));
  }
  if (goes_over_lines()) {
    if (byte == '\n' && breaks_ + 1 == kMostLines) {
      return Format("has a quote that is not closed within {} lines", kMostLines);
    }
    if (quote_ == Quote::kMaybeClosed && byte != '"' && byte != '\r' && !IsSeparator(byte)) {
      return Format("has a quote that ends {} lines further, in the midst of a field", breaks_);
    }
  }
  const size_t most = goes_over_lines() ? std::min(longest_, kMostQuotedBytes) : longest_;
  if (size < most) return {};
  return inside ? Format("has a quote that is not closed within {} bytes", most)
                : Format("is longer than {} bytes", most);
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

// It is that only once it is whole.
void CsvRecords::PassOverMark() {
  const bool at_beginning = offset_ == 0 && begin_ == 0 && at_ == kByteOrderMark.size();
  if (!at_beginning || !fault_.empty() || !bytes_.starts_with(kByteOrderMark)) return;
  BeginRecord(at_, first_line_);
}

CsvRecord CsvRecords::Take() {
  CsvRecord record = {.line = first_line_, .text = {}, .fault = std::move(fault_)};
  if (record.fault.empty()) record.text = bytes_.substr(begin_, at_ - begin_);
  if (record.text.ends_with('\r')) record.text.pop_back();
  if (goes_over_lines()) given_ = {.second = second_, .line = first_line_ + 1};
  BeginRecord(std::min(at_ + 1, bytes_.size()), first_line_ + breaks_ + 1);
  record.end = offset_ + static_cast<int64_t>(begin_);
  return record;
}

CsvRecord CsvRecords::TakeFirstLine(std::string fault) {
  CsvRecord record = {.line = first_line_, .text = {}, .fault = std::move(fault)};
  BeginRecord(second_, first_line_ + 1);
  record.end = offset_ + static_cast<int64_t>(begin_);
  return record;
}

void CsvRecords::Reject() {
  if (given_) BeginRecord(given_->second, given_->line);
  given_.reset();
}

void CsvRecords::BeginRecord(size_t at, int64_t line) {
  begin_ = at_ = at;
  first_line_ = line;
  breaks_ = 0;
  second_ = 0;
  fault_.clear();
  quote_ = Quote::kOutside;
  at_field_ = true;
}

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
