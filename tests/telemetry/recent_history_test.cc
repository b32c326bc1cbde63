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
  EXPECT_EQ(history.oldest_time(), 2);
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

TEST(RecentHistory, KeepsABoundedNumberOfChanges) {
  RecentHistory history(5, 2);
  const auto most = static_cast<int64_t>(RecentHistory::kMostChanges);
  for (int64_t i = 0; i < most + 7; ++i) history.Add(HistoryChange{.time = i});
  EXPECT_EQ(history.changes().size(), RecentHistory::kMostChanges);
  EXPECT_EQ(history.oldest_change(), 7);
}

}  // namespace
}  // namespace hypnos
