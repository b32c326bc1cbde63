#include "lab/ngram.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hypnos::lab {
namespace {

constexpr uint8_t kA = 0, kB = 1, kC = 2;
const std::vector<uint8_t> kText = {kA, kB, kA, kB, kC};

// a twice, b twice, c once, three types of three: p(a) = (2 + 3/3) / (5 + 3).
TEST(NGram, OfOneSymbolIsWhatWasCountedByHand) {
  const NGram model(1, 3, kText);
  EXPECT_DOUBLE_EQ(model.Probability({}, kA), 3.0 / 8);
  EXPECT_DOUBLE_EQ(model.Probability({}, kC), 2.0 / 8);
  EXPECT_DOUBLE_EQ(model.Probability(kText, kC), 2.0 / 8);
}

// a is followed by b twice; b by a and by c; c by nothing.
TEST(NGram, OfTwoSymbolsIsWhatWasCountedByHand) {
  const NGram model(2, 3, kText);
  const auto after = [&](uint8_t before, uint8_t symbol) {
    return model.Probability(std::vector<uint8_t>{before}, symbol);
  };
  EXPECT_DOUBLE_EQ(after(kA, kB), (2 + 1 * 3.0 / 8) / (2 + 1));
  EXPECT_DOUBLE_EQ(after(kA, kC), (0 + 1 * 2.0 / 8) / (2 + 1));
  EXPECT_DOUBLE_EQ(after(kB, kC), (1 + 2 * 2.0 / 8) / (2 + 2));
  EXPECT_DOUBLE_EQ(after(kC, kA), 3.0 / 8);
}

TEST(NGram, ProbabilitiesAddUpToOneWhateverCameBefore) {
  for (size_t order = 1; order <= NGram::kMostOrder; ++order) {
    const NGram model(order, 3, kText);
    for (const std::vector<uint8_t>& before :
         {std::vector<uint8_t>{}, {kA}, {kC, kA}, {kB, kA, kB}, kText}) {
      double sum = 0;
      for (const uint8_t c : {kA, kB, kC}) sum += model.Probability(before, c);
      EXPECT_NEAR(sum, 1, 1e-12) << order;
    }
  }
}

TEST(NGram, BitsAreTheMeanOverWhatIsJudgedWithWhatIsBeforeAsContext) {
  const NGram model(2, 3, kText);
  const std::vector<uint8_t> text = {kA, kB, kC};
  const double bits = -std::log2((2 + 3.0 / 8) / 3) - std::log2((1 + 0.5) / 4);
  EXPECT_DOUBLE_EQ(model.BitsPerSymbol(text, 1), bits / 2);
}

// Symbols of up to a byte must not run into one another.
TEST(NGram, ContextsOfDifferentLengthAreDifferent) {
  const std::vector<uint8_t> text = {0, 0, 255, 0, 0, 255};
  const NGram model(7, 256, text);
  EXPECT_GT(model.Probability(std::vector<uint8_t>{0, 0}, 255), 0.5);
  EXPECT_GT(model.Probability(std::vector<uint8_t>{255, 0}, 0), 0.5);
}

}  // namespace
}  // namespace hypnos::lab
