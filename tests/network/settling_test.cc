#include "hypnos/network/settling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace hypnos {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

std::vector<StepStatistics> Changes(double first, double second) {
  std::vector<StepStatistics> layers(2);
  layers[0].change = first;
  layers[1].change = second;
  return layers;
}

TEST(Settling, SaysNothingBeforeTheFirstFrame) {
  const Settling settling;
  EXPECT_TRUE(settling.changes().empty());
  EXPECT_FALSE(settling.too_fast());
}

TEST(Settling, FollowsAboutFiftyFrames) {
  Settling settling;
  settling.Add(Changes(0.5, 0));
  EXPECT_THAT(settling.changes(), ElementsAre(0.5, 0)) << "the first one counts in full";
  for (int i = 0; i < 50; ++i) settling.Add(Changes(0, 0.5));
  EXPECT_THAT(settling.changes(), ElementsAre(DoubleNear(0.182, 1e-3), DoubleNear(0.318, 1e-3)));
}

TEST(Settling, OneLayerThatCannotSettleIsEnough) {
  Settling settling;
  settling.Add(Changes(0.1, Settling::kTooFast + 0.01));
  EXPECT_TRUE(settling.too_fast());
  settling = {};
  settling.Add(Changes(Settling::kTooFast, 0));
  EXPECT_FALSE(settling.too_fast());
}

TEST(Settling, LayerThatIsNotFiniteKeepsWhatItHad) {
  Settling settling;
  settling.Add(Changes(0.25, 0.25));
  auto broken = Changes(std::numeric_limits<double>::quiet_NaN(), 0.25);
  broken[0].finite = false;
  settling.Add(broken);
  EXPECT_THAT(settling.changes(), ElementsAre(0.25, 0.25));
}

}  // namespace
}  // namespace hypnos
