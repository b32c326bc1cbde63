#include "lab/candidates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/symbol_window.h"

namespace hypnos::lab {
namespace {

constexpr size_t kWindow = 3, kSymbols = 4, kContexts = 5, kDeep = 2;
const std::vector<uint8_t> kText = {3, 1, 2, 0, 1, 1, 3, 0};

FfLayerOptions Layer() {
  FfLayerOptions layer;
  layer.threshold_per_unit = 0.8f;
  layer.temperature_per_unit = 0.3f;
  return layer;
}

TEST(Candidates, AreJudgedAsIfEachHadCome) {
  auto stack = LayerStack::Create(kWindow * kSymbols, std::vector<size_t>{7, 6, 5}, Layer(),
                                  {.rule = LearningRule::kLooking}, Rng(1));
  ASSERT_TRUE(stack.ok());
  Candidates candidates(*stack, kContexts, kDeep, kSymbols);
  Matrix contexts(kContexts, kWindow * kSymbols);
  for (size_t i = 0; i < kContexts; ++i) {
    SymbolWindow window(kWindow, kText, i + 1);
    window.Push(std::nullopt);
    window.Fill(kSymbols, contexts.row(i));
  }
  candidates.Judge(*stack, contexts, std::sqrt(static_cast<float>(kSymbols)));

  LayerStack::Lane lane = stack->MakeLane(1);
  Matrix x(1, kWindow * kSymbols);
  for (size_t i = 0; i < kContexts; ++i) {
    for (uint8_t c = 0; c < kSymbols; ++c) {
      SymbolWindow window(kWindow, kText, i + 1);
      window.Push(c);
      window.Fill(kSymbols, x.row(0));
      stack->Step(x, Phase::kLook, lane);
      for (size_t l = 0; l < (i < kDeep ? 3u : 1u); ++l) {
        const auto units = static_cast<float>(stack->layers()[l].options().units);
        const float log_odds = (lane.states[l].goodness[0] - 0.8f * units) / (0.3f * units);
        EXPECT_NEAR(candidates.of_layer(l).view()(i, c), log_odds, 1e-4f) << l << i << int{c};
      }
    }
  }
}

}  // namespace
}  // namespace hypnos::lab
