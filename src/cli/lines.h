// Text of several lines from elsewhere, fit for a terminal. Threads: safe.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "hypnos/base/printable.h"

namespace hypnos::cli {

// Lines stay lines, each with a line end; whatever else controls a terminal becomes visible.
inline std::string PrintableLines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines += Printable(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace hypnos::cli
