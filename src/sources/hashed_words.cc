#include "sources/hashed_words.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace hypnos {
namespace {

constexpr uint64_t kOffset = 14695981039346656037ULL;
constexpr uint64_t kPrime = 1099511628211ULL;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

char Small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsOfWord(char c) {
  const char small = Small(c);
  return IsDigit(c) || (small >= 'a' && small <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

uint64_t Fnv1a(std::string_view bytes) {
  uint64_t hash = kOffset;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

size_t BucketOf(std::string_view name, size_t buckets) {
  return static_cast<size_t>(Fnv1a(name) % buckets);
}

void HashWords(std::string_view line, std::span<double> present) {
  std::ranges::fill(present, 0.0);
  std::string word;
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && IsOfWord(line[i])) {
      word += Small(line[i]);
    } else if (!word.empty()) {
      const bool varies = std::ranges::any_of(word, IsDigit);
      present[BucketOf(varies ? "#" : word, present.size())] = 1;
      word.clear();
    }
  }
}

}  // namespace hypnos
