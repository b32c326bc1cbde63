// A network that reads text: what it learns, forecasts and dreams.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "hypnos/pipeline/symbol_forecast.h"
#include "hypnos/sources/text_encoder.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/one_hot.h"
#include "hypnos/tensor/softmax.h"
#include "pipeline/fixture.h"
#include "pipeline/network_copy.h"

namespace hypnos {
namespace {

constexpr size_t kReaders = 10, kSymbols = 5;

PipelineOptions Reader() {
  PipelineOptions options;
  options.encoder = TextEncoderOptions{.symbols = kSymbols, .window = 4, .readers = kReaders};
  options.network.patches.size = 1;
  options.network.generator = {.kind = GeneratorKind::kSoftmax, .rate = 0.3f, .symbols = kSymbols};
  options.network.layers.resize(2);
  for (auto& layer : options.network.layers) {
    layer.layer.units = 40;
    layer.layer.temperature_per_unit = 0.5f;
    layer.layer.peer_normalisation = 0;
  }
  options.network.learning = {.rule = LearningRule::kInterleaved,
                              .optimiser = Optimiser::kRms,
                              .rate = 0.003f,
                              .velocity = 0,
                              .weight_decay = 0};
  options.negatives = {.dream = 0, .one_step = 1};
  options.dream_steps = 4;
  options.threads = 2;
  return options;
}

// 0 1 2 3 4 0 1 2 …, each reader elsewhere, and now and then a symbol that breaks the row.
std::vector<Frame> Text(int64_t frames, bool learn = true) {
  Rng rng(3);
  std::vector<Frame> text;
  for (int64_t t = 0; t < frames; ++t) {
    Frame frame;
    frame.clip = "row";
    frame.index = t;
    frame.discontinuity = t == 0 ? Discontinuity::kStart : Discontinuity::kNone;
    frame.learn = learn;
    for (size_t reader = 0; reader < kReaders; ++reader) {
      const size_t next = (static_cast<size_t>(t) + reader) % kSymbols;
      frame.symbols.push_back(
          static_cast<uint8_t>(rng.Below(20) == 0 ? rng.Below(kSymbols) : next));
    }
    text.push_back(std::move(frame));
  }
  return text;
}

double MeanBits(const Recorder& recorder, size_t first, size_t last) {
  double bits = 0;
  for (size_t i = first; i < last; ++i) bits += recorder.frames[i].prediction_error.value_or(9);
  return bits / static_cast<double>(last - first);
}

Look LookAt(Pipeline& pipeline) {
  std::optional<Result<Look>> look;
  pipeline.Post([&](PipelineControl& control) {
    look.emplace(control.TakeLook({.weights = true, .picture = true, .residuals = true}));
  });
  HYPNOS_CHECK(look && look->ok());
  return **look;
}

TEST(Text, IsForetoldInFewerAndFewerBits) {
  const Watched run(Reader(), Text(600));
  ASSERT_TRUE(run.result->ok());
  const auto& frames = run.recorder.frames;
  ASSERT_EQ(frames.size(), 600u);
  EXPECT_EQ(frames[0].symbols, kReaders);
  EXPECT_FALSE(frames[0].prediction_error);
  EXPECT_NEAR(*frames[1].prediction_error, std::log2(kSymbols), 0.01);
  EXPECT_LT(MeanBits(run.recorder, 500, 600), 1.0);
  EXPECT_FALSE(run.recorder.dreams.empty());
}

TEST(Text, SameBitsForAnyNumberOfThreads) {
  PipelineOptions options = Reader();
  const Watched two(options, Text(80));
  options.threads = 1;
  options.frames_in_flight = 1;
  const Watched one(options, Text(80));
  ASSERT_TRUE(one.result->ok() && two.result->ok());
  EXPECT_EQ(one.recorder.text, two.recorder.text);
}

TEST(Text, SleepsAndDreamsOfIt) {
  PipelineOptions options = Reader();
  options.network.learning = {};
  options.negatives = {};
  options.schedule = {.wake_steps = 20, .sleep_steps = 8};
  options.memory = {.sequences = 4, .context_frames = 3, .interval_frames = 3, .residuals = 4};
  const Watched run(options, Text(200));
  ASSERT_TRUE(run.result->ok());
  EXPECT_GT((*run.result)->sleeps, 3u);
  EXPECT_LT(MeanBits(run.recorder, 150, 200), MeanBits(run.recorder, 1, 50));
}

TEST(Text, LearnsNothingFromWhatIsHeldOut) {
  const Watched run(Reader(), Text(200, false));
  ASSERT_TRUE(run.result->ok());
  EXPECT_NEAR(MeanBits(run.recorder, 150, 200), std::log2(kSymbols), 0.01);
}

TEST(Text, AForecastGoesOnWithTheRow) {
  Watched run(Reader(), Text(600));
  ASSERT_TRUE(run.result->ok());
  const Look look = LookAt(run.pipeline);
  for (const float share : {0.0f, 1.0f}) {
    const auto forecast = ForecastSymbols(look, 7, share);
    ASSERT_TRUE(forecast.ok());
    EXPECT_EQ(forecast->likeliest, (std::vector<uint8_t>{0, 1, 2, 3, 4, 0, 1})) << share;
    ASSERT_EQ(forecast->next.size(), kSymbols);
    EXPECT_NEAR(std::accumulate(forecast->next.begin(), forecast->next.end(), 0.0), 1, 1e-5);
    EXPECT_GT(forecast->next[0], 0.5f);
  }
}

// The read-out knows nothing here; what is right is known to the layers alone.
TEST(Text, GoodnessForetellsWhereTheReadOutCannot) {
  PipelineOptions options = Reader();
  options.network.generator.rate = 0;
  Watched run(options, Text(1500));
  ASSERT_TRUE(run.result->ok());
  const Look look = LookAt(run.pipeline);
  const auto alone = ForecastSymbols(look, 1, 0), corrected = ForecastSymbols(look, 1, 1);
  ASSERT_TRUE(alone.ok() && corrected.ok());
  EXPECT_NEAR(alone->next[0], 1.0f / kSymbols, 1e-5f);
  EXPECT_EQ(corrected->likeliest[0], 0);
  EXPECT_GT(corrected->next[0], 2.0f / kSymbols);
}

// The equation, one symbol after the other, each shown to all readers of the network as it is.
TEST(Text, AForecastIsWhatTryingEachSymbolInTurnSays) {
  Watched run(Reader(), Text(200));
  ASSERT_TRUE(run.result->ok());
  const Look look = LookAt(run.pipeline);
  std::vector<float> log_odds;
  for (size_t symbol = 0; symbol < kSymbols; ++symbol) {
    Network network = CopyNetwork(look).value();
    Planes shown = look.prediction;
    for (size_t c = 0; c < kSymbols; ++c) {
      std::ranges::fill(shown.plane(static_cast<int>(c)), c == symbol ? OneHotValue(kSymbols) : 0);
    }
    float mean = 0;
    SerialExecutor executor;
    Tick tick;
    for (size_t layer = 0; layer < 2; ++layer) {
      ++tick.number;
      network.RunTick(tick, shown, executor);
      const float units = 40, threshold = look.layers[layer].threshold_per_unit;
      mean += (network.goodness(Lane::kReal, layer)[0] - threshold * units) / (0.5f * units) / 2;
    }
    log_odds.push_back(std::log(look.prediction.plane(static_cast<int>(symbol))[0]) + mean);
  }
  Softmax(log_odds);
  const auto forecast = ForecastSymbols(look, 1, 1);
  ASSERT_TRUE(forecast.ok());
  for (size_t c = 0; c < kSymbols; ++c) EXPECT_NEAR(forecast->next[c], log_odds[c], 1e-4) << c;
}

TEST(Text, ADreamIsTextAndTheSameOneForTheSameSeed) {
  Watched run(Reader(), Text(600));
  ASSERT_TRUE(run.result->ok());
  const Look look = LookAt(run.pipeline);
  const auto dream = [&](uint64_t seed) {
    auto rollout = Rollout::Create(look, Rng(seed));
    HYPNOS_CHECK(rollout.ok());
    std::vector<uint8_t> symbols;
    for (int i = 0; i < 40; ++i) {
      const auto newest = NewestSymbols(rollout->Next(), kSymbols);
      EXPECT_EQ(newest.size(), kReaders);
      symbols.push_back(newest[0]);
    }
    return symbols;
  };
  const auto first = dream(1);
  EXPECT_EQ(dream(1), first);
  EXPECT_NE(dream(2), first);
  int in_row = 0;
  for (size_t i = 1; i < first.size(); ++i) {
    in_row += first[i] == (first[i - 1] + 1) % static_cast<int>(kSymbols) ? 1 : 0;
  }
  EXPECT_GT(in_row, 25);
}

TEST(Text, LookingChangesNothing) {
  Watched run(Reader(), Text(100));
  const Look before = LookAt(run.pipeline);
  ASSERT_TRUE(ForecastSymbols(before, 3, 1).ok());
  const Look after = LookAt(run.pipeline);
  EXPECT_TRUE(std::ranges::equal(before.generator.values(), after.generator.values()));
  EXPECT_EQ(before.goodness, after.goodness);
}

// A mask over readers would leave each of them whole.
TEST(Text, IsProbedWithoutHybrids) {
  PipelineOptions options = Reader();
  options.probe = {.sequences = 2, .interval_frames = 20, .locations = kReaders};
  const Watched run(options, Text(80));
  ASSERT_TRUE(run.result->ok());
  const auto& last = (*run.result)->probes.last;
  ASSERT_TRUE(last);
  const auto& auc_of = last->figures.layers[0].auc_of;
  EXPECT_TRUE(auc_of[static_cast<size_t>(ProbeNegative::kSplice)]);
  EXPECT_FALSE(auc_of[static_cast<size_t>(ProbeNegative::kHybrid)]);
}

}  // namespace
}  // namespace hypnos
