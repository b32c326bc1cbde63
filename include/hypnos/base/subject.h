// Words of which a broker's subjects are made: what every broker and client takes as it is.
// Pure functions. Threads: safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hypnos {

inline constexpr size_t kLongestSubjectWord = 64;
inline constexpr size_t kMostSubjectWords = 8;

constexpr bool IsOfSubjectWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

// Letters, digits, '-' and '_', at least one of them.
inline bool IsSubjectWord(std::string_view text) {
  return !text.empty() && text.size() <= kLongestSubjectWord &&
         std::ranges::all_of(text, IsOfSubjectWord);
}

// Such words with dots between them.
inline bool IsSubjectPrefix(std::string_view text) {
  for (size_t words = 1; words <= kMostSubjectWords; ++words) {
    const size_t dot = text.find('.');
    if (!IsSubjectWord(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
  return false;
}

}  // namespace hypnos
