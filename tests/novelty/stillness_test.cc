#include "novelty/stillness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

// Ten frames a second of twenty places, all of which change by about as much.
class StillnessOf : public testing::Test {
 protected:
  double Show(float change, int frames, double memory = 1, double weight = 1) {
    double score = 0;
    for (int i = 0; i < frames; ++i) {
      const std::vector<float> places(20, change * (0.8f + 0.4f * rng_.Uniform()));
      score = stillness_.Judge(places, 0.1);
      stillness_.Learn(memory, weight);
    }
    return score;
  }
  // Looked at.
  double Look(float change, int frames) {
    double score = 0;
    const std::vector<float> places(20, change);
    for (int i = 0; i < frames; ++i) score = stillness_.Judge(places, 0.1);
    return score;
  }

  Stillness stillness_;
  Rng rng_{5};
};

TEST_F(StillnessOf, APictureThatStopsIsToldWithinTwoSeconds) {
  EXPECT_LT(Show(0.01f, 1000), 2);
  EXPECT_LT(Look(0, 5), 2);
  EXPECT_GT(Look(0, 16), 5);
  EXPECT_LT(Look(0.01f, 1), 2);
}

TEST_F(StillnessOf, UnitsDoNotMatter) {
  Show(1e-5f, 1000);
  EXPECT_GT(Look(0, 20), 3);
}

TEST_F(StillnessOf, AQuietMomentIsNone) {
  Show(0.02f, 1000);
  EXPECT_LT(Look(0.01f, 50), 3);
}

// As of a stream that is shown at twice its rate, or of which an encoder sends changes now and
// then.
TEST_F(StillnessOf, PicturesThatAreSentTwiceAreNone) {
  for (int i = 0; i < 500; ++i) {
    Show(0.01f, 1);
    EXPECT_LT(Show(0, 1), 3) << i;
  }
  EXPECT_LT(Look(0, 8), 3);
  EXPECT_GT(Look(0, 20), 3);
}

TEST_F(StillnessOf, WhereNothingMovesThatIsUsual) {
  Show(0, 1000);
  EXPECT_LT(Look(0, 50), 1);
  EXPECT_LT(Show(0.01f, 10), 1);
  EXPECT_LT(Look(0, 50), 1);
}

TEST_F(StillnessOf, WhatStandsStillForLongBecomesUsual) {
  Show(0.01f, 1000);
  EXPECT_GT(Look(0, 20), 3);
  EXPECT_LT(Show(0, 300), 3);
}

TEST_F(StillnessOf, ACutIsNoStillness) {
  Show(0.01f, 1000);
  stillness_.Cut();
  EXPECT_LT(Look(0, 9), 1);
}

TEST_F(StillnessOf, ValuesThatAreNotFiniteDoNoHarm) {
  Show(0.01f, 500);
  Show(std::numeric_limits<float>::quiet_NaN(), 30);
  Show(std::numeric_limits<float>::infinity(), 30);
  EXPECT_TRUE(std::isfinite(Show(0.01f, 500)));
}

TEST_F(StillnessOf, OneThatIsLoadedGoesOnBitForBit) {
  Show(0.01f, 503);
  const SavedState saved = StateOf(stillness_);
  MemoryLoader loader(saved);
  Stillness loaded;
  loaded.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  const std::vector<float> quiet(20, 0.001f);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(loaded.Judge(quiet, 0.1), stillness_.Judge(quiet, 0.1));
}

TEST_F(StillnessOf, WhatIsDamagedIsRefused) {
  Show(0.01f, 500);
  const SavedState good = StateOf(stillness_);
  const double none = -1;
  for (const char* name : {"largest", "seconds", "before", "history.weights"}) {
    SavedState damaged = good;
    ASSERT_TRUE(damaged.contains(name)) << name;
    std::memcpy(damaged.at(name).bytes.data(), &none, sizeof(none));
    MemoryLoader loader(damaged);
    Stillness().ExchangeState(loader);
    EXPECT_FALSE(loader.status().ok()) << name;
  }
}

}  // namespace
}  // namespace hypnos
