#include "hypnos/control/history_csv.h"

#include <gtest/gtest.h>

#include <limits>

namespace hypnos {
namespace {

control::HistorySeries& Add(control::QueryHistoryResponse& response, const std::string& name,
                            uint32_t bucket, float value) {
  control::HistorySeries& series = *response.add_series();
  series.set_name(name);
  series.add_bucket(bucket);
  series.add_min(value - 1);
  series.add_mean(value);
  series.add_max(value + 0.5F);
  return series;
}

TEST(HistoryCsv, HasARowForEachBucketWithTheTimeOfItsBeginning) {
  control::QueryHistoryResponse response;
  response.set_from(1764151200);
  response.set_bucket_seconds(10);
  Add(response, "goodness_real/1", 3, 2.25F);
  Add(response, "p_real/1", 0, 0.1F);
  EXPECT_EQ(HistoryCsv(response),
            "time,series,min,mean,max\n"
            "2025-11-26T10:00:30Z,goodness_real/1,1.25,2.25,2.75\n"
            "2025-11-26T10:00:00Z,p_real/1,-0.9,0.1,0.6\n");
}

TEST(HistoryCsv, LetsNoNameBreakOut) {
  control::QueryHistoryResponse response;
  Add(response, "prediction_error@a,b \"c\"\nd", 0, 1);
  EXPECT_EQ(HistoryCsv(response),
            "time,series,min,mean,max\n"
            "1970-01-01T00:00:00Z,\"prediction_error@a,b \"\"c\"\"\nd\",0,1,1.5\n");
}

TEST(HistoryCsv, TakesAnAnswerThatIsWrong) {
  control::QueryHistoryResponse response;
  response.set_from(std::numeric_limits<double>::quiet_NaN());
  Add(response, "a", 0, 1).clear_max();
  EXPECT_EQ(HistoryCsv(response), "time,series,min,mean,max\n");
  Add(response, "b", 7, 1);
  EXPECT_EQ(HistoryCsv(response), "time,series,min,mean,max\nnan,b,0,1,1.5\n");
}

}  // namespace
}  // namespace hypnos
