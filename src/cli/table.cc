#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/check.h"

namespace hypnos::cli {
namespace {

bool Begins(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::string WithoutTrailingBlanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

size_t Columns(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, Begins));
}

std::string PadRight(std::string text, size_t columns) {
  text.append(columns - std::min(columns, Columns(text)), ' ');
  return text;
}

std::string PadLeft(std::string text, size_t columns) {
  text.insert(0, columns - std::min(columns, Columns(text)), ' ');
  return text;
}

std::string Cut(const std::string& text, size_t columns) {
  size_t seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (Begins(text[i]) && seen++ == columns) return text.substr(0, i);
  }
  return text;
}

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {
  for (std::string& heading : headings_) {
    figures_.push_back(heading.starts_with('>'));
    if (figures_.back()) heading.erase(0, 1);
  }
}

void Table::Add(std::vector<std::string> cells) {
  HYPNOS_CHECK(cells.size() == headings_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::string> Table::Lines() const {
  std::vector<size_t> widths;
  for (size_t c = 0; c < headings_.size(); ++c) {
    size_t width = Columns(headings_[c]);
    for (const auto& row : rows_) width = std::max(width, Columns(row[c]));
    widths.push_back(width);
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) text += "  ";
      text += figures_[c] ? PadLeft(cells[c], widths[c]) : PadRight(cells[c], widths[c]);
    }
    return WithoutTrailingBlanks(std::move(text));
  };
  std::vector<std::string> lines = {line(headings_)};
  for (const auto& row : rows_) lines.push_back(line(row));
  return lines;
}

std::string Table::Text(const std::string& if_empty) const {
  if (empty()) return if_empty + "\n";
  std::string text;
  for (const std::string& line : Lines()) text += line + "\n";
  return text;
}

void Facts::Add(std::string name, std::string value) {
  facts_.emplace_back(std::move(name), std::move(value));
}

std::string Facts::Text() const {
  size_t width = 0;
  for (const auto& [name, value] : facts_) width = std::max(width, Columns(name));
  std::string text;
  for (const auto& [name, value] : facts_) {
    text += WithoutTrailingBlanks(PadRight(name, width + 2) + value) + "\n";
  }
  return text;
}

}  // namespace hypnos::cli
