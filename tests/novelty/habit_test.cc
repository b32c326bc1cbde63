#include "novelty/habit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <optional>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

using std::chrono::hours;

// 2026-11-23, a Monday.
constexpr Duration kMonday = hours(24) * 20780;

class HabitOf : public testing::Test {
 protected:
  // A row every six minutes: high by day but for weekends, and little noise about that.
  void Watch(int days) {
    for (int row = 0; row < 240 * days; ++row) {
      habit_.Learn(Usual(time_) + 0.1 * static_cast<double>(rng_.Normal()), time_);
      time_ += std::chrono::minutes(6);
    }
  }
  static double Usual(Duration time) {
    const auto since = std::chrono::duration_cast<hours>(time - kMonday).count();
    const bool weekend = since / 24 % 7 >= 5;
    const bool day = since % 24 >= 8 && since % 24 < 20;
    return day && !weekend ? 1 : -1;
  }

  Habit habit_;
  Duration time_ = kMonday;
  Rng rng_{5};
};

TEST_F(HabitOf, WhatIsUsualByDayIsUnusualAtNightAndAtWeekends) {
  Watch(14);
  EXPECT_LT(std::abs(habit_.Off(1, kMonday + hours(12))), 2);
  EXPECT_GT(habit_.Off(1, kMonday + hours(2)), 10);
  EXPECT_LT(std::abs(habit_.Off(-1, kMonday + hours(2))), 2);
  EXPECT_GT(habit_.Off(1, kMonday + hours(5 * 24 + 12)), 10);
  EXPECT_LT(std::abs(habit_.Off(1, kMonday + hours(4 * 24 + 12))), 2);
}

TEST_F(HabitOf, SaysNothingOfHoursThatItHasHardlySeen) {
  EXPECT_TRUE(std::isnan(habit_.Off(1, kMonday)));
  for (int row = 0; row < 4; ++row) habit_.Learn(1, kMonday);
  EXPECT_TRUE(std::isnan(habit_.Off(1, kMonday)));
  habit_.Learn(1, kMonday);
  EXPECT_EQ(habit_.Off(1, kMonday), 0);
  EXPECT_TRUE(std::isnan(habit_.Off(1, kMonday + hours(1))));
}

TEST_F(HabitOf, RowsWithoutATimeAreComparedWithEachOther) {
  for (int row = 0; row < 500; ++row) {
    habit_.Learn(static_cast<double>(rng_.Normal()), std::nullopt);
  }
  EXPECT_NEAR(habit_.Off(3, std::nullopt), 3, 0.5);
  EXPECT_TRUE(std::isnan(habit_.Off(3, kMonday)));
}

TEST_F(HabitOf, TimesBefore1970HaveHoursToo) {
  const Duration before = hours(-24 * 365 - 5);
  for (int row = 0; row < 10; ++row) habit_.Learn(1, before);
  EXPECT_EQ(habit_.Off(1, before), 0);
}

TEST_F(HabitOf, OneThatIsLoadedSaysTheSame) {
  Watch(3);
  MemoryLoader loader(StateOf(habit_));
  Habit loaded;
  loaded.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  EXPECT_EQ(loaded.Off(0.3, kMonday + hours(3)), habit_.Off(0.3, kMonday + hours(3)));
}

TEST_F(HabitOf, WhatIsDamagedIsRefused) {
  Watch(1);
  SavedState damaged = StateOf(habit_);
  const double none = -1;
  std::memcpy(damaged.at("bucket.3.variance").bytes.data(), &none, sizeof(none));
  MemoryLoader loader(damaged);
  Habit().ExchangeState(loader);
  EXPECT_FALSE(loader.status().ok());
}

}  // namespace
}  // namespace hypnos
