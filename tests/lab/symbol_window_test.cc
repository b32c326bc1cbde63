#include "lab/symbol_window.h"

#include <gtest/gtest.h>

namespace hypnos::lab {
namespace {

const std::vector<uint8_t> kText = {3, 1, 2, 0};

std::vector<float> Filled(const SymbolWindow& window) {
  std::vector<float> x(2 * 4, -1.0f);
  window.Fill(4, x);
  return x;
}

TEST(SymbolWindow, TheNewestSymbolStandsFirst) {
  EXPECT_EQ(Filled(SymbolWindow(2, kText, 3)), (std::vector<float>{0, 0, 2, 0, 0, 2, 0, 0}));
}

TEST(SymbolWindow, BeforeTheBeginningThereIsNothing) {
  EXPECT_EQ(Filled(SymbolWindow(2, kText, 1)), (std::vector<float>{0, 0, 0, 2, 0, 0, 0, 0}));
  EXPECT_EQ(Filled(SymbolWindow(2)), std::vector<float>(8, 0.0f));
}

TEST(SymbolWindow, APushMovesItOn) {
  SymbolWindow window(2, kText, 2);
  window.Push(2);
  EXPECT_EQ(Filled(window), Filled(SymbolWindow(2, kText, 3)));
  window.Push(std::nullopt);
  EXPECT_EQ(Filled(window), (std::vector<float>{0, 0, 0, 0, 0, 0, 2, 0}));
}

}  // namespace
}  // namespace hypnos::lab
