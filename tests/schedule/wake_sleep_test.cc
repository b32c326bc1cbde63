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
    EXPECT_EQ(schedule.step(), 8u);
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

// Never by count, in the hours from 2 to 4 of the day.
WakeSleepOptions ByHours() {
  return {.wake_steps = 0,
          .hours = DailyHours::Create({{.begin = 120, .end = 240}}, "UTC").value()};
}

WallTime AtHour(double hours) { return WallTime(FromSeconds(3600 * hours)); }

TEST(WakeSleep, SleepsInItsHours) {
  WakeSleep schedule(ByHours());
  EXPECT_TRUE(schedule.watches_clock());
  EXPECT_FALSE(schedule.OnTime(AtHour(1.9), {}, true));
  EXPECT_FALSE(schedule.OnTime(AtHour(2), {}, /*may_sleep=*/false));
  EXPECT_TRUE(schedule.OnTime(AtHour(2.1), {}, true));
  EXPECT_EQ(schedule.cause(), PhaseCause::kHours);
  EXPECT_EQ(schedule.length(), 0u);
  EXPECT_EQ(Course(schedule, 3), "sss");
  EXPECT_FALSE(schedule.OnTime(AtHour(3.9), {}, true));
  EXPECT_TRUE(schedule.OnTime(AtHour(4), {}, true));
  EXPECT_FALSE(schedule.asleep());
  EXPECT_EQ(schedule.cause(), PhaseCause::kHours);
  // And on the next day.
  EXPECT_TRUE(schedule.OnTime(AtHour(26), {}, true));
}

TEST(WakeSleep, WhoIsWokenInItsHoursStaysAwakeUntilTheNextOnes) {
  WakeSleep schedule(ByHours());
  EXPECT_TRUE(schedule.OnTime(AtHour(2), {}, true));
  schedule.WakeNow();
  EXPECT_FALSE(schedule.OnTime(AtHour(3), {}, true));
  EXPECT_FALSE(schedule.OnTime(AtHour(5), {}, true));
  EXPECT_TRUE(schedule.OnTime(AtHour(26), {}, true));
}

TEST(WakeSleep, WhoSleptForWhatIsNoLongerThereHasLostItsCause) {
  WakeSleep slept(ByHours());
  EXPECT_TRUE(slept.OnTime(AtHour(2), {}, true));
  EXPECT_FALSE(slept.has_lost_its_cause());
}

TEST(WakeSleep, HoursMayHaveALongestSleep) {
  WakeSleepOptions options = ByHours();
  options.longest_sleep_steps = 3;
  WakeSleep schedule(options);
  EXPECT_TRUE(schedule.OnTime(AtHour(2), {}, true));
  EXPECT_EQ(Course(schedule, 5), "sss|ww");
  EXPECT_EQ(schedule.cause(), PhaseCause::kLongest);
  EXPECT_FALSE(schedule.OnTime(AtHour(3), {}, true)) << "once in each stretch";
}

TEST(WakeSleep, CountsAndHoursTogether) {
  WakeSleepOptions options = ByHours();
  options.wake_steps = 3;
  options.sleep_steps = 2;
  WakeSleep schedule(options);
  EXPECT_EQ(Course(schedule, 6), "www|ss|w");
  EXPECT_TRUE(schedule.OnTime(AtHour(2), {}, true));
  EXPECT_EQ(Course(schedule, 4), "ssss") << "to the end of the hours";
  EXPECT_TRUE(schedule.OnTime(AtHour(4), {}, true));
  EXPECT_EQ(Course(schedule, 6), "www|ss|w");
}

