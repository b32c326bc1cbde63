// What a number, a truth value, a word may look like.
#include <gtest/gtest.h>

#include "config/support.h"
#include "tests/config/everything.pb.h"

namespace hypnos::config {
namespace {

using test::Everything;

// The sentence about one key, without its place; "" if it is accepted.
std::string About(const std::string& key, const std::string& value) {
  Everything everything;
  const Status status = Fill("numbered: 1\n" + key + ": " + value, "f", {}, &everything);
  if (status.ok()) return "";
  const std::string& message = status.error().message;
  return message.substr(message.find(": ") + 2);
}

TEST(Scalar, WholeNumbersHaveNoFraction) {
  const std::string rule = "'small' must be a whole number from -2147483648 to 2147483647, found ";
  for (const char* good : {"0", "-1", "+1", "007", "2147483647"}) {
    EXPECT_EQ(About("small", good), "");
  }
  for (const char* bad : {"1.5", "1.0", "1e3", "0x10", "1_000", "2147483648", "-2147483649", "+-1",
                          "+", "many", "1 2", ".nan", "99999999999999999999999"}) {
    EXPECT_EQ(About("small", bad), rule + "'" + bad + "'");
  }
}

TEST(Scalar, UnsignedNumbersAreNotNegative) {
  EXPECT_EQ(About("count", "-1"),
            "'count' must be a whole number from 0 to 4294967295, found '-1'");
  EXPECT_EQ(About("count", "4294967296"),
            "'count' must be a whole number from 0 to 4294967295, found '4294967296'");
  EXPECT_EQ(About("big_count", "18446744073709551616"),
            "'big_count' must be a whole number from 0 to 18446744073709551615, found "
            "'18446744073709551616'");
}

TEST(Scalar, RealNumbersAreFinite) {
  for (const char* bad : {".nan", ".inf", "-.inf", "nan", "inf", "-infinity", "1e999", "many"}) {
    EXPECT_EQ(About("wide", bad), std::string("'wide' must be a number, found '") + bad + "'");
  }
  EXPECT_EQ(About("narrow", "1e39"), "'narrow' must be a number, found '1e39'");
  for (const char* good : {"0", "-0.0", ".5", "5.", "1e-3", "+1E3"}) {
    EXPECT_EQ(About("wide", good), "");
  }
}

TEST(Scalar, ANumberInQuotesIsText) {
  EXPECT_EQ(About("wide", "\"nan\""), "'wide' must be a number, found the text \"nan\"");
  EXPECT_EQ(About("wide", "'1'"), "'wide' must be a number, found the text \"1\"");
  EXPECT_EQ(About("flag", "'on'"), "'flag' must be true or false, found the text \"on\"");
}

TEST(Scalar, SaysTheRangeOfTheSchema) {
  EXPECT_EQ(About("large", "-11"),
            "'large' must be a whole number from -10 to 9223372036854775807, found '-11'");
  EXPECT_EQ(About("inner", "{depth: 6}"),
            "'depth' must be a whole number from -2147483648 to 5, found '6'");
  EXPECT_EQ(About("smalls", "[-3, -4]"),
            "an element of 'smalls' must be a whole number from -3 to 2147483647, found '-4'");
}

TEST(Scalar, SaysTheRangeOfRealNumbers) {
  EXPECT_EQ(Complaint(Minimal() + "learning: {rate: 11, velocity: -1}\n"
                                  "output: {status_interval_seconds: 0}\n"),
            "f:4:18: 'rate' must be a number from 0 to 10, found '11'\n"
            "f:4:32: 'velocity' must be a number from 0 to 0.9999, found '-1'\n"
            "f:5:35: 'status_interval_seconds' must be a number above 0, found '0'");
  EXPECT_EQ(Complaint(std::string(kSources) + kEncoding +
                      "network: {layers: [{damping: 0, norm_cap: -1}]}\n"),
            "f:3:30: 'damping' must be a number above 0 and at most 1, found '0'\n"
            "f:3:43: 'norm_cap' must be a number of at least 0, found '-1'");
}

TEST(Scalar, TruthHasSixWords) {
  for (const char* good : {"true", "false", "yes", "no", "on", "off", "True", "OFF"}) {
    EXPECT_EQ(About("flag", good), "");
  }
  for (const char* bad : {"1", "maybe", "y", "tru"}) {
    EXPECT_EQ(About("flag", bad), std::string("'flag' must be true or false, found '") + bad + "'");
  }
}

TEST(Scalar, NamesTheNearestWord) {
  EXPECT_EQ(About("word", "anther"),
            "'word' must be one of one_word, another, found 'anther'; did you mean 'another'?");
  EXPECT_EQ(About("word", "ANOTHER"),
            "'word' must be one of one_word, another, found 'ANOTHER'; did you mean 'another'?");
  EXPECT_EQ(About("word", "1"), "'word' must be one of one_word, another, found '1'");
}

TEST(Scalar, TextMayLookLikeANumber) {
  for (const char* good : {"0", "true", "''", "'null'", "ä", "|\n  two\n  lines\n"}) {
    EXPECT_EQ(About("text", good), "");
  }
  EXPECT_EQ(About("text", "null"), "'text' must be text, found nothing");
}

TEST(Scalar, NeededTextIsNotEmpty) {
  EXPECT_EQ(Complaint(std::string("sources: [{name: '', synthetic: {}}]\n") + kEncoding + kNetwork),
            "f:1:18: 'name' must be text that is not empty, found the text \"\"");
}

TEST(Scalar, ShowsOnlyTheBeginningOfMonsters) {
  const std::string complaint = About("small", std::string(10000, 'x'));
  EXPECT_LT(complaint.size(), 200u);
  EXPECT_THAT(complaint, ::testing::HasSubstr("xxx..."));
}

}  // namespace
}  // namespace hypnos::config
