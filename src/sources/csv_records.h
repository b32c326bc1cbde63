// Records of a stream of CSV (RFC 4180), whose bytes come in pieces.
// A record goes on over line ends within quotes. A quote opens only at the beginning of a field, so
// that one in the middle of a text ('a 5" pipe') is a character like any other. Line ends are LF or
// CRLF. A byte order mark at the beginning is passed over, and so are empty lines.
//
// A quote that was meant for nothing would swallow all rows up to the next one. So a field over
// several lines is believed only where it ends within kMostLines and kMostQuotedBytes, and there as
// RFC 4180 has it: with a quote before a separator or a line end. Otherwise the line in which it
// began is a record that is none, and what comes is read from the next line on. The bounds: an
// address, a note or a stack trace is shorter, and a row that comes each second waits for no more
// than a minute to be known as one.
// Memory: no more than the longest record that is allowed and the last piece, whatever comes. No
// byte is looked at more than kMostLines times.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hypnos {

struct CsvRecord {
  int64_t line = 0;   // at which it begins, from 1
  std::string text;   // without its line end
  std::string fault;  // why it is none, as in "holds binary data"; empty: it is one
  int64_t end = 0;    // bytes of the stream up to its end, with its line end
  bool operator==(const CsvRecord&) const = default;
};

class CsvRecords {
 public:
  static constexpr int kMostLines = 64;
  static constexpr size_t kMostQuotedBytes = size_t{1} << 16;

  // `quotes`: false where every line is a record, and a quote a character like any other.
  CsvRecords(size_t longest_bytes, bool quotes) : longest_(longest_bytes), quotes_(quotes) {}

  // The bytes that come next. Precondition: Next has given nothing since the last ones.
  void Append(std::string_view bytes);
  // Nothing more comes: what has no line end is a record, too.
  void Finish() { finished_ = true; }
  // Nothing: it takes more bytes to know.
  std::optional<CsvRecord> Next();
  // The record that Next gave last is no row. Where it goes over several lines its quote was meant
  // for nothing, only the first of them is lost, and the others are given next.
  void Reject();
  // What comes next is the beginning of another stream, or this place of it.
  void Restart(int64_t offset = 0, int64_t line = 1);

  // At which the next record begins, at the earliest.
  int64_t line() const { return first_line_; }

 private:
  enum class Quote { kOutside, kInside, kMaybeClosed };

  // Why the byte cannot belong to the record; empty: it can.
  std::string FaultOf(char byte) const;
  void FollowQuotes(char byte);
  void PassOverMark();
  bool goes_over_lines() const { return breaks_ > 0; }
  CsvRecord Take();
  CsvRecord TakeFirstLine(std::string fault);
  void BeginRecord(size_t at, int64_t line);

  size_t longest_;
  bool quotes_;
  std::string bytes_;   // from the record under way on
  int64_t offset_ = 0;  // of the first of them in the stream
  size_t begin_ = 0;    // of the record
  size_t at_ = 0;       // of the byte that is looked at next
  bool finished_ = false;

  // Of the record under way.
  int64_t first_line_ = 1;
  int breaks_ = 0;     // line ends within quotes
  size_t second_ = 0;  // where its second line begins
  std::string fault_;  // it is passed over up to its line end
  Quote quote_ = Quote::kOutside;
  bool at_field_ = true;  // the next byte is the first of a field

  // Of the one that was given last, where it goes over several lines.
  struct Given {
    size_t second = 0;
    int64_t line = 0;
  };
  std::optional<Given> given_;
};

// The fields of a record; quotes are taken off. `separator` is one byte.
std::vector<std::string> CsvFields(std::string_view record, char separator);

// Of a header: whichever of comma, semicolon and tab stands in it most often outside of quotes; a
// comma where none does.
char GuessSeparator(std::string_view header);

}  // namespace hypnos
