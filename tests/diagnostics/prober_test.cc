#include "hypnos/diagnostics/prober.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "diagnostics/recorded.h"
#include "support/reversed_executor.h"

namespace hypnos {
namespace {

NetworkOptions SmallNetwork() {
  NetworkOptions options;
  options.patches.size = 4;
  options.layers.resize(3);
  const size_t units[] = {12, 10, 8};
  for (size_t l = 0; l < 3; ++l) options.layers[l].layer.units = units[l];
  return options;
}

// A network whose weights are scored, on a set that has all of its places.
struct Bench {
  explicit Bench(const NetworkOptions& network_options = SmallNetwork(), int steps = 1,
                 bool symbols = false)
      : options(network_options),
        steps_per_frame(steps),
        network(Network::Create(options, kRecordedFrame, 2, Rng(1)).value()),
        set(recorded.Set(
            {.context_frames = 2, .frames = 4, .locations = 100, .symbols = symbols})) {}

  Prober MakeProber() const {
    std::vector<FfLayerOptions> layers;
    for (size_t l = 0; l < network.layer_count(); ++l) layers.push_back(network.layer(l).options());
    Prober prober = Prober::Create(options, layers, steps_per_frame, set).value();
    for (size_t l = 0; l < layers.size(); ++l) {
      prober.SetParameters(l, network.layer(l).parameters());
    }
    return prober;
  }
  ProbeFigures Score() const {
    SerialExecutor executor;
    return MakeProber().Score(executor);
  }
  void ChangeWeights(size_t layer, float factor) {
    LayerParameters parameters = network.layer(layer).parameters();
    for (float& weight : parameters.weights.values()) weight *= factor;
    network.mutable_layer(layer).SetParameters(parameters);
  }

