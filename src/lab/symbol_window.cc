#include "lab/symbol_window.h"

#include <algorithm>

#include "hypnos/tensor/one_hot.h"

namespace hypnos::lab {

SymbolWindow::SymbolWindow(size_t length, std::span<const uint8_t> text, size_t end)
    : window_(length) {
  for (size_t age = 0; age < std::min(length, end); ++age) {
    window_[length - 1 - age] = text[end - 1 - age];
  }
}

void SymbolWindow::Push(std::optional<uint8_t> symbol) {
  std::shift_left(window_.begin(), window_.end(), 1);
  window_.back() = symbol;
}

void SymbolWindow::Fill(size_t symbols, std::span<float> x) const {
  std::ranges::fill(x, 0.0f);
  const float one = OneHotValue(symbols);
  for (size_t age = 0; age < window_.size(); ++age) {
    const auto& symbol = window_[window_.size() - 1 - age];
    if (symbol) x[age * symbols + *symbol] = one;
  }
}

}  // namespace hypnos::lab
