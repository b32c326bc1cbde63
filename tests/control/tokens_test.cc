#include "hypnos/control/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kHash = ToHex(HashToken("secret"));

TEST(Tokens, HashIsSha256) {
  EXPECT_EQ(ToHex(HashToken("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Tokens, WhoeverHasTheTokenIsFoundWithItsRole) {
  const auto tokens =
      Tokens::Parse("# who may what\n\nview wall " + ToHex(HashToken("look")) +
                        "  # in the hall\n" + TokenLine(control::CONTROL, "alice", "do") + "\n",
                    "tokens");
  ASSERT_TRUE(tokens.ok()) << tokens.error().message;
  EXPECT_EQ(tokens->size(), 2u);
  EXPECT_EQ(tokens->Find("look")->name, "wall");
  EXPECT_EQ(tokens->Find("look")->access, control::VIEW);
  EXPECT_EQ(tokens->Find("do")->name, "alice");
  EXPECT_EQ(tokens->Find("do")->access, control::CONTROL);
}

TEST(Tokens, NothingElseFindsAnybody) {
  const auto tokens = Tokens::Parse("control alice " + kHash, "tokens");
  ASSERT_TRUE(tokens.ok());
  for (const std::string& guess :
       {std::string(), std::string("secre"), std::string("secret "), std::string("Secret"), kHash,
        std::string("alice"), std::string("secret\0", 7), std::string(100000, 's')}) {
    EXPECT_FALSE(tokens->Find(guess)) << guess.substr(0, 20);
  }
}

TEST(Tokens, WithoutAnyNobodyIsFound) {
  EXPECT_FALSE(Tokens().Find(""));
  EXPECT_FALSE(Tokens::Parse("", "tokens")->Find("x"));
}

TEST(Tokens, WhatIsWrongInTheFileIsNamedByLine) {
  const std::string good = "view a " + kHash + "\n";
  for (const auto& [line, why] : std::vector<std::pair<std::string, std::string>>{
           {"admin b " + kHash, "neither"},
           {"view", "name is missing"},
           {"view b", "no SHA-256"},
           {"view b " + kHash.substr(1), "no SHA-256"},
           {"view b x" + kHash.substr(1), "no SHA-256"},
           {"view b " + kHash + " c", "three words"},
           {"control a " + kHash, "twice"}}) {
    const auto tokens = Tokens::Parse(good + line, "my.tokens");
    ASSERT_FALSE(tokens.ok()) << line;
    EXPECT_EQ(tokens.error().reason, "TOKENS_INVALID");
    EXPECT_THAT(tokens.error().message, StartsWith("my.tokens:2: "));
    EXPECT_THAT(tokens.error().message, HasSubstr(why));
  }
}

// Somebody may have written the token itself where its hash belongs.
TEST(Tokens, ComplaintsDoNotShowWhatStandsInTheHashsPlace) {
  const auto tokens = Tokens::Parse("view a hypnos_oops", "tokens");
  ASSERT_FALSE(tokens.ok());
  EXPECT_THAT(tokens.error().message, Not(HasSubstr("oops")));
}

TEST(Tokens, NewOnesAreLongAndDiffer) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) made.insert(*NewToken());
  EXPECT_EQ(made.size(), 100u);
  for (const std::string& token : made) {
    EXPECT_THAT(token, StartsWith("hypnos_"));
    EXPECT_EQ(token.size(), 7u + 64u);
  }
}

}  // namespace
}  // namespace hypnos
