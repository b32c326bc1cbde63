#include "hypnos/sources/alphabet.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(Alphabet, NumbersSymbolsInTheirOrderAndBack) {
  const auto alphabet = Alphabet::Create("ab\xc3\xa6\n");
  ASSERT_TRUE(alphabet.ok());
  EXPECT_EQ(alphabet->size(), 4u);
  EXPECT_EQ(alphabet->NumberOf("b"), 1);
  EXPECT_EQ(alphabet->NumberOf("\xc3\xa6"), 2);
  EXPECT_EQ(alphabet->NumberOf("c"), std::nullopt);
  EXPECT_EQ(alphabet->NumberOf("\xc3\xa4"), std::nullopt);
  EXPECT_EQ(alphabet->NumberOf("\xc3"), std::nullopt);
  EXPECT_EQ(alphabet->TextOf(std::vector<uint8_t>{2, 0, 3}),
            "\xc3\xa6"
            "a\n");
}

TEST(Alphabet, CapitalsCountAsSmallLettersWhereItHasNone) {
  const auto small = Alphabet::Create(" ab");
  EXPECT_EQ(small->NumberOf("B"), small->NumberOf("b"));
  EXPECT_EQ(small->NumberOf("\t"), small->NumberOf(" "));
  EXPECT_EQ(small->NumberOf("C"), std::nullopt);
  const auto both = Alphabet::Create("abB");
  EXPECT_EQ(both->NumberOf("B"), 2);
  EXPECT_EQ(both->NumberOf("A"), 0);
}

TEST(Alphabet, TheDefaultOneIsOne) { EXPECT_TRUE(Alphabet::Create(kDefaultAlphabet).ok()); }

TEST(Alphabet, RefusesWhatIsNone) {
  for (const char* symbols : {"", "a", "aba", "ab\xff"}) {
    const auto alphabet = Alphabet::Create(symbols);
    ASSERT_FALSE(alphabet.ok()) << symbols;
    EXPECT_EQ(alphabet.error().reason, "ALPHABET");
  }
  EXPECT_NE(Alphabet::Create("abca").error().message.find("'a' is there twice"), std::string::npos);
}

TEST(Alphabet, HasRoomForAsManySymbolsAsAByteHasValues) {
  std::string symbols;
  for (int i = 0; i < 256; ++i) {
    symbols += static_cast<char>(0xc4 + i / 64);
    symbols += static_cast<char>(0x80 + i % 64);
  }
  const auto full = Alphabet::Create(symbols);
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full->NumberOf(symbols.substr(510)), 255);
  EXPECT_FALSE(Alphabet::Create(symbols + "a").ok());
}

}  // namespace
}  // namespace hypnos
