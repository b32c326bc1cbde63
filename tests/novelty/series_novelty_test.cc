#include "hypnos/novelty/series_novelty.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

constexpr SeriesReading kMissing = {};

// Noise about a wave.
class Sensor {
 public:
  SeriesReading Next() {
    const double error = 0.1 * static_cast<double>(rng_.Normal());
    return {.value = std::sin(++row_ / 20.0) + error, .error = error};
  }

 private:
  Rng rng_{1};
  double row_ = 0;
};

SeriesReport Watch(SeriesNovelty& novelty, SeriesReading reading, SeriesMoment moment = {}) {
  return novelty.Observe({&reading, 1}, moment);
}

TEST(SeriesNovelty, TellsASpikeAndNotWhatFollowsIt) {
  SeriesNovelty novelty({});
  Sensor sensor;
  double highest = 0;
  for (int i = 0; i < 2000; ++i) highest = std::max(highest, Watch(novelty, sensor.Next()).score);
  const SeriesReport spike = Watch(novelty, {.value = 20, .error = 19});
  EXPECT_GT(spike.score, highest);
  EXPECT_EQ(spike.told, spike.score);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Watch(novelty, sensor.Next()).told, 0) << i;
}

TEST(SeriesNovelty, TellsWhatIsUnusualByTheErrorAlone) {
  SeriesNovelty novelty({.evidence = {{SeriesSignal::kValue, 1}, {SeriesSignal::kError, 1}}});
  Sensor sensor;
  double highest = 0;
  for (int i = 0; i < 2000; ++i) {
    const double told = Watch(novelty, sensor.Next()).told;
    if (i > 300) highest = std::max(highest, told);
  }
  SeriesReading reading = sensor.Next();
  reading.error = 5;
  EXPECT_GT(Watch(novelty, reading).score, highest);
}

// Noise, of which a network foretells all but a share.
SeriesReading Foretold(Rng& rng, double share) {
  const auto value = static_cast<double>(rng.Normal());
  return {.value = value, .error = share * static_cast<double>(rng.Normal()), .foretold = value};
}

TEST(SeriesNovelty, ListensToForecastsByAsMuchAsTheyForetell) {
  const double kShares[] = {0.1, 0.7, 1.1};
  std::vector<double> scores;
  double unwatched = 0;
  for (const double share : kShares) {
    SeriesNovelty novelty({}), alone({});
    Rng rng(3);
    for (int i = 0; i < 3000; ++i) {
      const SeriesReading reading = Foretold(rng, share);
      Watch(novelty, reading);
      Watch(alone, {.value = reading.value});
    }
    // A usual value, which nobody foretold.
    scores.push_back(Watch(novelty, {.value = 0.1, .error = 50, .foretold = 0.1}).score);
    unwatched = Watch(alone, {.value = 0.1}).score;
  }
  EXPECT_GT(scores[0], 2);
  EXPECT_GT(scores[0], 1.5 * scores[1]);
  EXPECT_GT(scores[1], unwatched + 0.5);
  EXPECT_EQ(scores[2], unwatched);
}

// Two sensors that say the same, but for a little noise.
std::vector<SeriesReading> Alike(Rng& rng) {
  const auto x = static_cast<double>(rng.Normal());
  return {{.value = x}, {.value = 50 + 7 * (x + 0.05 * static_cast<double>(rng.Normal()))}};
}

TEST(SeriesNovelty, TellsWhatIsUsualByItselfButNotBesideTheOthers) {
  SeriesNovelty novelty({}), apart({.together_windows = {}});
  Rng rng(1);
  for (int i = 0; i < 3000; ++i) {
    const auto row = Alike(rng);
    novelty.Observe(row, {});
    apart.Observe(row, {});
  }
  const std::vector<SeriesReading> torn = {{.value = 1}, {.value = 50 - 7}};
  EXPECT_LT(apart.Observe(torn, {}).score, 1);
  EXPECT_GT(novelty.Observe(torn, {}).score, 1.5);
}

TEST(SeriesNovelty, TellsWhatDoesNotHangTogetherByErrorsOfForecasts) {
  SeriesNovelty novelty({});
  Rng rng(1);
  const auto row = [&](double error, double other) {
    const auto x = static_cast<double>(rng.Normal()), y = static_cast<double>(rng.Normal());
    return std::vector<SeriesReading>{{.value = x, .error = error, .foretold = x},
                                      {.value = y, .error = other, .foretold = y}};
  };
  for (int i = 0; i < 3000; ++i) {
    const auto error = static_cast<double>(rng.Normal());
    novelty.Observe(row(error, error + 0.05 * static_cast<double>(rng.Normal())), {});
  }
  SeriesNovelty same({});
  MemorySaver saving;
  novelty.ExchangeState(saving);
  MemoryLoader loading(saving.saved());
  same.ExchangeState(loading);
  ASSERT_TRUE(loading.status().ok()) << loading.status().error().message;
  const double together = novelty.Observe(row(1, 1), {}).score;
  EXPECT_GT(same.Observe(row(1, -1), {}).score, together + 0.5);
}

TEST(SeriesNovelty, OneColumnHangsTogetherWithNothing) {
  SeriesNovelty one({}), other({.together_windows = {}});
  Sensor sensor;
  for (int i = 0; i < 500; ++i) {
    const SeriesReading reading = sensor.Next();
    ASSERT_EQ(Watch(one, reading).score, Watch(other, reading).score) << i;
  }
}

