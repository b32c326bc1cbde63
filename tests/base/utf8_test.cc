#include "hypnos/base/utf8.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(Utf8, TellsTheLengthOfAWellFormedCharacter) {
  EXPECT_EQ(CharacterLength("ab"), 1u);
  EXPECT_EQ(CharacterLength("\xc3\xa6gypt"), 2u);
  EXPECT_EQ(CharacterLength("\xe2\x82\xac 5"), 3u);
  EXPECT_EQ(CharacterLength("\xf0\x9f\x90\xba"), 4u);
}

TEST(Utf8, NothingElseIsACharacter) {
  for (const char* bytes : {"", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xed\xa0\x80", "\xff"}) {
    EXPECT_EQ(CharacterLength(bytes), 0u) << bytes;
  }
}

TEST(Utf8, TheFirstByteTellsHowManyToWaitFor) {
  EXPECT_EQ(CharacterLengthByLead('a'), 1u);
  EXPECT_EQ(CharacterLengthByLead('\xc3'), 2u);
  EXPECT_EQ(CharacterLengthByLead('\xe2'), 3u);
  EXPECT_EQ(CharacterLengthByLead('\xf0'), 4u);
  EXPECT_EQ(CharacterLengthByLead('\x80'), 1u);
  EXPECT_EQ(CharacterLengthByLead('\xff'), 1u);
}

TEST(Utf8, WhatIsNoneIsMadePrintable) {
  EXPECT_EQ(PrintableUtf8("Temp \xc2\xb0"
                          "C"),
            "Temp \xc2\xb0"
            "C");
  EXPECT_EQ(PrintableUtf8("Temp \xb0"
                          "C"),
            "Temp \\xb0C")
      << "as Latin-1 has it";
  EXPECT_EQ(PrintableUtf8("\x1b[31m\xc2\x9b\xc3"), "\\x1b[31m\\x9b\\xc3");
  EXPECT_EQ(PrintableUtf8(""), "");
}

}  // namespace
}  // namespace hypnos
