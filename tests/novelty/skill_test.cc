#include "novelty/skill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

double Noise(Rng& rng) { return static_cast<double>(rng.Normal()); }

TEST(Skill, IsTheShareThatAForecastExplainsBeyondTheSimpleOnes) {
  Skill skill;
  Rng rng(1);
  // Noise: what is usual is off by a variance of 1, what stays as it is by 2.
  for (int row = 0; row < 3000; ++row) skill.Learn(Noise(rng), 0.5 * Noise(rng), std::nullopt);
  EXPECT_NEAR(skill.Share(), 0.75, 0.05);
}

TEST(Skill, IsNoneOfWhatOnlyKnowsThatAValueStays) {
  Skill skill;
  Rng rng(1);
  double walk = 0;
  for (int row = 0; row < 3000; ++row) {
    const double step = Noise(rng);
    skill.Learn(walk += step, 1.05 * step, std::nullopt);
  }
  EXPECT_EQ(skill.Share(), 0);
}

TEST(Skill, IsNoneOfWhatOnlyKnowsTheHour) {
  Skill skill;
  Rng rng(1);
  Duration time{};
  for (int row = 0; row < 24 * 100; ++row, time += std::chrono::hours(1)) {
    const double noise = 0.1 * Noise(rng);
    skill.Learn((row % 2 == 0 ? 1 : -1) + noise, 1.05 * noise, time);
  }
  EXPECT_EQ(skill.Share(), 0);
}

TEST(Skill, ComparesNothingOverACutOrWithWhatIsMissing) {
  Skill skill;
  for (int row = 0; row < 1000; ++row) {
    skill.Cut();
    skill.Learn(row % 3, 0.1, std::nullopt);
    skill.Learn(NAN, 0.1, std::nullopt);
    skill.Learn(row % 2, NAN, std::nullopt);
    skill.Learn(INFINITY, INFINITY, std::nullopt);
  }
  EXPECT_EQ(skill.Share(), 0);
}

TEST(Skill, GoesOnFromASavedStateAsIfNeverInterrupted) {
  Skill one, other;
  Rng rng(1);
  for (int row = 0; row < 500; ++row) one.Learn(Noise(rng), 0.5 * Noise(rng), std::nullopt);
  MemorySaver saving;
  one.ExchangeState(saving);
  MemoryLoader loading(saving.saved());
  other.ExchangeState(loading);
  ASSERT_TRUE(loading.status().ok()) << loading.status().error().message;
  EXPECT_THAT(loading.left(), testing::IsEmpty());
  for (Skill* each : {&one, &other}) each->Learn(0.5, 0.25, std::nullopt);
  EXPECT_GT(one.Share(), 0.5);
  EXPECT_EQ(one.Share(), other.Share());
}

}  // namespace
}  // namespace hypnos
