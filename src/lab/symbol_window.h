// The last symbols that a reader has seen, and what layer 1 reads of them.
//   x = [newest symbol | the one before | …], one-hot (tensor/one_hot.h)
// What was before the beginning of the text is zero.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hypnos::lab {

class SymbolWindow {
 public:
  explicit SymbolWindow(size_t length) : window_(length) {}
  // The symbols that end with text[end - 1].
  SymbolWindow(size_t length, std::span<const uint8_t> text, size_t end);

  // Reads one symbol more, and forgets the oldest.
  void Push(std::optional<uint8_t> symbol);
  // Shape: x [length x symbols].
  void Fill(size_t symbols, std::span<float> x) const;

 private:
  std::vector<std::optional<uint8_t>> window_;  // oldest first
};

}  // namespace hypnos::lab
