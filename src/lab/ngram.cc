#include "lab/ngram.h"

#include <algorithm>
#include <cmath>

#include "hypnos/base/check.h"

namespace hypnos::lab {
namespace {

// Different for texts of different length, too: a one stands before the first symbol.
uint64_t Packed(std::span<const uint8_t> text) {
  uint64_t packed = 1;
  for (const uint8_t symbol : text) packed = packed << 8 | symbol;
  return packed;
}

}  // namespace

NGram::NGram(size_t order, size_t symbols, std::span<const uint8_t> text)
    : order_(order), symbols_(symbols) {
  HYPNOS_CHECK(order >= 1 && order <= kMostOrder);
  for (size_t end = 0; end < text.size(); ++end) {
    for (size_t before = 0; before <= std::min(order - 1, end); ++before) {
      Context& context = contexts_[Packed(text.subspan(end - before, before))];
      ++context.count;
      if (++grams_[Packed(text.subspan(end - before, before + 1))] == 1) ++context.types;
    }
  }
}

double NGram::Probability(std::span<const uint8_t> before, uint8_t symbol) const {
  double p = 1.0 / static_cast<double>(symbols_);
  for (size_t length = 0; length <= std::min(order_ - 1, before.size()); ++length) {
    const uint64_t packed = Packed(before.last(length));
    const auto context = contexts_.find(packed);
    if (context == contexts_.end()) break;
    const auto gram = grams_.find(packed << 8 | symbol);
    const double count = gram == grams_.end() ? 0 : gram->second;
    const double types = context->second.types;
    p = (count + types * p) / (context->second.count + types);
  }
  return p;
}

double NGram::BitsPerSymbol(std::span<const uint8_t> text, size_t first) const {
  HYPNOS_CHECK(first < text.size());
  double bits = 0;
  for (size_t i = first; i < text.size(); ++i) {
    bits -= std::log2(Probability(text.first(i), text[i]));
  }
  return bits / static_cast<double>(text.size() - first);
}

}  // namespace hypnos::lab
