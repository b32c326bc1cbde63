#include "hypnos/telemetry/metrics_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace hypnos {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MetricsPage, IsEmptyWhereThereIsNothingToTell) { EXPECT_EQ(MetricsPage().Text(), ""); }

TEST(MetricsPage, TellsKindAndHelpOnceAndAValueForEachSetOfLabels) {
  MetricsPage page;
  page.AddCounter("hypnos_frames_total", "Frames seen.", {{"source", "door"}}, 12);
  page.AddGauge("hypnos_clients", "Clients.", {}, 0.5);
  page.AddCounter("hypnos_frames_total", "Frames seen.", {{"source", "yard"}}, 3);
  EXPECT_EQ(page.Text(),
            "# HELP hypnos_frames_total Frames seen.\n"
            "# TYPE hypnos_frames_total counter\n"
            "hypnos_frames_total{source=\"door\"} 12\n"
            "hypnos_frames_total{source=\"yard\"} 3\n"
            "# HELP hypnos_clients Clients.\n"
            "# TYPE hypnos_clients gauge\n"
            "hypnos_clients 0.5\n");
}

TEST(MetricsPage, KeepsEveryDigitOfALargeCount) {
  MetricsPage page;
  page.AddCounter("hypnos_bytes_total", "Bytes.", {}, 9007199254740991.0);
  EXPECT_THAT(page.Text(), HasSubstr("hypnos_bytes_total 9007199254740991\n"));
}

TEST(MetricsPage, CountsABucketWithAllThoseBelowIt) {
  DurationHistogram histogram;
  histogram.Add(std::chrono::microseconds(50));
  histogram.Add(std::chrono::milliseconds(2));
  histogram.Add(std::chrono::minutes(5));
  MetricsPage page;
  page.AddHistogram("hypnos_step_duration_seconds", "Steps.", {{"phase", "awake"}}, histogram);
  const std::string text = page.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE hypnos_step_duration_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{phase=\"awake\",le=\"0.0001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{phase=\"awake\",le=\"0.0025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{phase=\"awake\",le=\"60\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{phase=\"awake\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("_count{phase=\"awake\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("_sum{phase=\"awake\"} 300.00205"));
}

// Names of sources are the user's: they must not make lines of their own, nor void the page.
TEST(MetricsPage, LetsNoNameBreakOut) {
  MetricsPage page;
  const std::string name = "a\"} 1\nhypnos_forged_total 7\\ \x1b[31m \xff \xc3\xa9";
  page.AddGauge("hypnos_up", "Up.", {{"source", name}}, 1);
  EXPECT_THAT(page.Text(),
              HasSubstr("hypnos_up{source=\"a\\\"} 1\\\\x0ahypnos_forged_total 7\\\\ \\\\x1b[31m "
                        "\\\\xff \xc3\xa9\"} 1\n"));
  EXPECT_THAT(page.Text(), Not(HasSubstr("\nhypnos_forged_total")));
}

// Prometheus would refuse one of them, or both.
TEST(MetricsPage, TellsNothingTwice) {
  MetricsPage page;
  page.AddGauge("hypnos_up", "Up.", {{"source", "\x01"}}, 1);
  page.AddGauge("hypnos_up", "Up.", {{"source", "\\x01"}}, 2);
  EXPECT_THAT(page.Text(), HasSubstr("{source=\"\\\\x01\"} 1\n"));
  EXPECT_THAT(page.Text(), Not(HasSubstr("} 2\n")));
}

TEST(MetricsPage, WritesWhatIsNoNumberAsPrometheusDoes) {
  MetricsPage page;
  page.AddGauge("hypnos_a", "A.", {}, std::numeric_limits<double>::quiet_NaN());
  page.AddGauge("hypnos_b", "B.", {}, std::numeric_limits<double>::infinity());
  EXPECT_THAT(page.Text(), HasSubstr("hypnos_a Nan\n"));
  EXPECT_THAT(page.Text(), HasSubstr("hypnos_b +Inf\n"));
}

}  // namespace
}  // namespace hypnos
