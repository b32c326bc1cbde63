// Which series are meant by a name or a pattern.
// Threads: safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hypnos {

// * stands for any bytes, ? for one. In time of the product of the lengths at most, whoever asks:
// that of fnmatch grows with the power of the stars.
inline bool MatchesPattern(std::string_view pattern, std::string_view name) {
  size_t p = 0, n = 0;
  // Where the last star stands, and from where on it was last tried to go on behind it.
  size_t star = std::string_view::npos, retry = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

inline bool MatchesOneOf(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return MatchesPattern(pattern, name); });
}

}  // namespace hypnos
