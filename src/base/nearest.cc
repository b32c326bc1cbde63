#include "hypnos/base/nearest.h"

#include <algorithm>
#include <utility>

namespace hypnos {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Neighbours swapped count once, as in "dampign".
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last = std::exchange(last, row);
  }
  return last[b.size()];
}

// How many slips still leave the word recognisable.
size_t Tolerance(std::string_view word) { return std::min<size_t>(1 + word.size() / 4, 3); }

// "threshold" for "threshold_per_unit".
bool BeginsAlike(std::string_view a, std::string_view b) {
  const size_t shared = std::min(a.size(), b.size());
  return shared >= 4 && a.substr(0, shared) == b.substr(0, shared);
}

}  // namespace

std::string Nearest(std::string_view word, const std::vector<std::string>& words) {
  const std::string lower = Lower(word);
  std::string nearest;
  size_t least = Tolerance(word) + 1;
  for (const std::string& candidate : words) {
    // No fewer slips than the lengths differ: spares comparing with monsters.
    if (lower.size() >= candidate.size() + least) continue;
    const size_t distance = Distance(lower, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  if (!nearest.empty()) return nearest;
  const auto alike = std::find_if(words.begin(), words.end(), [&](const std::string& candidate) {
    return BeginsAlike(lower, candidate);
  });
  return alike == words.end() ? "" : *alike;
}

}  // namespace hypnos
