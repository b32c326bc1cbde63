#include "daemon/history_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace hypnos {
namespace {

using telemetry::Phase;
using testing::ElementsAre;

constexpr int64_t kNow = 1'764'150'000;
constexpr WallTime kWall{std::chrono::seconds(kNow)};

control::QueryHistoryRequest Request(double from, double to, uint32_t points = 0) {
  control::QueryHistoryRequest request;
  request.set_from(from);
  request.set_to(to);
  request.set_most_points(points);
  return request;
}

TEST(HistoryQueries, AskForTheLastHourIfNothingElseIsSaid) {
  const auto query = QueryOf({}, kWall);
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->from, kNow - 3600);
  EXPECT_EQ(query->width, 8);
  EXPECT_EQ(query->buckets, 450U);
  EXPECT_EQ(query->end(), kNow);
}

TEST(HistoryQueries, HaveNoMorePointsThanAskedForAndNoneShorterThanASecond) {
  for (const double span : {1.0, 59.5, 3600.0, 86'400.0, 1e8}) {
    for (const uint32_t points : {1U, 7U, 500U, 10'000U}) {
      const auto query = QueryOf(Request(1000.25, 1000.25 + span, points), kWall);
      ASSERT_TRUE(query.ok());
      EXPECT_LE(query->buckets, points);
      EXPECT_GE(query->width, 1);
      EXPECT_EQ(query->from, 600);
      EXPECT_EQ(query->width % 600, 0);
      EXPECT_GE(static_cast<double>(query->end()), 1000.25 + span);
    }
  }
}

// Or a bucket that lies between two points would be empty, though there is a value for all of it.
TEST(HistoryQueries, AreAsCoarseAsWhatIsKeptOfThatTime) {
  constexpr int64_t kDay = 86'400;
  for (const auto& [age, width] : std::vector<std::pair<int64_t, int64_t>>{
           {3500, 1}, {3660, 1}, {7000, 10}, {2 * kDay, 60}, {40 * kDay, 600}}) {
    const auto from = static_cast<double>(kNow - age) + 0.5;
    const auto query = QueryOf(Request(from, from + 10, 10'000), kWall);
    ASSERT_TRUE(query.ok());
    EXPECT_EQ(query->width, width) << age;
    EXPECT_EQ(query->from % width, 0) << age;
    EXPECT_GT(query->from, kNow - age - width) << age;
    EXPECT_GE(static_cast<double>(query->end()), from + 10) << age;
  }
}

TEST(HistoryQueries, AreRefusedWhereTheyMeanNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  for (const auto& [from, to] : std::vector<std::pair<double, double>>{{10, 10},
                                                                       {10, 5},
                                                                       {-5, 10},
                                                                       {nan, 10},
                                                                       {10, nan},
                                                                       {10, infinite},
                                                                       {-infinite, 10},
                                                                       {10, 1e15},
                                                                       {1e300, 2e300},
                                                                       {0, 100}}) {
    const auto query = QueryOf(Request(from, to), kWall);
    ASSERT_FALSE(query.ok()) << from << " " << to;
    EXPECT_EQ(query.error().reason, "NO_SPAN");
  }
  EXPECT_EQ(QueryOf(Request(1, 2, 10'001), kWall).error().reason, "TOO_MANY_POINTS");
  auto request = Request(1, 2);
  for (int i = 0; i < 101; ++i) request.add_series("x");
  EXPECT_EQ(QueryOf(request, kWall).error().reason, "TOO_MANY_PATTERNS");
  request = Request(1, 2);
  request.add_series(std::string(1001, '*'));
  EXPECT_EQ(QueryOf(request, kWall).error().reason, "TOO_MANY_PATTERNS");
}

TEST(HistoryResponses, LeaveOutBucketsInWhichThereIsNothing) {
  HistoryAnswer answer;
  answer.series["x"] = {{1, 3, 4, 2}, {}, {5, 5, 5, 1}};
  answer.names = {"x", "y"};
  const auto response = ResponseOf({.from = 100, .width = 10, .buckets = 3}, answer, kWall);
  ASSERT_EQ(response.series_size(), 1);
  EXPECT_THAT(response.series(0).bucket(), ElementsAre(0, 2));
  EXPECT_THAT(response.series(0).min(), ElementsAre(1, 5));
  EXPECT_THAT(response.series(0).mean(), ElementsAre(2, 5));
  EXPECT_THAT(response.series(0).max(), ElementsAre(3, 5));
  EXPECT_THAT(response.names(), ElementsAre("x", "y"));
  EXPECT_EQ(response.from(), 100);
  EXPECT_EQ(response.to(), 130);
  EXPECT_EQ(response.bucket_seconds(), 10);
}

TEST(HistoryResponses, MakeIntervalsOfChanges) {
  HistoryAnswer answer;
  answer.changes = {{.time = 50'000, .source = "a", .state = Phase::AWAKE, .text = "start"},
                    {.time = 105'000, .source = "b", .state = Phase::LOOKING},
                    {.time = 110'500, .source = "a", .state = Phase::ASLEEP, .text = "steps"},
                    // Told twice.
                    {.time = 110'900, .source = "a", .state = Phase::ASLEEP},
                    {.time = 112'000, .source = "b", .state = HistoryChange::kNobody},
                    {.time = 115'000, .kind = HistoryChange::Kind::kGuard, .text = "rolled back"}};
  const auto response = ResponseOf({.from = 100, .width = 10, .buckets = 2}, answer, kWall);
  ASSERT_EQ(response.phases_size(), 3);
  EXPECT_EQ(response.phases(0).source(), "a");
  EXPECT_EQ(response.phases(0).from(), 100);
  EXPECT_EQ(response.phases(0).to(), 110.5);
  EXPECT_EQ(response.phases(0).state(), Phase::AWAKE);
  EXPECT_EQ(response.phases(0).cause(), "start");
  EXPECT_EQ(response.phases(1).source(), "b");
  EXPECT_EQ(response.phases(1).to(), 112);
  EXPECT_EQ(response.phases(2).cause(), "steps");
  EXPECT_EQ(response.phases(2).to(), 120);
  ASSERT_EQ(response.marks_size(), 1);
  EXPECT_EQ(response.marks(0).time(), 115);
  EXPECT_EQ(response.marks(0).text(), "rolled back");
}

TEST(HistoryResponses, NoPhaseLastsIntoTheFuture) {
  HistoryAnswer answer;
  answer.changes = {{.time = (kNow - 10) * 1000, .state = Phase::AWAKE}};
  const auto response = ResponseOf({.from = kNow - 20, .width = 60, .buckets = 1}, answer, kWall);
  ASSERT_EQ(response.phases_size(), 1);
  EXPECT_EQ(response.phases(0).to(), kNow);
}

// A database may be written by anybody.
TEST(HistoryResponses, LeaveOutPhasesThatThereAreNone) {
  HistoryAnswer answer;
  answer.changes = {{.time = 105'000, .state = 99}, {.time = 106'000, .state = -7}};
  EXPECT_EQ(ResponseOf({.from = 100, .width = 10, .buckets = 1}, answer, kWall).phases_size(), 0);
}

}  // namespace
}  // namespace hypnos
