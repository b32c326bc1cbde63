#include "hypnos/network/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "hypnos/base/format.h"
#include "support/counting_allocator.h"

namespace hypnos {
namespace {

constexpr PlaneShape kFrame{1, 8, 8};
constexpr size_t kLayers = 3;

NetworkOptions SmallNetwork() {
  NetworkOptions options;
  options.patches.size = 4;
  options.layers.resize(kLayers);
  const size_t units[] = {9, 7, 5};
  for (size_t l = 0; l < kLayers; ++l) options.layers[l].layer.units = units[l];
  options.learning.rule = LearningRule::kInterleaved;
  options.learning.rate = 0.1f;
  options.learning.weight_decay = 0;
  return options;
}

Network Made(const NetworkOptions& options, size_t slots = 4) {
  return Network::Create(options, kFrame, slots, Rng(1)).value();
}

Planes Picture(int64_t number) {
  Rng rng = Rng(2).Fork(Format("{}", number));
  Planes frame(kFrame);
  for (float& value : frame.values()) value = rng.Normal();
  return frame;
}

Tick NextTick(Lane lane, int64_t number, Phase phase = Phase::kLook) {
  Tick tick;
  tick.lane = lane;
  tick.number = number;
  tick.start = number == 1 ? TickStart::kReset : TickStart::kContinue;
  tick.age = number - 1;
  tick.phase = phase;
  return tick;
}

// Shows a lane the pictures first … last; each tick has its picture's number.
void Show(Network& network, Lane lane, int64_t first, int64_t last, Phase phase = Phase::kLook) {
  SerialExecutor executor;
  for (int64_t number = first; number <= last; ++number) {
    Tick tick = NextTick(lane, number, phase);
    network.RunTick(tick, Picture(number), executor);
  }
}

std::vector<float> Values(ConstMatrixView view) {
  std::vector<float> values;
  for (size_t i = 0; i < view.rows; ++i) {
    values.insert(values.end(), view.row(i).begin(), view.row(i).end());
  }
  return values;
}

// What all layers said at a tick.
std::vector<float> Said(const Network& network, Lane lane, int64_t number) {
  std::vector<float> said;
  for (size_t l = 0; l < network.layer_count(); ++l) {
    const auto layer = Values(network.output(lane, l, number));
    said.insert(said.end(), layer.begin(), layer.end());
  }
  return said;
}

bool Silent(const Network& network, Lane lane, size_t layer, int64_t number) {
  return std::ranges::all_of(Values(network.output(lane, layer, number)),
                             [](float value) { return value == 0; });
}

std::vector<float> Weights(const Network& network, size_t layer) {
  return Values(network.layer(layer).parameters().weights);
}

TEST(Network, ItsLayersAreAsWideAsTheirNeighbours) {
  NetworkOptions options = SmallNetwork();
  options.layers[1].top_down = false;
  const Network network = Made(options);
  EXPECT_EQ(network.layer(0).options().fan_in(), 16u + 7 + 9);
  EXPECT_EQ(network.layer(1).options().fan_in(), 9u + 0 + 7);
  EXPECT_EQ(network.layer(2).options().fan_in(), 7u + 0 + 5);
  // Weights and biases of the layers, then the read-out.
  EXPECT_EQ(network.parameter_count(), 9u * 33 + 7 * 17 + 5 * 13 + 16 * (9 + 7 + 5 + 16));
}

TEST(Network, LeastSquaresNeedPlacesOrFewInputs) {
  NetworkOptions options = SmallNetwork();
  options.generator.rule = GeneratorRule::kLeastSquares;
  options.patches.size = 2;
  EXPECT_TRUE(Network::Create(options, kFrame, 4, Rng(1)).ok());
  options.patches.size = 0;
  EXPECT_TRUE(Network::Create(options, kFrame, 4, Rng(1)).ok());
  const auto network = Network::Create(options, {1, 1, 513}, 4, Rng(1));
  ASSERT_FALSE(network.ok());
  EXPECT_EQ(network.error().reason, "LEAST_SQUARES");
}

TEST(Network, OptionsOutOfRangeAreRefusedWithTheirLayerAndField) {
  NetworkOptions options = SmallNetwork();
  options.layers[1].layer.damping = 0;
  const auto network = Network::Create(options, kFrame, 4, Rng(1));
  ASSERT_FALSE(network.ok());
  EXPECT_EQ(network.error().code, Code::kInvalidArgument);
  EXPECT_NE(network.error().message.find("layer 2"), std::string::npos);
  EXPECT_NE(network.error().message.find("damping"), std::string::npos);
}

TEST(Network, PatchesThatDoNotFitAreRefused) {
  NetworkOptions options = SmallNetwork();
  options.patches.size = 9;
  const auto network = Network::Create(options, kFrame, 4, Rng(1));
  ASSERT_FALSE(network.ok());
  EXPECT_EQ(network.error().reason, "PATCH_LARGER_THAN_FRAME");
}

TEST(Network, EqualSeedsGiveEqualWeightsAndLayersDifferentOnes) {
  NetworkOptions options = SmallNetwork();
  for (auto& layer : options.layers) layer.layer.units = 16;
  const Network one = Made(options);
  const Network same = Made(options);
  const auto other = Network::Create(options, kFrame, 4, Rng(3));
  EXPECT_EQ(Weights(one, 1), Weights(same, 1));
  EXPECT_NE(Weights(one, 1), Weights(*other, 1));
  EXPECT_NE(Weights(one, 0), Weights(one, 1)) << "of the same shape";
}

TEST(Network, AnInputClimbsOneLayerEachTick) {
  Network network = Made(SmallNetwork());
  for (int64_t number = 1; number <= 3; ++number) {
    Show(network, Lane::kReal, number, number);
    for (size_t l = 0; l < kLayers; ++l) {
      EXPECT_EQ(Silent(network, Lane::kReal, l, number), number < static_cast<int64_t>(l) + 1)
          << "layer " << l << " at tick " << number;
    }
  }
}

TEST(Network, EachLocationSeesItsOwnPatchOnly) {
  Network network = Made(SmallNetwork());
  SerialExecutor executor;
  Tick tick = NextTick(Lane::kReal, 1);
  network.RunTick(tick, Picture(1), executor);
  const auto before = Values(network.output(Lane::kReal, 0, 1));
  Planes changed = Picture(1);
  changed.values()[7] += 1;  // in the second of four patches
  network.RunTick(tick, changed, executor);
  const auto after = Values(network.output(Lane::kReal, 0, 1));
  for (size_t location = 0; location < 4; ++location) {
    const auto from = static_cast<std::ptrdiff_t>(location * 9);
    EXPECT_EQ(std::equal(before.begin() + from, before.begin() + from + 9, after.begin() + from),
              location != 1);
  }
}

TEST(Network, LanesHaveStatesOfTheirOwn) {
  Network network = Made(SmallNetwork());
  Show(network, Lane::kReal, 1, 5);
  const auto real = Said(network, Lane::kReal, 5);
  Show(network, Lane::kReplay, 1, 3);
  Show(network, Lane::kDream, 1, 4);
  EXPECT_EQ(Said(network, Lane::kReal, 5), real);
  Show(network, Lane::kReplay, 4, 5);
  EXPECT_EQ(Said(network, Lane::kReplay, 5), real) << "as if there were no other lane";
}

TEST(Network, LanesShareTheirWeights) {
  Network network = Made(SmallNetwork());
  Show(network, Lane::kDream, 1, 4);
  const auto before = Said(network, Lane::kDream, 4);
  Show(network, Lane::kReal, 1, 4, Phase::kPositive);
  Show(network, Lane::kDream, 1, 4);
  EXPECT_NE(Said(network, Lane::kDream, 4), before);
}

TEST(Network, AResetForgetsThePast) {
  Network network = Made(SmallNetwork());
  Show(network, Lane::kReal, 1, 6);
  SerialExecutor executor;
  for (int64_t number = 7; number <= 9; ++number) {
    Tick tick = NextTick(Lane::kReal, number);
    if (number == 7) tick.start = TickStart::kReset;
    network.RunTick(tick, Picture(number - 6), executor);
  }
  Network fresh = Made(SmallNetwork());
  Show(fresh, Lane::kReal, 1, 3);
  EXPECT_EQ(Said(network, Lane::kReal, 9), Said(fresh, Lane::kReal, 3));
}

TEST(Network, AForkGoesOnFromTheOtherLanesPast) {
  Network network = Made(SmallNetwork());
  Show(network, Lane::kReal, 1, 5);
  Show(network, Lane::kDream, 1, 2);
  SerialExecutor executor;
  Tick dream = NextTick(Lane::kDream, 3);
  dream.start = TickStart::kFork;
  dream.fork_lane = Lane::kReal;
  dream.fork_number = 5;
  network.RunTick(dream, Picture(6), executor);
  Show(network, Lane::kReal, 6, 6);
  EXPECT_EQ(Said(network, Lane::kDream, 3), Said(network, Lane::kReal, 6)) << "of one past";

  dream = NextTick(Lane::kDream, 4);
  network.RunTick(dream, Picture(7), executor);
  Show(network, Lane::kReal, 7, 7);
  EXPECT_EQ(Said(network, Lane::kDream, 4), Said(network, Lane::kReal, 7));
}

// |a - b| where both are outputs, whose mean square is one.
float LargestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  float largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(Network, GoesOnFromARestoredStateAsFromTheOriginal) {
  Network network = Made(SmallNetwork());
  Show(network, Lane::kReal, 1, 5);
  Show(network, Lane::kReplay, 1, 3);
  NetworkState state;
  network.Save(Lane::kReal, state);
  network.Restore(Lane::kReplay, 5, state);
  for (int64_t number = 5; number <= 9; ++number) {
    if (number > 5) Show(network, Lane::kReal, number, number);
    if (number > 5) Show(network, Lane::kReplay, number, number);
    // Half precision: eleven bits.
    EXPECT_LT(
        LargestDifference(Said(network, Lane::kReal, number), Said(network, Lane::kReplay, number)),
        4e-3f)
        << "tick " << number;
  }
}

TEST(Network, SavesAgainWhatWasRestored) {
  Network network = Made(SmallNetwork());
  Show(network, Lane::kReal, 1, 5);
  NetworkState state, again;
  network.Save(Lane::kReal, state);
  network.Restore(Lane::kDream, 12, state);
  network.Save(Lane::kDream, again);
  EXPECT_EQ(again.layers, state.layers);
}

TEST(Network, AnEmptyStateIsRest) {
  Network network = Made(SmallNetwork());
  Show(network, Lane::kReplay, 1, 5);
  network.Restore(Lane::kReplay, 5, {});
  EXPECT_TRUE(Silent(network, Lane::kReplay, 0, 5));
  Show(network, Lane::kReplay, 6, 8);

  SerialExecutor executor;
  for (int64_t number = 6; number <= 8; ++number) {
    Tick tick = NextTick(Lane::kReal, number);
    if (number == 6) tick.start = TickStart::kReset;
    network.RunTick(tick, Picture(number), executor);
  }
  EXPECT_EQ(Said(network, Lane::kReplay, 8), Said(network, Lane::kReal, 8));
}

class Scales : public testing::TestWithParam<InputScale> {};

TEST_P(Scales, HoldingAnInputIsShowingItAgain) {
  NetworkOptions options = SmallNetwork();
  options.input_scale = GetParam();
  Network network = Made(options);
  SerialExecutor executor;
  for (const Lane lane : {Lane::kReal, Lane::kReplay}) Show(network, lane, 1, 1);
  for (int64_t number = 2; number <= 3; ++number) {
    Tick shown = NextTick(Lane::kReal, number);
    network.RunTick(shown, Picture(1), executor);
    Tick held = NextTick(Lane::kReplay, number);
    held.layers.resize(kLayers);
    network.HoldInput(held);
    for (size_t l = 0; l < kLayers; ++l) network.StepLayer(l, held, executor);
  }
  EXPECT_EQ(Said(network, Lane::kReplay, 3), Said(network, Lane::kReal, 3));
  EXPECT_EQ(Values(network.input(Lane::kReplay, 3)), Values(network.input(Lane::kReal, 3)));
}

TEST_P(Scales, AnInputTwiceAsBrightLooksTheSameOnlyWhereItsLengthIsNormalised) {
  NetworkOptions options = SmallNetwork();
  options.input_scale = GetParam();
  options.input_noise_power = 0;
  Network network = Made(options);
  SerialExecutor executor;
  Planes bright = Picture(1);
  for (float& value : bright.values()) value *= 2;
  Tick tick = NextTick(Lane::kReal, 1);
  network.RunTick(tick, Picture(1), executor);
  const double goodness = tick.layers[0].goodness;
  network.RunTick(tick, bright, executor);
  EXPECT_NEAR(tick.layers[0].goodness / goodness,
              GetParam() == InputScale::kLengthNormalised ? 1 : 4, 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Inputs, Scales,
                         testing::Values(InputScale::kLengthNormalised, InputScale::kScaled),
                         [](const auto& test) {
                           return test.param == InputScale::kScaled ? "scaled" : "normalised";
                         });

TEST(Network, ALayerLearnsOnceTheInputHasReachedIt) {
  for (int64_t age = 0; age <= 3; ++age) {
    Network network = Made(SmallNetwork());
    Show(network, Lane::kReal, 1, 5);
    SerialExecutor executor;
    Tick tick = NextTick(Lane::kReal, 6, Phase::kPositive);
    tick.age = age;
    const Network fresh = Made(SmallNetwork());
    network.RunTick(tick, Picture(6), executor);
    for (size_t l = 0; l < kLayers; ++l) {
      EXPECT_EQ(Weights(network, l) != Weights(fresh, l), age >= static_cast<int64_t>(l))
          << "layer " << l << " at age " << age;
    }
  }
}

TEST(Network, LookingTeachesNoLayer) {
  Network network = Made(SmallNetwork());
  Show(network, Lane::kReal, 1, 8);
  const Network fresh = Made(SmallNetwork());
  for (size_t l = 0; l < kLayers; ++l) EXPECT_EQ(Weights(network, l), Weights(fresh, l));
}

TEST(Network, TheOrderOfTheLayersWithinATickDoesNotMatter) {
  Network upwards = Made(SmallNetwork());
  Network downwards = Made(SmallNetwork());
  Show(upwards, Lane::kReal, 1, 6, Phase::kPositive);
  SerialExecutor executor;
  for (int64_t number = 1; number <= 6; ++number) {
    Tick tick = NextTick(Lane::kReal, number, Phase::kPositive);
    tick.layers.resize(kLayers);
    downwards.SetInput(tick, Picture(number));
    for (size_t l = kLayers; l-- > 0;) {
      downwards.StepLayer(l, tick, executor);
      downwards.FinishStep(l, executor);
    }
  }
  EXPECT_EQ(Said(upwards, Lane::kReal, 6), Said(downwards, Lane::kReal, 6));
}

TEST(Network, RemembersTheTicksOfItsSlotsAndNeedsTwo) {
  Network two = Made(SmallNetwork(), 2);
  Network seven = Made(SmallNetwork(), 7);
  Show(two, Lane::kReal, 1, 6, Phase::kPositive);
  Show(seven, Lane::kReal, 1, 5, Phase::kPositive);
  const auto fifth = Said(seven, Lane::kReal, 5);
  Show(seven, Lane::kReal, 6, 6, Phase::kPositive);
  EXPECT_EQ(Said(two, Lane::kReal, 6), Said(seven, Lane::kReal, 6));
  EXPECT_EQ(Said(two, Lane::kReal, 5), fifth);
  EXPECT_EQ(Said(seven, Lane::kReal, 5), fifth);
  EXPECT_DEATH(Made(SmallNetwork(), 1), "broken promise: slots >= 2");
}

TEST(Network, TheGoodnessOfALaneIsThatOfItsLastStep) {
  Network network = Made(SmallNetwork());
  SerialExecutor executor;
  Tick real = NextTick(Lane::kReal, 1);
  network.RunTick(real, Picture(1), executor);
  Show(network, Lane::kDream, 1, 2);
  const auto goodness = network.goodness(Lane::kReal, 0);
  ASSERT_EQ(goodness.size(), 4u);
  double mean = 0;
  for (const float g : goodness) mean += static_cast<double>(g) / 4 / 9;
  EXPECT_NEAR(mean, real.layers[0].goodness, 1e-6);
}

// Two pictures that follow each other for ever.
class Flicker {
 public:
  explicit Flicker(const NetworkOptions& options) : network(Made(options)) {}

  double Step() {
    Tick tick = NextTick(Lane::kReal, ++number_);
    tick.compare = number_ > 1;
    tick.learn_generator = learns;
    tick.predict = true;
    network.RunTick(tick, Picture(number_ % 2), executor_);
    return tick.prediction_error;
  }

  Network network;
  bool learns = true;

 private:
  SerialExecutor executor_;
  int64_t number_ = 0;
};

TEST(Network, ReadsOutWhatComesNext) {
  Flicker flicker(SmallNetwork());
  EXPECT_EQ(flicker.Step(), 0) << "nothing led up to it";
  const double first = flicker.Step();
  double mean = 0;
  for (const float error : flicker.network.prediction_row_errors()) {
    mean += static_cast<double>(error) / 4;
  }
  EXPECT_NEAR(first, mean, 1e-6);
  for (int step = 0; step < 1000; ++step) flicker.Step();
  EXPECT_LT(flicker.Step(), 0.01 * first);
}

TEST(Network, ItsReadOutLearnsOnlyWhenAsked) {
  Flicker flicker(SmallNetwork());
  flicker.learns = false;
  flicker.Step();
  const double first = flicker.Step();
  flicker.Step();
  EXPECT_EQ(flicker.Step(), first);
}

TEST(Network, APredictionStaysUntilTheNextOfItsLane) {
  Flicker flicker(SmallNetwork());
  flicker.Step();
  const auto expected = Values(flicker.network.prediction(Lane::kReal));
  EXPECT_EQ(expected, Values(flicker.network.input(Lane::kReal, 1))) << "the same again, at first";
  SerialExecutor executor;
  Tick dream = NextTick(Lane::kDream, 1);
  dream.predict = true;
  flicker.network.RunTick(dream, Picture(5), executor);
  Tick real = NextTick(Lane::kReal, 2);
  flicker.network.RunTick(real, Picture(6), executor);
  EXPECT_EQ(Values(flicker.network.prediction(Lane::kReal)), expected);
}

TEST(Network, FallingAsleepAndWakingUpReachesEveryLayer) {
  NetworkOptions options = SmallNetwork();
  options.learning.rule = LearningRule::kRehearsed;
  options.learning.online_share = 1;
  Network network = Made(options);
  const Network fresh = Made(options);
  Show(network, Lane::kReal, 1, 6, Phase::kPositive);
  for (size_t l = 0; l < kLayers; ++l) EXPECT_NE(Weights(network, l), Weights(fresh, l));
  SerialExecutor executor;
  network.FallAsleep(executor);
  for (size_t l = 0; l < kLayers; ++l) {
    EXPECT_EQ(Weights(network, l), Weights(fresh, l)) << "the leaning of the day is over";
  }
  Show(network, Lane::kReplay, 1, 6, Phase::kPositive);
  Show(network, Lane::kDream, 1, 6, Phase::kNegative);
  network.WakeUp(executor);
  for (size_t l = 0; l < kLayers; ++l) {
    EXPECT_NE(Weights(network, l), Weights(fresh, l));
    EXPECT_LT(network.layer(l).contrast(), 1) << "a sleep is over";
  }
}

TEST(Network, ATickAllocatesNothing) {
  Network network = Made(SmallNetwork());
  SerialExecutor executor;
  NetworkState state;
  const Planes frame = Picture(1);
  Tick tick;
  const auto run = [&](int64_t number) {
    tick.number = number;
    tick.start = number == 1 ? TickStart::kReset : TickStart::kContinue;
    tick.phase = Phase::kPositive;
    tick.compare = number > 1;
    tick.learn_generator = tick.predict = true;
    network.RunTick(tick, frame, executor);
    network.Save(Lane::kReal, state);
    network.Restore(Lane::kReplay, number, state);
  };
  for (int64_t number = 1; number <= 3; ++number) run(number);
  const long before = allocation_count;
  for (int64_t number = 4; number <= 9; ++number) run(number);
  EXPECT_EQ(allocation_count - before, 0);
}

}  // namespace
}  // namespace hypnos
