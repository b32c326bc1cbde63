// Tables for people: columns aligned, two spaces between them, nothing but text, so that they read
// the same on a terminal and in a file.
// Threads: thread-compatible.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hypnos::cli {

// How many columns of a terminal a text takes. Every character counts as one.
size_t Columns(std::string_view text);
// The text with blanks to its right, or left, up to that many columns.
std::string PadRight(std::string text, size_t columns);
std::string PadLeft(std::string text, size_t columns);
// At most so many columns of it.
std::string Cut(const std::string& text, size_t columns);

class Table {
 public:
  // A heading that begins with '>' is of a column of figures, which end at the same place.
  explicit Table(std::vector<std::string> headings);
  // Precondition: as many cells as headings.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  size_t size() const { return rows_.size(); }
  // The lines without line ends; the first one holds the headings.
  std::vector<std::string> Lines() const;
  // All of it; `if_empty` where there are no rows.
  std::string Text(const std::string& if_empty) const;

 private:
  std::vector<std::string> headings_;
  std::vector<bool> figures_;
  std::vector<std::vector<std::string>> rows_;
};

// Names at the left, what belongs to them beside it.
class Facts {
 public:
  void Add(std::string name, std::string value);
  std::string Text() const;

 private:
  std::vector<std::pair<std::string, std::string>> facts_;
};

}  // namespace hypnos::cli
