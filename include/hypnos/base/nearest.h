// Which word was meant. Threads: safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hypnos {

// The word most like `word` if one is near enough to be what was meant (a few slips, or one begins
// with the other), else empty.
// Source: Damerau 1964; distance with swapped neighbours (optimal string alignment).
std::string Nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace hypnos
