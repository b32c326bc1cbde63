#include "hypnos/sources/text_encoder.h"

#include <algorithm>
#include <limits>

#include "hypnos/base/check.h"
#include "hypnos/tensor/one_hot.h"

namespace hypnos {
namespace {

constexpr size_t kNothing = std::numeric_limits<size_t>::max();

}  // namespace

TextEncoder::TextEncoder(const TextEncoderOptions& options)
    : options_(options), seen_(options.readers * options.window, kNothing) {}

PlaneShape TextEncoder::shape() const {
  return {.channels = static_cast<int>(options_.window * options_.symbols),
          .height = 1,
          .width = static_cast<int>(options_.readers)};
}

void TextEncoder::Encode(const Frame& frame, Planes* planes) {
  HYPNOS_CHECK(frame.symbols.size() == options_.readers);
  if (frame.discontinuity != Discontinuity::kNone) std::ranges::fill(seen_, kNothing);
  planes->Resize(shape());
  std::ranges::fill(planes->values(), 0.0f);
  const float one = OneHotValue(options_.symbols);
  for (size_t reader = 0; reader < options_.readers; ++reader) {
    const auto window = std::span(seen_).subspan(reader * options_.window, options_.window);
    std::shift_left(window.begin(), window.end(), 1);
    window.back() = frame.symbols[reader];
    HYPNOS_CHECK(window.back() < options_.symbols);
    for (size_t age = 0; age < window.size(); ++age) {
      const size_t symbol = window[window.size() - 1 - age];
      if (symbol == kNothing) break;
      planes->plane(static_cast<int>(age * options_.symbols + symbol))[reader] = one;
    }
  }
}

void TextEncoder::ExchangeState(StateArchive& archive) {
  archive.Values("seen", std::span(seen_), {options_.readers, options_.window});
  for (const size_t symbol : seen_) {
    if (symbol != kNothing && symbol >= options_.symbols) archive.Refuse("seen", "is no symbol");
  }
}

std::vector<uint8_t> NewestSymbols(const Planes& planes, size_t symbols) {
  std::vector<uint8_t> newest(static_cast<size_t>(planes.shape().width));
  for (size_t reader = 0; reader < newest.size(); ++reader) {
    const auto value = [&](size_t c) { return planes.plane(static_cast<int>(c))[reader]; };
    size_t likeliest = 0;
    for (size_t c = 1; c < symbols; ++c) {
      if (value(c) > value(likeliest)) likeliest = c;
    }
    newest[reader] = static_cast<uint8_t>(likeliest);
  }
  return newest;
}

}  // namespace hypnos
