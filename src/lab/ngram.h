// What a text looks like to somebody who counts: a model of n symbols, smoothed by Witten and Bell.
//   p_n(c | h) = (count(h c) + types(h) p_{n-1}(c | h')) / (count(h) + types(h)),   p_0 = 1/symbols
// h: the n-1 symbols before; h': without the oldest; types(h): how many different symbols were seen
// to follow. An h that was never seen leaves it to the shorter one.
// Threads: thread-compatible. Source: Witten and Bell 1991, "The zero-frequency problem".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace hypnos::lab {

class NGram {
 public:
  // Symbols are packed into 64 bits, and one bit says how many there are.
  static constexpr size_t kMostOrder = 7;

  // Counts the text once. Preconditions: 1 <= order <= kMostOrder, symbols of the text below
  // `symbols`.
  NGram(size_t order, size_t symbols, std::span<const uint8_t> text);

  // Of `symbol` after `before`, of which the last order - 1 symbols count.
  double Probability(std::span<const uint8_t> before, uint8_t symbol) const;

  // Mean of -log2 p over text[first ..]; what is before it is read as context only.
  double BitsPerSymbol(std::span<const uint8_t> text, size_t first) const;

 private:
  struct Context {
    uint32_t count = 0;
    uint32_t types = 0;
  };

  size_t order_;
  size_t symbols_;
  std::unordered_map<uint64_t, Context> contexts_;
  std::unordered_map<uint64_t, uint32_t> grams_;
};

}  // namespace hypnos::lab
