#include "lab/symbol_text.h"

#include <gtest/gtest.h>

#include "support/memory_file_system.h"

namespace hypnos::lab {
namespace {

// A thousand symbols and more, of five different ones.
std::string Rhyme() {
  std::string text;
  while (text.size() < 1200) text += "Abba\ncab ";
  return text;
}

Result<SymbolText> Load(const std::string& bytes, const std::optional<std::string>& unknown = {}) {
  MemoryFileSystem disk;
  disk.WriteFile("texts/rhyme.txt", bytes);
  return LoadSymbolText(disk, "texts/rhyme.txt", unknown, 0.1);
}

TEST(SymbolText, HasTheSymbolsThatOccurAndNoOthers) {
  const auto text = Load(Rhyme());
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->name, "rhyme");
  EXPECT_EQ(text->alphabet, 5u);
  // Line feed, space, a, b, c.
  EXPECT_EQ(std::vector<uint8_t>(text->symbols.begin(), text->symbols.begin() + 9),
            (std::vector<uint8_t>{2, 3, 3, 2, 0, 4, 2, 3, 1}));
}

TEST(SymbolText, KeepsItsEndToBeJudgedBy) {
  const auto text = Load(Rhyme());
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->judged(), text->symbols.size() / 10);
  EXPECT_EQ(text->training().size() + text->judged(), text->symbols.size());
}

TEST(SymbolText, ValidationNeverSeesTheHeldOutEnd) {
  const auto text = Load(Rhyme());
  const SymbolText chosen_by = WithValidation(*text, 0.1);
  EXPECT_EQ(chosen_by.symbols.size(), text->learned);
  EXPECT_EQ(chosen_by.judged(), text->learned / 10);
}

TEST(SymbolText, ShortenedIsWhatIsLearnedFrom) {
  const auto text = Load(Rhyme());
  const SymbolText half = Shortened(*text, 0.5);
  EXPECT_EQ(half.learned, text->learned / 2);
  EXPECT_EQ(half.judged(), text->judged());
  EXPECT_TRUE(std::equal(half.symbols.end() - 50, half.symbols.end(), text->symbols.end() - 50));
}

TEST(SymbolText, WhatIsUnknownIsNamedOrReplaced) {
  const auto refused = Load(Rhyme() + "\nf\xc3\xbcr");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "UNKNOWN_SYMBOL");
  EXPECT_NE(refused.error().message.find("'texts/rhyme.txt' line 136: '\xc3\xbc'"),
            std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(Load(Rhyme() + "\nf\xc3\xbcr", "?").ok());
  EXPECT_EQ(Load(Rhyme(), "\xc3\xbc").error().reason, "UNKNOWN_SYMBOL");
}

TEST(SymbolText, EmptyShortOrMissingIsNoText) {
  EXPECT_EQ(Load("").error().reason, "SHORT_TEXT");
  EXPECT_EQ(Load("abba").error().reason, "SHORT_TEXT");
  MemoryFileSystem disk;
  EXPECT_EQ(LoadSymbolText(disk, "none.txt", {}, 0.1).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace hypnos::lab
