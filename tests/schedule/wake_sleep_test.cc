#include "hypnos/schedule/wake_sleep.h"

#include <gtest/gtest.h>

#include <string>

namespace hypnos {
namespace {

// One letter a step, the phase in which it was made; a bar where it ended the phase.
std::string Course(WakeSleep& schedule, int steps) {
  std::string course;
  for (int step = 0; step < steps; ++step) {
    course += schedule.asleep() ? 's' : 'w';
    if (schedule.OnStep()) course += '|';
  }
  return course;
}

TEST(WakeSleep, TakesTurns) {
  WakeSleep schedule({.wake_steps = 3, .sleep_steps = 2});
  EXPECT_EQ(Course(schedule, 12), "www|ss|www|ss|ww");
}

TEST(WakeSleep, PhasesMayBeOneStepLong) {
  WakeSleep schedule({.wake_steps = 1, .sleep_steps = 1});
  EXPECT_EQ(Course(schedule, 4), "w|s|w|s|");
}

TEST(WakeSleep, KnowsHowFarThePhaseIs) {
  WakeSleep schedule({.wake_steps = 3, .sleep_steps = 2});
  EXPECT_EQ(schedule.step(), 0u);
  EXPECT_EQ(schedule.length(), 3u);
  Course(schedule, 2);
  EXPECT_EQ(schedule.step(), 2u);
  Course(schedule, 1);
  EXPECT_EQ(schedule.step(), 0u) << "of the sleep";
  EXPECT_EQ(schedule.length(), 2u);
}

TEST(WakeSleep, StaysAwakeWhileItMayNotSleep) {
  WakeSleep schedule({.wake_steps = 3, .sleep_steps = 2});
  for (int step = 0; step < 7; ++step) EXPECT_FALSE(schedule.OnStep(/*may_sleep=*/false));
  EXPECT_EQ(schedule.step(), 3u) << "of 3";
  EXPECT_EQ(Course(schedule, 6), "w|ss|www|");
}

TEST(WakeSleep, NothingButTheEndOfSleepWakes) {
  WakeSleep schedule({.wake_steps = 1, .sleep_steps = 2});
  schedule.OnStep();
  EXPECT_FALSE(schedule.OnStep(/*may_sleep=*/false));
  EXPECT_TRUE(schedule.OnStep(/*may_sleep=*/false));
}

TEST(WakeSleep, CountsASleepWhenItIsOver) {
  WakeSleep schedule({.wake_steps = 3, .sleep_steps = 2});
  Course(schedule, 4);
  EXPECT_TRUE(schedule.asleep());
  EXPECT_EQ(schedule.sleeps(), 0u);
  Course(schedule, 1);
  EXPECT_EQ(schedule.sleeps(), 1u);
  Course(schedule, 10);
  EXPECT_EQ(schedule.sleeps(), 3u);
}

TEST(WakeSleep, NeverSleepsWithoutBothLengths) {
  for (const WakeSleepOptions& options : {WakeSleepOptions{.wake_steps = 0, .sleep_steps = 5},
                                          WakeSleepOptions{.wake_steps = 5, .sleep_steps = 0},
                                          WakeSleepOptions{.wake_steps = 0, .sleep_steps = 0}}) {
    WakeSleep schedule(options);
    EXPECT_EQ(Course(schedule, 8), "wwwwwwww");
    EXPECT_EQ(schedule.sleeps(), 0u);
    EXPECT_EQ(schedule.step(), 0u);
    EXPECT_EQ(schedule.length(), 0u);
  }
}

TEST(WakeSleep, SleepsWhenToldToAndGoesOnAsBefore) {
  WakeSleep schedule({.wake_steps = 4, .sleep_steps = 2});
  EXPECT_EQ(Course(schedule, 1), "w");
  schedule.SleepNow(0);
  EXPECT_EQ(schedule.length(), 2u);
  EXPECT_EQ(Course(schedule, 9), "ss|wwww|ss|w");
}

TEST(WakeSleep, SleepsAsLongAsToldOnce) {
  WakeSleep schedule({.wake_steps = 2, .sleep_steps = 1});
  schedule.SleepNow(3);
  EXPECT_EQ(schedule.length(), 3u);
  EXPECT_EQ(Course(schedule, 6), "sss|ww|s|");
}

TEST(WakeSleep, WhoNeverSleepsByItselfCanBeTold) {
  WakeSleep schedule({.wake_steps = 0, .sleep_steps = 0});
  schedule.SleepNow(2);
  EXPECT_EQ(Course(schedule, 4), "ss|ww");
  schedule.SleepNow(0);
  EXPECT_EQ(schedule.length(), 0u) << "it has no end";
  EXPECT_EQ(Course(schedule, 5), "sssss");
  schedule.WakeNow();
  EXPECT_FALSE(schedule.asleep());
  EXPECT_EQ(schedule.sleeps(), 2u);
}

TEST(WakeSleep, WokenEarlyItHasSleptAndWakesForAFullPhase) {
  WakeSleep schedule({.wake_steps = 2, .sleep_steps = 5});
  EXPECT_EQ(Course(schedule, 3), "ww|s");
  schedule.WakeNow();
  EXPECT_EQ(schedule.sleeps(), 1u);
  EXPECT_EQ(Course(schedule, 3), "ww|s");
}

}  // namespace
}  // namespace hypnos
