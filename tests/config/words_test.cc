// Sentences.
#include "config/words.h"

#include <gtest/gtest.h>

namespace hypnos::config {
namespace {

TEST(Words, ShownTextIsOneShortLineWithoutPasswords) {
  EXPECT_EQ(Shown("a\nb\t\x1b[0m"), "a\\nb\\t\\x1b[0m");
  EXPECT_EQ(Shown("rtsp://me:hush@host"), "rtsp://***@host");
  EXPECT_EQ(Shown("\xff"), "\xef\xbf\xbd");
  EXPECT_EQ(Shown(std::string(100, 'x')), std::string(60, 'x') + "...");
}

TEST(Words, QuotedTextKeepsEveryCharacter) {
  EXPECT_EQ(Quoted("a \"b\" \\ \u00e4\n\x01"), "\"a \\\"b\\\" \\\\ \u00e4\\n\\x01\"");
}

TEST(Words, ArticlesFitTheirNouns) {
  EXPECT_EQ(WithArticle("layer"), "a layer");
  EXPECT_EQ(WithArticle("encoding"), "an encoding");
}

}  // namespace
}  // namespace hypnos::config