TEST(SeriesNovelty, StandsMoreColumnsThanAreTakenTogether) {
  SeriesNovelty novelty({});
  Rng rng(1);
  double before = 0;
  for (int i = 0; i < 800; ++i) {
    std::vector<SeriesReading> row(70);
    for (SeriesReading& each : row) each.value = static_cast<double>(rng.Normal());
    before = novelty.Observe(row, {}).score;
  }
  std::vector<SeriesReading> row(70, {.value = 0});
  row[69].value = 100;
  EXPECT_GT(novelty.Observe(row, {}).score, before);
}

TEST(SeriesNovelty, IsTheSameInAnyUnit) {
  SeriesNovelty one({}), other({});
  Sensor sensor;
  for (int i = 0; i < 500; ++i) {
    const SeriesReading reading = sensor.Next();
    const SeriesReading scaled = {.value = 1e6 * reading.value, .error = reading.error};
    EXPECT_NEAR(Watch(one, reading).score, Watch(other, scaled).score, 0.05) << i;
  }
}

TEST(SeriesNovelty, NamesTheColumn) {
  SeriesNovelty novelty({});
  Sensor sensor;
  for (int i = 0; i < 1000; ++i) {
    const std::vector<SeriesReading> row = {sensor.Next(), {.value = double(i % 5)}, kMissing};
    novelty.Observe(row, {});
  }
  const std::vector<SeriesReading> row = {sensor.Next(), {.value = 100}, kMissing};
  EXPECT_EQ(novelty.Observe(row, {}).column, 1u);
}

TEST(SeriesNovelty, TakesWhatIsMissingOrAbsurdForGranted) {
  SeriesNovelty novelty({});
  Sensor sensor;
  constexpr double kAbsurd[] = {1e308, -1e308, INFINITY, 0.0, NAN};
  for (const double value : kAbsurd) {
    const SeriesReport report = Watch(novelty, {.value = value, .error = value});
    EXPECT_TRUE(std::isfinite(report.score)) << value;
  }
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(std::isfinite(Watch(novelty, i % 3 == 0 ? kMissing : sensor.Next()).score));
  }
}

TEST(SeriesNovelty, OneAbsurdValueDoesNotBlindIt) {
  SeriesNovelty novelty({});
  Sensor sensor;
  for (int i = 0; i < 2000; ++i) Watch(novelty, sensor.Next());
  Watch(novelty, {.value = 1e9});
  double usual = 0;
  for (int i = 0; i < 400; ++i) {
    const double told = Watch(novelty, sensor.Next()).told;
    if (i > 100) usual = std::max(usual, told);
  }
  EXPECT_GT(Watch(novelty, {.value = 20}).told, usual);
}

TEST(SeriesNovelty, ComparesNothingOverACut) {
  const SeriesNoveltyOptions options = {.evidence = {{SeriesSignal::kChange, 1}}};
  SeriesNovelty with(options), without(options);
  for (int i = 0; i < 1000; ++i) {
    Watch(with, {.value = std::sin(i / 20.0)});
    Watch(without, {.value = std::sin(i / 20.0)});
  }
  EXPECT_LT(Watch(with, {.value = 0.9}, {.cut = true}).score, 1);
  EXPECT_GT(Watch(without, {.value = 0.9}).score, 2);
}

TEST(SeriesNovelty, LeavesWhatIsUsualAloneWhereNothingIsLearned) {
  const SeriesNoveltyOptions options = {.evidence = {{SeriesSignal::kValue, 1}},
                                        .most_rest_rows = 0};
  SeriesNovelty one(options), other(options);
  Sensor sensor;
  for (int i = 0; i < 200; ++i) {
    const SeriesReading reading = sensor.Next();
    Watch(one, reading);
    Watch(other, reading);
  }
  for (int i = 0; i < 50; ++i) Watch(one, {.value = 20}, {.learn = false});
  EXPECT_EQ(Watch(one, {.value = 3}).score, Watch(other, {.value = 3}).score);
}

TEST(SeriesNovelty, GoesOnFromASavedStateAsIfNeverInterrupted) {
  const SeriesNoveltyOptions options = {
      .evidence = {{SeriesSignal::kValue, 1}, {SeriesSignal::kError, 7}}, .most_rest_rows = 20};
  SeriesNovelty one(options), other(options);
  Sensor sensor;
  Rng rng(3);
  for (int i = 0; i < 333; ++i) Watch(one, i % 2 == 0 ? sensor.Next() : Foretold(rng, 0.1));
  MemorySaver saving;
  one.ExchangeState(saving);
  MemoryLoader loading(saving.saved());
  other.ExchangeState(loading);
  ASSERT_TRUE(loading.status().ok()) << loading.status().error().message;
  EXPECT_THAT(loading.left(), testing::IsEmpty());
  for (int i = 0; i < 50; ++i) {
    const SeriesReading reading = i % 2 == 0 ? sensor.Next() : Foretold(rng, 0.1);
    const SeriesReport a = Watch(one, reading), b = Watch(other, reading);
    EXPECT_EQ(a.score, b.score) << i;
    EXPECT_EQ(a.told, b.told) << i;
  }
}

}  // namespace
}  // namespace hypnos
