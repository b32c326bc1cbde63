#include "imaging/rate_limit.h"

#include <gtest/gtest.h>

#include <vector>

namespace hypnos {
namespace {

using std::chrono::milliseconds;

// How many pass of pictures that come so often for so long, each up to `early` before its time.
int Passed(RateLimit& limit, double rate_hz, double seconds, Duration early = {}) {
  int passed = 0;
  for (int i = 0; i < rate_hz * seconds; ++i) {
    const Duration time = FromSeconds(100 + i / rate_hz) - (i % 2 == 1 ? early : Duration::zero());
    passed += limit.Admits(Instant(time)) ? 1 : 0;
  }
  return passed;
}

TEST(RateLimit, LetsThroughSoManyWhateverComes) {
  for (const double rate_hz : {11.0, 15.0, 25.0, 30.0, 60.0, 1000.0}) {
    RateLimit limit(10);
    const int passed = Passed(limit, rate_hz, 100);
    EXPECT_LE(passed, 1002) << rate_hz;
    EXPECT_GE(passed, 990) << rate_hz;
  }
}

TEST(RateLimit, LosesNothingOfWhatIsAsFastOrSlower) {
  for (const double rate_hz : {10.0, 5.0, 0.1}) {
    RateLimit limit(10);
    EXPECT_EQ(Passed(limit, rate_hz, 100, milliseconds(20)), static_cast<int>(rate_hz * 100));
  }
}

TEST(RateLimit, TheFirstPasses) {
  RateLimit limit(0.001);
  EXPECT_TRUE(limit.Admits(Instant()));
  EXPECT_FALSE(limit.Admits(Instant(milliseconds(100))));
}

TEST(RateLimit, MakesUpForOnePictureAfterASilence) {
  RateLimit limit(10);
  EXPECT_TRUE(limit.Admits(Instant(milliseconds(0))));
  int passed = 0;
  for (int i = 0; i < 10; ++i) passed += limit.Admits(Instant(milliseconds(60'000 + i))) ? 1 : 0;
  EXPECT_LE(passed, 2);
}

TEST(RateLimit, NoneLetsEverythingThrough) {
  RateLimit limit(0);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limit.Admits(Instant()));
}

}  // namespace
}  // namespace hypnos
