#include "hypnos/base/clock.h"

#include <gtest/gtest.h>

#include "support/simulated_clock.h"

namespace hypnos {
namespace {

TEST(SystemClock, NeverGoesBack) {
  const SystemClock clock;
  Instant before = clock.Now();
  for (int i = 0; i < 1000; ++i) {
    const Instant now = clock.Now();
    ASSERT_GE(now, before);
    before = now;
  }
}

TEST(SystemClock, TellsTheTimeOfDay) {
  const SystemClock clock;
  const WallTime before = std::chrono::system_clock::now();
  const WallTime now = clock.WallNow();
  EXPECT_GE(now, before);
  EXPECT_LT(Seconds(now - before), 60);
}

TEST(SystemClock, MovesBothTimesAlike) {
  const SystemClock clock;
  const Instant start = clock.Now();
  while (Seconds(clock.Now() - start) < 0.001) {
  }
  EXPECT_GE(Seconds(clock.Now() - start), 0.001);
}

TEST(Duration, TurnsIntoSecondsAndBack) {
  EXPECT_DOUBLE_EQ(Seconds(std::chrono::milliseconds(1500)), 1.5);
  EXPECT_EQ(FromSeconds(0.04), std::chrono::milliseconds(40));
  EXPECT_EQ(FromSeconds(-2), -std::chrono::seconds(2));
}

TEST(SimulatedClock, MovesOnlyWhenTold) {
  SimulatedClock clock;
  const Instant start = clock.Now();
  const WallTime wall_start = clock.WallNow();
  EXPECT_EQ(clock.Now(), start);
  clock.AdvanceSeconds(60);
  EXPECT_EQ(Seconds(clock.Now() - start), 60);
  EXPECT_EQ(Seconds(clock.WallNow() - wall_start), 60);
}

}  // namespace
}  // namespace hypnos
