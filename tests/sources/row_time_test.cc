#include "hypnos/sources/row_time.h"

#include <gtest/gtest.h>

#include <string>

namespace hypnos {
namespace {

TEST(RowTime, ReadsTheUsualFormats) {
  const double noon = 1392388200;  // 2014-02-14 14:30 UTC
  for (const char* text :
       {"2014-02-14 14:30:00", "2014-02-14T14:30:00Z", "2014/02/14 14:30", "2014-2-14 14:30:00",
        "2014-02-14T16:30:00+02:00", "2014-02-14T09:00:00-0530", " 1392388200 ", "1392388200000",
        "1392388200000000", "1392388200000000000", "2014-02-14 14:30:00.000 +00"}) {
    const auto time = ParseRowTime(text);
    ASSERT_TRUE(time) << text;
    EXPECT_DOUBLE_EQ(Seconds(*time), noon) << text;
  }
  EXPECT_EQ(ParseRowTime("2014-02-14 14:30:00.123456789012")->count() % 1'000'000'000, 123456789);
  EXPECT_EQ(ParseRowTime("1392388200.25")->count() % 1'000'000'000, 250'000'000);
  EXPECT_EQ(ParseRowTime("0"), Duration::zero());
  EXPECT_EQ(ParseRowTime("1970-01-02"), Duration(std::chrono::hours(24)));
}

TEST(RowTime, RefusesWhatIsNone) {
  for (const char* text : {"",
                           " ",
                           "noon",
                           "2014-02-30 00:00",
                           "2014-13-01",
                           "2014-02-14 24:00",
                           "2014-02-14 14:60",
                           "2014-02-14 14:30:61",
                           "2014-02-14 14",
                           "2014-02-14 14:30 CET",
                           "2014-02-14 14:30:00.",
                           "1969-12-31",
                           "2262-01-01",
                           "1970-01-01 00:00+05:00",
                           "-5",
                           "12345678901",
                           "1392388200.",
                           "99999999999999999999",
                           "9999999999999999999",
                           "2014-02-14x",
                           "1e9"}) {
    EXPECT_FALSE(ParseRowTime(text)) << text;
  }
}

}  // namespace
}  // namespace hypnos
