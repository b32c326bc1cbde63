#include "telemetry/recent_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace hypnos {
namespace {

using testing::ElementsAre;

std::vector<HistoryBucket> Read(const RecentHistory& history, const HistoryQuery& query,
                                const std::string& name) {
  std::map<std::string, std::vector<HistoryBucket>> series;
  series[name].resize(query.buckets);
  history.Read(query, series);
  return series[name];
}

TEST(RecentHistory, TellsLeastMeanAndLargestOfEachBucket) {
  RecentHistory history(100, 10);
  for (int64_t second = 0; second < 10; ++second) {
    history.Add({.time = 1000 + second, .values = {{"x", static_cast<double>(second)}}});
  }
  const auto buckets = Read(history, {.from = 1002, .width = 4, .buckets = 3}, "x");
  EXPECT_EQ(buckets[0].min, 2);
  EXPECT_EQ(buckets[0].mean(), 3.5);
  EXPECT_EQ(buckets[0].max, 5);
  EXPECT_EQ(buckets[0].count, 4U);
  EXPECT_EQ(buckets[1].count, 4U);
  EXPECT_EQ(buckets[2].count, 0U);
}

TEST(RecentHistory, ForgetsTheOldestAndGivesBackWhatHasEnded) {
  RecentHistory history(5, 10);
  history.Add({.time = 1, .values = {{"gone", 1.0}, {"stays", 1.0}}});
  for (int64_t second = 2; second <= 5; ++second) {
    history.Add({.time = second, .values = {{"stays", 2.0}}});
  }
  EXPECT_THAT(history.Names(), ElementsAre("gone", "stays"));
  history.Add({.time = 6, .values = {{"stays", 2.0}}});
  EXPECT_THAT(history.Names(), ElementsAre("stays"));
  EXPECT_EQ(history.Known().samples.front().from, 2);
  EXPECT_EQ(Read(history, {.from = 0, .width = 10}, "stays")[0].min, 2);
}

TEST(RecentHistory, LeavesOutWhatIsOneSeriesTooMany) {
  RecentHistory history(5, 2);
  history.Add({.time = 1, .values = {{"a", 1.0}, {"b", 1.0}, {"c", 1.0}}});
  EXPECT_THAT(history.Names(), ElementsAre("a", "b"));
}

TEST(RecentHistory, HasNoFigureThatIsNoNumber) {
  RecentHistory history(5, 2);
  history.Add({.time = 1, .values = {{"a", std::numeric_limits<double>::quiet_NaN()}}});
  history.Add({.time = 2, .values = {{"a", 1e300}}});  // of no finite float
  EXPECT_EQ(history.series(), 0U);
}

TEST(RecentHistory, ASeriesThatPausesHasNoFigureMeanwhile) {
  RecentHistory history(10, 2);
  history.Add({.time = 1, .values = {{"a", 1.0}}});
  history.Add({.time = 2, .values = {}});
  history.Add({.time = 3, .values = {{"a", 3.0}}});
  const auto buckets = Read(history, {.from = 1, .width = 1, .buckets = 3}, "a");
  EXPECT_EQ(buckets[0].count, 1U);
  EXPECT_EQ(buckets[1].count, 0U);
  EXPECT_EQ(buckets[2].count, 1U);
}

TEST(RecentHistory, KeepsABoundedNumberOfChangesAndThePhasesBefore) {
  RecentHistory history(5, 2);
  const auto most = static_cast<int64_t>(RecentHistory::kMostChanges);
  history.Add({.time = 0, .values = {}});
  history.Add(HistoryChange{.time = 0, .source = "gone", .state = 1});
  history.Add(HistoryChange{.time = 1, .source = "gone"});
  history.Add(HistoryChange{.time = 2, .source = "door", .state = 1});
  for (int64_t i = 1; i <= most; ++i) history.Add(HistoryChange{.time = i * 1000, .state = 2});
  const std::vector<HistoryChange> changes = history.Changes();
  EXPECT_EQ(changes.size(), RecentHistory::kMostChanges + 1);
  EXPECT_EQ(changes.front().source, "door");
  // Of the time of those that had to go not all is known any more.
  EXPECT_EQ(history.Known().changes.front().from, 3);
}

TEST(RecentHistory, KeepsOnePhaseASecondOfEachSource) {
  RecentHistory history(5, 2);
  for (int64_t i = 0; i < 100; ++i) {
    for (const char* source : {"a", "b"}) {
      history.Add({.time = i * 40, .source = source, .state = static_cast<int>(i)});
    }
  }
  history.Add({.time = 3999, .kind = HistoryChange::Kind::kGuard, .source = "a"});
  const std::vector<HistoryChange> changes = history.Changes();
  ASSERT_EQ(changes.size(), 2 * 4 + 1U);
  EXPECT_EQ(changes[0].state, 24);
  EXPECT_EQ(changes[7].state, 99);
}

TEST(RecentHistory, KnowsTheTimeFromItsFirstSampleOn) {
  RecentHistory history(100, 2);
  EXPECT_TRUE(history.Known().samples.empty());
  for (int64_t time = 1000; time < 1050; time += 3) history.Add(HistorySample{.time = time});
  const KnownTimes known = history.Known();
  EXPECT_THAT(known.samples, ElementsAre(TimeSpan{1000, 1049 + RecentHistory::kLongestPause}));
  EXPECT_THAT(known.changes, ElementsAre(TimeSpan{1'000'000, 1'109'000}));
}

// What lies between the times that a clock showed in turn, somebody else may have written.
TEST(RecentHistory, KnowsNothingOfTheTimeThatAClockHasLeftOut) {
  RecentHistory history(100, 2);
  for (const int64_t time : {10, 11, 5000, 5001, 4000, 4001})
    history.Add(HistorySample{.time = time});
  EXPECT_THAT(history.Known().samples,
              ElementsAre(TimeSpan{10, 12}, TimeSpan{4000, 4062}, TimeSpan{5000, 5002}));
}

}  // namespace
}  // namespace hypnos
