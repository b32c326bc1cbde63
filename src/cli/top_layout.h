// How `hypnosctl top` looks: a pure function from what is known and the size of the terminal to
// lines.
// Threads: safe.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cli/top_state.h"

namespace hypnos::cli {

struct TopLine {
  std::string text;
  // A heading, or the selected source.
  bool bold = false;
};

// At most `rows` lines of at most `columns` columns each; what does not fit is left out from below,
// but the line that explains the keys is the last one.
std::vector<TopLine> TopLines(const TopState& state, size_t rows, size_t columns);

// The last `columns` values as blocks of eight heights between `least` and `most`; a blank where a
// value is not known.
std::string Sparkline(const std::deque<std::optional<double>>& values, double least, double most,
                      size_t columns);

// The same text for a terminal that has only ASCII.
std::string InAscii(const std::string& text);

}  // namespace hypnos::cli
