#include "hypnos/cluster/parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/digest.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Parts, WhatFitsIsLeftAsItIs) {
  EXPECT_THAT(InParts("{}", 2), ElementsAre("{}"));
  EXPECT_THAT(InParts("", 0), ElementsAre(""));
}

TEST(Parts, EachFitsAndSaysWhichOfHowManyItIs) {
  const std::string message(10'000, 'x');
  for (const size_t limit : {256, 300, 1000, 9999}) {
    const auto parts = InParts(message, limit);
    ASSERT_GT(parts.size(), 1u);
    for (size_t i = 0; i < parts.size(); ++i) {
      EXPECT_LE(parts[i].size(), limit);
      EXPECT_THAT(parts[i], HasSubstr("\"part\":" + std::to_string(i + 1) + ","));
      EXPECT_THAT(parts[i], HasSubstr("\"of\":" + std::to_string(parts.size()) + ","));
      EXPECT_THAT(parts[i], HasSubstr(Sha256(message)));
    }
  }
}

// Beginning of one in the next, nothing twice and nothing left out.
TEST(Parts, AreTheMessageInItsOrder) {
  const auto parts = InParts("0123456789" + std::string(300, 'z') + "end", 300);
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_THAT(parts[0], HasSubstr("\"data\":\"" + Base64("0123456789" + std::string(71, 'z'))));
  EXPECT_THAT(parts[3], HasSubstr("\"data\":\"" + Base64(std::string(67, 'z') + "end") + "\""));
}

TEST(Parts, ThereAreNoneWhereTheLimitLeavesNoRoom) {
  EXPECT_THAT(InParts(std::string(300, 'x'), 255), IsEmpty());
  EXPECT_THAT(InParts(std::string(300, 'x'), 0), IsEmpty());
}

TEST(Parts, TheDigestIsThatOfFips180) {
  EXPECT_EQ(Sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Base64("hello"), "aGVsbG8=");
}

}  // namespace
}  // namespace hypnos