  NetworkOptions options;
  int steps_per_frame;
  Recorded recorded;
  Network network;
  ProbeSet set;
};

// The mean goodness of the real frames as the network itself has it, a unit's share.
std::vector<double> GoodnessOfTheNetwork(Bench& bench) {
  std::vector<double> sum(3), count(3);
  SerialExecutor executor;
  Planes frame;
  int64_t number = 0;
  for (size_t s = 0; s < kRecorded; ++s) {
    Tick tick;
    for (size_t f = 0; f < 6; ++f) {
      bench.recorded.memory.Read(s, f, frame);
      for (int hold = 0; hold < bench.steps_per_frame; ++hold) {
        tick.start = f == 0 && hold == 0 ? TickStart::kReset : TickStart::kContinue;
        tick.number = ++number;
        bench.network.RunTick(tick, frame, executor);
        // Of frames behind the context, once what differs there has reached the layer.
        if (f < 2 || hold + 1 < bench.steps_per_frame) continue;
        const size_t age =
            (f - 2) * static_cast<size_t>(bench.steps_per_frame) + static_cast<size_t>(hold);
        for (size_t l = 0; l < 3 && l <= age; ++l) {
          sum[l] += tick.layers[l].goodness;
          count[l] += 1;
        }
      }
    }
  }
  for (size_t l = 0; l < 3; ++l) sum[l] /= count[l];
  return sum;
}

TEST(Prober, ItsLayersSayWhatTheNetworkSays) {
  for (const int steps : {1, 2}) {
    for (const InputScale scale : {InputScale::kLengthNormalised, InputScale::kScaled}) {
      NetworkOptions options = SmallNetwork();
      options.input_scale = scale;
      options.layers[1].top_down = false;
      options.layers[2].layer.self = false;
      Bench bench(options, steps);
      const ProbeFigures figures = bench.Score();
      const std::vector<double> expected = GoodnessOfTheNetwork(bench);
      for (size_t l = 0; l < 3; ++l) {
        EXPECT_NEAR(figures.layers[l].real_goodness, expected[l], 1e-4) << l;
      }
    }
  }
}

TEST(Prober, FiguresDependOnWeightsAndSetAlone) {
  const Bench bench;
  Prober prober = bench.MakeProber();
  SerialExecutor forwards;
  ReversedExecutor backwards;
  const ProbeFigures first = prober.Score(forwards);
  const ProbeFigures again = prober.Score(backwards);
  for (size_t l = 0; l < 3; ++l) {
    EXPECT_EQ(first.layers[l].auc, again.layers[l].auc);
    EXPECT_EQ(first.layers[l].real_goodness, again.layers[l].real_goodness);
    EXPECT_EQ(first.layers[l].real_histogram, again.layers[l].real_histogram);
  }
}

TEST(Prober, OtherWeightsOtherFigures) {
  Bench bench;
  const ProbeFigures before = bench.Score();
  bench.ChangeWeights(0, 2);
  const ProbeFigures after = bench.Score();
  EXPECT_NEAR(after.layers[0].real_goodness, 4 * before.layers[0].real_goodness, 1e-3);
  EXPECT_NEAR(after.layers[0].weights.mean, 2 * before.layers[0].weights.mean, 1e-4);
  EXPECT_EQ(after.layers[1].weights.mean, before.layers[1].weights.mean);
}

TEST(Prober, EveryPlaceOfEveryFrameIsCountedOnceItHasBeenReached) {
  const Bench bench;
  const ProbeFigures figures = bench.Score();
  const auto counted = [](const ProbabilityHistogram& histogram) {
    return std::accumulate(histogram.begin(), histogram.end(), uint64_t{0});
  };
  for (size_t l = 0; l < 3; ++l) {
    EXPECT_EQ(counted(figures.layers[l].real_histogram), kRecorded * (4 - l) * 6);
    EXPECT_EQ(counted(figures.layers[l].negative_histogram), 3 * kRecorded * (4 - l) * 6);
  }
}

TEST(Prober, KindThatTheSetHasNotIsCountedNowhere) {
  const Bench bench(SmallNetwork(), 1, /*symbols=*/true);
  const LayerProbe layer = bench.Score().layers[0];
  EXPECT_FALSE(layer.auc_of[static_cast<size_t>(ProbeNegative::kHybrid)]);
  const double splice = layer.auc_of[static_cast<size_t>(ProbeNegative::kSplice)].value();
  const double dream = layer.auc_of[static_cast<size_t>(ProbeNegative::kEarlyDream)].value();
  EXPECT_NEAR(layer.auc, (splice + dream) / 2, 1e-6) << "both have as many places";
  EXPECT_EQ(std::accumulate(layer.negative_histogram.begin(), layer.negative_histogram.end(),
                            uint64_t{0}),
            2 * kRecorded * 4 * 6);
}

TEST(Prober, SilentLayerIsAllDead) {
  Bench bench;
  bench.ChangeWeights(1, 0);
  const ProbeFigures figures = bench.Score();
  EXPECT_EQ(figures.layers[1].dead_units, 10u);
  EXPECT_EQ(figures.layers[1].units, 10u);
  EXPECT_EQ(figures.layers[1].auc, 0.5);
  EXPECT_EQ(figures.layers[1].pairwise_accuracy, 0.5);
  EXPECT_EQ(figures.layers[1].effective_rank, 0);
  EXPECT_LT(figures.layers[0].dead_units, 12u);
}

TEST(Prober, WeightsThatAreNotFiniteAreToldAndBreakNothing) {
  Bench bench;
  LayerParameters parameters = bench.network.layer(2).parameters();
  parameters.weights.values()[0] = std::numeric_limits<float>::quiet_NaN();
  bench.network.mutable_layer(2).SetParameters(parameters);
  const ProbeFigures figures = bench.Score();
  EXPECT_FALSE(figures.layers[2].finite);
  EXPECT_TRUE(figures.layers[0].finite);
  EXPECT_EQ(figures.layers[2].auc, 0.5);
}

}  // namespace
}  // namespace hypnos
