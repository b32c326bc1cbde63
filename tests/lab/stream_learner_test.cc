#include "lab/stream_learner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hypnos::lab {
namespace {

constexpr PlaneShape kFrame{1, 4, 12};

NetworkOptions SmallNetwork() {
  NetworkOptions options;
  options.patches.size = 4;
  options.layers.resize(2);
  for (auto& layer : options.layers) layer.layer.units = 8;
  options.learning.rule = LearningRule::kInterleaved;
  options.learning.rate = 0.01f;
  return options;
}

StreamLearner Made(StreamLearner::Options options = {.dream_frames = 4}) {
  return {Network::Create(SmallNetwork(), kFrame, 2, Rng(1)).value(), options, Rng(2)};
}

Planes Picture(Rng& rng) {
  Planes frame(kFrame);
  for (float& value : frame.values()) value = rng.Normal();
  return frame;
}

std::vector<float> Weights(const StreamLearner& learner, size_t layer) {
  const Matrix weights = learner.network().layer(layer).parameters().weights;
  return {weights.values().begin(), weights.values().end()};
}

TEST(StreamLearner, LearnsInEveryLayerAndOnlyWhenTold) {
  StreamLearner learner = Made();
  const auto first = Weights(learner, 0), second = Weights(learner, 1);
  Rng rng(3);
  for (int i = 0; i < 10; ++i) learner.Show(Picture(rng), false);
  EXPECT_EQ(Weights(learner, 0), first);
  for (int i = 0; i < 10; ++i) learner.Show(Picture(rng), true);
  EXPECT_NE(Weights(learner, 0), first);
  EXPECT_NE(Weights(learner, 1), second);
}

TEST(StreamLearner, AFrameThatIsHeldSettles) {
  StreamLearner held = Made({.steps_per_frame = 12}), moving = Made();
  Rng rng(3);
  double change = 0, quick_change = 0;
  for (int i = 0; i < 5; ++i) {
    const Planes frame = Picture(rng);
    change = held.Show(frame, false)[0].change;
    quick_change = moving.Show(frame, false)[0].change;
  }
  EXPECT_LT(change, 0.1 * quick_change);
}

TEST(StreamLearner, SaysWhatANetworkSaysThatIsRunByHand) {
  StreamLearner learner = Made({.steps_per_frame = 2});
  Network network = Network::Create(SmallNetwork(), kFrame, 2, Rng(1)).value();
  SerialExecutor executor;
  Rng rng(3);
  Tick tick;
  for (int i = 0; i < 6; ++i) {
    const Planes frame = Picture(rng);
    learner.Show(frame, false);
    for (int hold = 0; hold < 2; ++hold) {
      tick.start = tick.number == 0 ? TickStart::kReset : TickStart::kContinue;
      ++tick.number;
      network.RunTick(tick, frame, executor);
    }
  }
  const ConstMatrixView expected = network.output(Lane::kReal, 1, tick.number);
  for (size_t i = 0; i < expected.rows; ++i) {
    EXPECT_TRUE(std::ranges::equal(learner.output(1).row(i), expected.row(i)));
  }
}

}  // namespace
}  // namespace hypnos::lab
