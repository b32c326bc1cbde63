#include "hypnos/cluster/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hypnos {
namespace {

Blob SomeBlob() {
  return {.key = "m.offer.yard.0", .bytes = 12, .values = 2, .sha256 = std::string(64, 'a')};
}

Ledger SomeLedger() {
  Ledger ledger;
  ledger.configuration = {{"seed", "1"}, {"shapes", "24x96"}};
  ledger.round = 3;
  ledger.mean = ReplicaMean{.blob = SomeBlob(),
                            .names = {"porch", "yard"},
                            .left_out = {{"barn", "it came too late"}},
                            .by = "porch"};
  ledger.offers["yard"] = {SomeBlob(), 812};
  return ledger;
}

TEST(Ledger, IsReadAsItWasWritten) {
  const auto read = ParseLedger(JsonOf(SomeLedger()));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(JsonOf(*read), JsonOf(SomeLedger()));
  EXPECT_EQ(read->offers.at("yard").steps, 812U);
  EXPECT_EQ(read->mean->left_out.at("barn"), "it came too late");
  const auto empty = ParseLedger(JsonOf(Ledger()));
  ASSERT_TRUE(empty.ok()) << empty.error().message;
  EXPECT_FALSE(empty->mean);
}

TEST(Ledger, OfAnotherVersionIsSaidToBe) {
  std::string json = JsonOf(Ledger());
  json.replace(json.find("\"version\":1"), 11, "\"version\":0");
  const auto read = ParseLedger(json);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().reason, "LEDGER_VERSION");
  EXPECT_EQ(read.error().message,
            "it is of version 0 of the protocol, and this daemon speaks version 1");
}

RC_GTEST_PROP(Ledger, IsNeverReadFromWhatWasChanged, ()) {
  std::string json = JsonOf(SomeLedger());
  const auto at = *rc::gen::inRange<size_t>(0, json.size());
  const auto with = *rc::gen::arbitrary<char>();
  json[at] = with;
  // Whatever it is: it is read, or there is a sentence, and nothing else happens.
  const auto read = ParseLedger(json);
  if (!read.ok()) RC_ASSERT(!read.error().message.empty());
}

TEST(Ledger, NonsenseIsRefusedWithASentence) {
  const std::string deep = std::string(2000, '[') + std::string(2000, ']');
  const std::string digest(64, 'a');
  const std::string before = R"({"version":1,"configuration":{},"offers":{},"round":)";
  for (const std::string& json : {
           std::string(""),
           std::string("null"),
           std::string("{}"),
           deep,
           std::string(R"({"version":1})"),
           before + "-1}",
           before + "1}",
           before + "1e300}",
           std::string(R"({"version":1,"configuration":{"a":1},"offers":{},"round":0})"),
           std::string(R"({"version":1,"configuration":{},"offers":{"a b":{}},"round":0})"),
           std::string(R"({"version":1,"configuration":{},"offers":{"a":{"key":"x.*","bytes":1,)") +
               R"("values":1,"sha256":")" + digest + R"(","steps":1}},"round":0})",
           std::string(R"({"version":1,"configuration":{},"offers":{"a":{"key":"x","bytes":1,)") +
               R"("values":2,"sha256":")" + digest + R"(","steps":1}},"round":0})",
           std::string(2 << 20, ' '),
       }) {
    const auto read = ParseLedger(json);
    ASSERT_FALSE(read.ok()) << json.substr(0, 200);
    EXPECT_EQ(read.error().reason, "NOT_A_LEDGER") << json.substr(0, 200);
  }
}

TEST(Ledger, TellsWhereConfigurationsDiffer) {
  EXPECT_EQ(DifferenceOf({{"a", "1"}}, {{"a", "1"}}), "");
  EXPECT_EQ(DifferenceOf({{"a", "1"}, {"b", "2"}}, {{"a", "1"}, {"b", "3"}}),
            "b is 2 here and 3 there");
  EXPECT_EQ(DifferenceOf({{"a", "1"}}, {}), "a is 1 here and not known there");
  EXPECT_EQ(DifferenceOf({}, {{"a", "1"}}), "a is 1 there and not known here");
}

}  // namespace
}  // namespace hypnos
