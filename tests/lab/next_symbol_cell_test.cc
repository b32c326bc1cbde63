#include "lab/next_symbol_cell.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hypnos/base/rng.h"

namespace hypnos::lab {
namespace {

// Words in random order: within a word all is certain, of its first symbol nothing is.
SymbolText Words(size_t length) {
  const std::vector<std::vector<uint8_t>> words = {
      {1, 2, 3, 0}, {4, 2, 5, 0}, {1, 5, 5, 0}, {3, 4, 1, 0}};
  Rng rng(7);
  SymbolText text{.name = "words", .symbols = {}, .alphabet = 6, .learned = 0};
  while (text.symbols.size() < length) {
    const auto& word = words[rng.Below(words.size())];
    text.symbols.insert(text.symbols.end(), word.begin(), word.end());
  }
  text.learned = text.symbols.size() - 500;
  return text;
}

NextSymbolCell SmallCell(SymbolNegatives negatives) {
  NextSymbolCell cell;
  cell.negatives = negatives;
  cell.negatives_per_symbol = 3;
  cell.window = 4;
  cell.readers = 10;
  cell.units = {60, 40};
  cell.learning = {.rule = LearningRule::kInterleaved,
                   .optimiser = Optimiser::kRms,
                   .rate = 0.01f,
                   .velocity = 0,
                   .weight_decay = 0};
  cell.read_out_rate = 1e-4f;
  return cell;
}

NextSymbolScore Score(const NextSymbolCell& cell, const SymbolText& text) {
  const auto score = RunNextSymbolCell(cell, text, [] { return true; });
  EXPECT_TRUE(score.ok());
  return score.ok() ? *score : NextSymbolScore();
}

TEST(NextSymbolCell, GoodnessForetellsWhatTheReadOutAloneDoesNot) {
  const SymbolText text = Words(12'000);
  for (const auto negatives :
       {SymbolNegatives::kOneStep, SymbolNegatives::kCorrected, SymbolNegatives::kGenerated}) {
    const NextSymbolScore score = Score(SmallCell(negatives), text);
    EXPECT_LT(score.corrected_bits, score.read_out_bits) << static_cast<int>(negatives);
    EXPECT_LT(score.corrected_bits, 1) << static_cast<int>(negatives);
    EXPECT_GT(score.accuracy, 0.6) << static_cast<int>(negatives);
    // No more than half a bit a symbol can be foretold.
    EXPECT_GT(score.corrected_bits, 0.4) << static_cast<int>(negatives);
  }
}

TEST(NextSymbolCell, FrozenLayersCorrectNothing) {
  const NextSymbolScore score = Score(SmallCell(SymbolNegatives::kFrozen), Words(4000));
  EXPECT_EQ(score.corrected_bits, score.read_out_bits);
  EXPECT_LT(score.read_out_bits, std::log2(6));
}

TEST(NextSymbolCell, SameSeedSameScoreOtherSeedOtherScore) {
  const SymbolText text = Words(2000);
  NextSymbolCell cell = SmallCell(SymbolNegatives::kGenerated);
  const NextSymbolScore first = Score(cell, text);
  EXPECT_EQ(Score(cell, text).corrected_bits, first.corrected_bits);
  cell.seed = 2;
  EXPECT_NE(Score(cell, text).corrected_bits, first.corrected_bits);
}

TEST(NextSymbolCell, StopsWhenToldTo) {
  int steps = 0;
  const auto score = RunNextSymbolCell(SmallCell(SymbolNegatives::kOneStep), Words(2000),
                                       [&] { return ++steps < 5; });
  ASSERT_FALSE(score.ok());
  EXPECT_EQ(score.error().code, Code::kCancelled);
  EXPECT_EQ(steps, 5);
}

}  // namespace
}  // namespace hypnos::lab
