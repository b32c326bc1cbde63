#include "hypnos/sources/text_decoder.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TextDecoder Decoder(std::optional<char> unknown = {}) {
  Alphabet alphabet = *Alphabet::Create("\n abc?\xc3\xa6");
  std::optional<uint8_t> number;
  if (unknown) number = alphabet.NumberOf(std::string(1, *unknown));
  return {"'t.txt'", std::move(alphabet), number};
}

std::string Decoded(TextDecoder decoder, std::initializer_list<std::string_view> pieces) {
  std::vector<uint8_t> symbols;
  for (const auto piece : pieces) EXPECT_TRUE(decoder.Decode(piece, &symbols).ok());
  EXPECT_TRUE(decoder.Finish(&symbols).ok());
  return decoder.alphabet().TextOf(symbols);
}

TEST(TextDecoder, ReadsWhatTheAlphabetHas) {
  EXPECT_EQ(Decoded(Decoder(), {"Abc a\nb"}), "abc a\nb");
}

TEST(TextDecoder, CharactersMayBeCutInTwo) {
  EXPECT_EQ(Decoded(Decoder(), {"a\xc3", "\xa6", "", "b"}),
            "a\xc3\xa6"
            "b");
}

TEST(TextDecoder, AByteOrderMarkIsNoSymbolAtTheBeginning) {
  EXPECT_EQ(Decoded(Decoder(), {"\xEF",
                                "\xBB\xBF"
                                "ab"}),
            "ab");
  EXPECT_EQ(Decoded(Decoder('?'), {"a\xEF\xBB\xBF"
                                   "b"}),
            "a?b")
      << "elsewhere it is unknown";
}

TEST(TextDecoder, RestartedKnowsNothingOfWhatWasUnfinished) {
  TextDecoder decoder = Decoder();
  std::vector<uint8_t> symbols;
  ASSERT_TRUE(decoder.Decode("a\n\xc3", &symbols).ok());
  decoder.Restart();
  EXPECT_EQ(decoder.line(), 1);
  ASSERT_TRUE(decoder
                  .Decode("\xEF\xBB\xBF"
                          "b",
                          &symbols)
                  .ok());
  EXPECT_EQ(decoder.alphabet().TextOf(symbols), "a\nb");
}

TEST(TextDecoder, ACarriageReturnBelongsToItsLineFeed) {
  EXPECT_EQ(Decoded(Decoder(), {"a\r\nb\r", "\nc"}), "a\nb\nc");
}

TEST(TextDecoder, NamesTextLineAndSymbolOfWhatIsUnknown) {
  const std::pair<const char*, const char*> cases[] = {
      {"a\nb\ncd", "'t.txt' line 3: 'd' is no symbol"},
      {"a\xc3\xa4", "'t.txt' line 1: '\xc3\xa4' is no symbol"},
      {"\n\xff", "'t.txt' line 2: byte 0xff is no symbol"},
      {"a\rb", "'\\x0d' is no symbol"},
      {"a\x1b[0m", "'\\x1b' is no symbol"}};
  for (const auto& [text, words] : cases) {
    TextDecoder decoder = Decoder();
    std::vector<uint8_t> symbols;
    const Status status = decoder.Decode(text, &symbols);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().reason, "UNKNOWN_SYMBOL");
    EXPECT_NE(status.error().message.find(words), std::string::npos) << status.error().message;
  }
}

TEST(TextDecoder, OneSymbolMayStandForAllThatIsUnknown) {
  EXPECT_EQ(Decoded(Decoder('?'), {"ax\xc3\xa4\xff"
                                   "b",
                                   "\r", "\xe2\x82"}),
            "a???b???");
}

TEST(TextDecoder, AnUnfinishedCharacterAtTheEndIsUnknown) {
  TextDecoder decoder = Decoder();
  std::vector<uint8_t> symbols;
  ASSERT_TRUE(decoder.Decode("a\xc3", &symbols).ok());
  EXPECT_FALSE(decoder.Finish(&symbols).ok());
}

}  // namespace
}  // namespace hypnos
