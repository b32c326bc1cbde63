#include "hypnos/schedule/daily_hours.h"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hypnos {
namespace {

// Universal time, "2026-03-29T00:59:59".
WallTime At(const std::string& time) {
  absl::Time parsed;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d%ET%H:%M:%S", time, &parsed, &error)) << error;
  return WallTime(Duration(absl::ToUnixNanos(parsed)));
}

DailyHours Hours(const std::string& begin, const std::string& end, const std::string& zone,
                 std::array<bool, 7> days = HoursOfDay().days) {
  auto hours = DailyHours::Create(
      {{.begin = ParseTimeOfDay(begin).value(), .end = ParseTimeOfDay(end).value(), .days = days}},
      zone);
  EXPECT_TRUE(hours.ok());
  return std::move(hours).value();
}

TEST(TimeOfDay, IsHoursAndMinutes) {
  EXPECT_EQ(ParseTimeOfDay("00:00").value(), 0);
  EXPECT_EQ(ParseTimeOfDay("7:05").value(), 425);
  EXPECT_EQ(ParseTimeOfDay("23:59").value(), 1439);
  EXPECT_EQ(ParseTimeOfDay("24:00").value(), 1440);
  for (const char* wrong : {"", "7", "7:5", "07:60", "24:01", "25:00", "-1:00", "007:00", "7:005",
                            "7 :00", "noon", "07.30", ":30", "07:"}) {
    EXPECT_FALSE(ParseTimeOfDay(wrong).ok()) << wrong;
  }
}

TEST(DailyHours, AreThoseOfTheZone) {
  const DailyHours hours = Hours("01:00", "05:30", "Asia/Kolkata");  // 5:30 ahead
  EXPECT_FALSE(hours.Contains(At("2026-01-10T19:29:59")));
  EXPECT_TRUE(hours.Contains(At("2026-01-10T19:30:00")));
  EXPECT_TRUE(hours.Contains(At("2026-01-10T23:59:59")));
  EXPECT_FALSE(hours.Contains(At("2026-01-11T00:00:00")));
}

TEST(DailyHours, MayGoPastMidnightAndBelongToTheDayOnWhichTheyBegin) {
  // Friday night alone.
  const DailyHours hours =
      Hours("22:00", "06:00", "UTC", {false, false, false, false, true, false, false});
  EXPECT_FALSE(hours.Contains(At("2026-11-27T05:00:00")));  // early on Friday
  EXPECT_FALSE(hours.Contains(At("2026-11-27T21:59:59")));
  EXPECT_TRUE(hours.Contains(At("2026-11-27T22:00:00")));
  EXPECT_TRUE(hours.Contains(At("2026-11-28T05:59:59")));  // on Saturday
  EXPECT_FALSE(hours.Contains(At("2026-11-28T06:00:00")));
  EXPECT_FALSE(hours.Contains(At("2026-11-28T23:00:00")));
}

TEST(DailyHours, FromMidnightToMidnightIsTheWholeDay) {
  for (const auto& [begin, end] : {std::pair("00:00", "00:00"), std::pair("00:00", "24:00"),
                                   std::pair("24:00", "00:00"), std::pair("24:00", "24:00")}) {
    const DailyHours hours = Hours(begin, end, "UTC");
    EXPECT_TRUE(hours.Contains(At("2026-11-27T00:00:00")));
    EXPECT_TRUE(hours.Contains(At("2026-11-27T23:59:59")));
  }
}

// From 1:00 universal time on 29 March 2026, it is 3:00 in Berlin where it would be 2:00.
TEST(DailyHours, AnHourThatIsSkippedIsNever) {
  const DailyHours within = Hours("02:15", "02:45", "Europe/Berlin");
  const DailyHours across = Hours("01:30", "04:00", "Europe/Berlin");
  int minutes_within = 0, minutes_across = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    const WallTime time = At("2026-03-28T22:00:00") + std::chrono::minutes(minute);
    minutes_within += within.Contains(time) ? 1 : 0;
    minutes_across += across.Contains(time) ? 1 : 0;
  }
  EXPECT_EQ(minutes_within, 0);
  EXPECT_EQ(minutes_across, 90);
}

// From 1:00 universal time on 25 October 2026, it is 2:00 once more.
TEST(DailyHours, AnHourThatIsRepeatedCountsTwice) {
  const DailyHours within = Hours("02:15", "02:45", "Europe/Berlin");
  const DailyHours across = Hours("01:30", "04:00", "Europe/Berlin");
  int minutes_within = 0, minutes_across = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    const WallTime time = At("2026-10-24T22:00:00") + std::chrono::minutes(minute);
    minutes_within += within.Contains(time) ? 1 : 0;
    minutes_across += across.Contains(time) ? 1 : 0;
  }
  EXPECT_EQ(minutes_within, 60);
  EXPECT_EQ(minutes_across, 210);
}

TEST(DailyHours, AZoneThatIsNoneIsRefused) {
  const auto hours = DailyHours::Create({}, "Europe/Nowhere");
  ASSERT_FALSE(hours.ok());
  EXPECT_EQ(hours.error().reason, "NO_SUCH_TIME_ZONE");
  EXPECT_TRUE(DailyHours::Create({}, "").ok()) << "the machine's own";
}

}  // namespace
}  // namespace hypnos