TEST(WakeSleep, SleepsWhileNothingComes) {
  WakeSleep schedule({.wake_steps = 0, .quiet = std::chrono::seconds(10)});
  const WallTime noon = AtHour(12);
  EXPECT_FALSE(schedule.OnTime(noon, std::chrono::seconds(9), true));
  EXPECT_TRUE(schedule.OnTime(noon, std::chrono::seconds(10), true));
  EXPECT_EQ(schedule.cause(), PhaseCause::kQuiet);
  EXPECT_FALSE(schedule.OnTime(noon, std::chrono::seconds(60), true));
  EXPECT_TRUE(schedule.OnTime(noon, {}, true));
  EXPECT_EQ(schedule.cause(), PhaseCause::kFrames);
  // Who is woken while it is quiet is left alone.
  EXPECT_TRUE(schedule.OnTime(noon, std::chrono::seconds(10), true));
  schedule.WakeNow();
  EXPECT_FALSE(schedule.OnTime(noon, std::chrono::seconds(20), true));
  EXPECT_FALSE(schedule.OnTime(noon, {}, true));
  EXPECT_TRUE(schedule.OnTime(noon, std::chrono::seconds(10), true));
}

TEST(WakeSleep, SleepsWhereTheProbesSaySoUntilItHasRecovered) {
  WakeSleep schedule({.wake_steps = 0, .need = {.auc = 0.6}, .least_wake_steps = 3});
  const ProbeSignals bad = {.auc = 0.55}, between = {.auc = 0.62}, good = {.auc = 0.8};
  Course(schedule, 2);
  EXPECT_FALSE(schedule.OnProbe(bad, false, true)) << "too soon";
  Course(schedule, 1);
  EXPECT_FALSE(schedule.OnProbe(between, false, true));
  EXPECT_FALSE(schedule.OnProbe(bad, false, /*may_sleep=*/false));
  EXPECT_TRUE(schedule.OnProbe(bad, false, true));
  EXPECT_EQ(schedule.cause(), PhaseCause::kNeed);
  EXPECT_EQ(Course(schedule, 5), "sssss");
  EXPECT_FALSE(schedule.OnProbe(between, false, true));
  EXPECT_TRUE(schedule.OnProbe(good, false, true));
  EXPECT_EQ(schedule.cause(), PhaseCause::kRecovered);
  EXPECT_EQ(schedule.step(), 0u);
}

TEST(WakeSleep, ASleepThatDoesNotHelpEndsAllTheSame) {
  WakeSleep schedule({.wake_steps = 0,
                      .sleep_steps = 0,
                      .need = {.auc = 0.6},
                      .least_wake_steps = 2,
                      .longest_need_steps = 4,
                      .longest_sleep_steps = 9});
  Course(schedule, 2);
  EXPECT_TRUE(schedule.OnProbe({.auc = 0.5}, false, true));
  EXPECT_EQ(Course(schedule, 5), "ssss|w");
  EXPECT_EQ(schedule.cause(), PhaseCause::kLongest);
  EXPECT_FALSE(schedule.OnProbe({.auc = 0.5}, false, true)) << "it is awake for a while first";
  schedule.SleepNow(0);
  EXPECT_EQ(Course(schedule, 9), "sssssssss|");
  EXPECT_EQ(schedule.cause(), PhaseCause::kLongest);
}

TEST(WakeSleep, OnlyASleepOutOfNeedEndsWithIt) {
  WakeSleep schedule({.wake_steps = 1, .sleep_steps = 9, .need = {.auc = 0.6}});
  Course(schedule, 1);
  EXPECT_FALSE(schedule.OnProbe({.auc = 0.9}, true, true));
  EXPECT_EQ(Course(schedule, 9), "sssssssss|");
}

TEST(WakeSleep, EverySleepEndsWhereItWouldHarm) {
  WakeSleep schedule({.need = {.positives_below = 0.5}});
  schedule.SleepNow(0);
  EXPECT_FALSE(schedule.OnProbe({.positives_below = 0.4}, false, true));
  EXPECT_TRUE(schedule.OnProbe({.positives_below = 0.6}, false, true));
  EXPECT_EQ(schedule.cause(), PhaseCause::kOverslept);
}

TEST(WakeSleep, MayEndWhereLearningHasFinished) {
  WakeSleep schedule({.wake_when_finished = true});
  EXPECT_FALSE(schedule.OnProbe({}, true, true)) << "awake it means nothing";
  schedule.SleepNow(0);
  EXPECT_FALSE(schedule.OnProbe({}, false, true));
  EXPECT_TRUE(schedule.OnProbe({}, true, true));
  EXPECT_EQ(schedule.cause(), PhaseCause::kFinished);
}

}  // namespace
}  // namespace hypnos
