#include "hypnos/sources/text_encoder.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hypnos {
namespace {

constexpr size_t kSymbols = 4;

Frame Read(std::vector<uint8_t> symbols, Discontinuity discontinuity = Discontinuity::kNone) {
  Frame frame;
  frame.discontinuity = discontinuity;
  frame.symbols = std::move(symbols);
  return frame;
}

// What a reader has in view, the newest first; -1: nothing.
std::vector<int> InView(const Planes& planes, size_t reader) {
  std::vector<int> view(static_cast<size_t>(planes.shape().channels) / kSymbols, -1);
  for (size_t channel = 0; channel < view.size() * kSymbols; ++channel) {
    const float value = planes.plane(static_cast<int>(channel))[reader];
    if (value == 0) continue;
    EXPECT_EQ(value, std::sqrt(static_cast<float>(kSymbols)));
    EXPECT_EQ(view[channel / kSymbols], -1) << "two symbols in one place";
    view[channel / kSymbols] = static_cast<int>(channel % kSymbols);
  }
  return view;
}

TEST(TextEncoder, EachReaderIsAPlaceWithTheLastSymbolsInView) {
  TextEncoder encoder({.symbols = kSymbols, .window = 3, .readers = 2});
  EXPECT_EQ(encoder.shape(), (PlaneShape{12, 1, 2}));
  Planes planes;
  encoder.Encode(Read({0, 3}, Discontinuity::kStart), &planes);
  encoder.Encode(Read({1, 2}), &planes);
  EXPECT_EQ(InView(planes, 0), (std::vector{1, 0, -1}));
  EXPECT_EQ(InView(planes, 1), (std::vector{2, 3, -1}));
  encoder.Encode(Read({2, 1}), &planes);
  encoder.Encode(Read({3, 0}), &planes);
  EXPECT_EQ(InView(planes, 0), (std::vector{3, 2, 1}));
  EXPECT_EQ(InView(planes, 1), (std::vector{0, 1, 2}));
  EXPECT_EQ(NewestSymbols(planes, kSymbols), (std::vector<uint8_t>{3, 0}));
}

TEST(TextEncoder, ADiscontinuityIsForgottenOver) {
  TextEncoder encoder({.symbols = kSymbols, .window = 2, .readers = 1});
  Planes planes;
  encoder.Encode(Read({1}, Discontinuity::kStart), &planes);
  encoder.Encode(Read({2}, Discontinuity::kLoop), &planes);
  EXPECT_EQ(InView(planes, 0), (std::vector{2, -1}));
}

}  // namespace
}  // namespace hypnos
