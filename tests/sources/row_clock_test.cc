#include "hypnos/sources/row_clock.h"

#include <gtest/gtest.h>

#include <chrono>

namespace hypnos {
namespace {

using Verdict = RowClock::Verdict;

Verdict At(RowClock& clock, double seconds) { return clock.Judge(FromSeconds(seconds)); }

TEST(RowClock, FindsGapsByWhatIsUsual) {
  RowClock clock(10);
  for (int i = 0; i <= 20; ++i) EXPECT_EQ(At(clock, 60 * i), Verdict::kFollows) << i;
  EXPECT_EQ(At(clock, 60 * 29), Verdict::kFollows);  // a few are missing
  EXPECT_EQ(At(clock, 60 * 40), Verdict::kGap);
  EXPECT_EQ(At(clock, 60 * 41), Verdict::kFollows);
  EXPECT_EQ(clock.elapsed(), FromSeconds(60 * 41));
}

TEST(RowClock, KnowsNoGapBeforeItKnowsWhatIsUsualAndNoneWhereNoneIsWanted) {
  RowClock early(10);
  EXPECT_EQ(At(early, 0), Verdict::kFollows);
  EXPECT_EQ(At(early, 1), Verdict::kFollows);
  EXPECT_EQ(At(early, 1000), Verdict::kFollows);
  RowClock patient(0);
  for (int i = 0; i <= 20; ++i) At(patient, i);
  EXPECT_EQ(At(patient, 1e6), Verdict::kFollows);
}

TEST(RowClock, RefusesARowFromThePast) {
  RowClock clock(10);
  At(clock, 100);
  At(clock, 160);
  EXPECT_EQ(At(clock, 130), Verdict::kBackwards);
  EXPECT_EQ(clock.behind(), FromSeconds(30));
  EXPECT_EQ(At(clock, 160), Verdict::kFollows);
  EXPECT_EQ(clock.elapsed(), FromSeconds(60));
}

TEST(RowClock, OutlivesAClockThatJumpsByCenturies) {
  RowClock clock(0);
  constexpr Duration kCentury = std::chrono::hours(24 * 365 * 100);
  for (int jump = 0; jump < 5; ++jump) {
    clock.Judge(Duration());
    clock.Judge(kCentury);
    clock.BeginAnew();
  }
  EXPECT_GE(clock.elapsed(), kCentury);
  EXPECT_LT(clock.elapsed(), 2 * kCentury);
}

TEST(RowClock, FollowsAClockThatWasPutBack) {
  RowClock clock(10);
  At(clock, 10000);
  for (int i = 1; i < RowClock::kAgree; ++i) {
    EXPECT_EQ(At(clock, 5000 + i), Verdict::kBackwards) << i;
  }
  EXPECT_EQ(At(clock, 5000 + RowClock::kAgree), Verdict::kGap);
  EXPECT_EQ(At(clock, 5001 + RowClock::kAgree), Verdict::kFollows);
  EXPECT_EQ(clock.elapsed(), FromSeconds(1));
}

}  // namespace
}  // namespace hypnos
