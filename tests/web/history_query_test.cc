#include "web/history_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Why(std::string_view target) {
  const auto request = HistoryRequestOf(target);
  return request.ok() ? "" : request.error().message;
}

TEST(HistoryQuery, TakesWhatABrowserWrites) {
  const auto request = HistoryRequestOf(
      "/history.csv?series=goodness_*&series=p%5Freal%2f1&from=1764150000.5&to=1764153600"
      "&points=250&");
  ASSERT_TRUE(request.ok()) << request.error().message;
  EXPECT_THAT(request->series(), ElementsAre("goodness_*", "p_real/1"));
  EXPECT_EQ(request->from(), 1764150000.5);
  EXPECT_EQ(request->to(), 1764153600);
  EXPECT_EQ(request->most_points(), 250U);
}

TEST(HistoryQuery, MeansAllSeriesWhereNoneIsNamed) {
  for (const char* target : {"/history.csv", "/history.csv?", "/history.csv?from=1"}) {
    EXPECT_THAT(HistoryRequestOf(target)->series(), ElementsAre("*")) << target;
  }
}

TEST(HistoryQuery, NamesOfSourcesMayBeAnything) {
  EXPECT_THAT(HistoryRequestOf("/history.csv?series=x%40a+b%26c%3D%FF")->series(),
              ElementsAre("x@a b&c=\xff"));
}

TEST(HistoryQuery, SaysWhatIsWrong) {
  EXPECT_THAT(Why("/history.csv?since=1"), HasSubstr("'since' is none of series, from, to"));
  EXPECT_THAT(Why("/history.csv?points=many"), HasSubstr("'many' is no count"));
  EXPECT_THAT(Why("/history.csv?points=-1"), HasSubstr("'-1' is no count"));
  EXPECT_THAT(Why("/history.csv?points=99999999999"), HasSubstr("is no count"));
  EXPECT_THAT(Why("/history.csv?from=yesterday"), HasSubstr("'yesterday' is no time"));
  EXPECT_THAT(Why("/history.csv?from="), HasSubstr("'' is no time"));
  for (const char* broken : {"%", "%4", "%4g", "%g4", "x%"}) {
    EXPECT_THAT(Why(std::string("/history.csv?series=") + broken), HasSubstr("a % in the address"))
        << broken;
  }
  EXPECT_EQ(Why("/history.csv?series=%41"), "");
}

}  // namespace
}  // namespace hypnos
