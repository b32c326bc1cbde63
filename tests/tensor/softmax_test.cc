#include "hypnos/tensor/softmax.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hypnos {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatNear;

std::vector<float> Probabilities(std::vector<float> log_odds) {
  Softmax(log_odds);
  return log_odds;
}

TEST(Softmax, TurnsLogOddsIntoProbabilities) {
  EXPECT_THAT(
      Probabilities({std::log(1.0f), std::log(2.0f), std::log(5.0f)}),
      ElementsAre(FloatNear(0.125f, 1e-6f), FloatNear(0.25f, 1e-6f), FloatNear(0.625f, 1e-6f)));
}

TEST(Softmax, OfOneValueIsCertain) { EXPECT_THAT(Probabilities({-3}), ElementsAre(1)); }

TEST(Softmax, OfValuesThatNoExponentialHolds) {
  EXPECT_THAT(Probabilities({1000, 1000, -1000}), ElementsAre(0.5f, 0.5f, 0));
  EXPECT_THAT(Probabilities({-1000, -1000, -1000, -1000}), Each(0.25f));
}

}  // namespace
}  // namespace hypnos
