// Records of a stream of CSV (RFC 4180), whose bytes come in pieces.
// A record goes on over line ends within quotes. A quote opens only at the beginning of a field, so
// that one in the middle of a text ('a 5" pipe') is a character like any other. Line ends are LF or
// CRLF. A byte order mark at the beginning is passed over, and so are empty lines.
// Memory: no more than the longest record that is allowed, whatever comes.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hypnos {

struct CsvRecord {
  int64_t line = 0;   // at which it begins, from 1
  std::string text;   // without its line end
  std::string fault;  // why it is none, as in "holds binary data"; empty: it is one
  bool operator==(const CsvRecord&) const = default;
};

class CsvRecords {
 public:
  // `quotes`: false where every line is a record, and a quote a character like any other.
  CsvRecords(size_t longest_bytes, bool quotes) : longest_(longest_bytes), quotes_(quotes) {}

  // Appends the records that end in these bytes.
  void Read(std::string_view bytes, std::vector<CsvRecord>* records);
  // Nothing more comes: what has no line end is a record, too.
  void Finish(std::vector<CsvRecord>* records);
  // What comes next is the beginning of another stream.
  void Restart();

 private:
  enum class Quote { kOutside, kInside, kMaybeClosed };

  void ReadByte(char byte, std::vector<CsvRecord>* records);
  void FollowQuotes(char byte);
  void Keep(char byte);
  void End(std::vector<CsvRecord>* records);

  size_t longest_;
  bool quotes_;
  int64_t line_ = 1;
  int64_t first_line_ = 1;  // of the record under way
  std::string text_;
  std::string fault_;
  Quote quote_ = Quote::kOutside;
  bool at_field_ = true;  // the next byte is the first of a field
};

// The fields of a record; quotes are taken off. `separator` is one byte.
std::vector<std::string> CsvFields(std::string_view record, char separator);

// Of a header: whichever of comma, semicolon and tab stands in it most often outside of quotes; a
// comma where none does.
char GuessSeparator(std::string_view header);

}  // namespace hypnos
