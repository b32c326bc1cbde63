// Sentences.
#include "config/words.h"

#include <gtest/gtest.h>

namespace hypnos::config {
namespace {

TEST(Words, TheNearestIsWithinAFewSlips) {
  const std::vector<std::string> words = {"units", "damping", "frame_rate_hz", "self"};
  EXPECT_EQ(Nearest("dampign", words), "damping");
  EXPECT_EQ(Nearest("unit", words), "units");
  EXPECT_EQ(Nearest("frameRateHz", words), "frame_rate_hz");
  EXPECT_EQ(Nearest("frame_rate", words), "frame_rate_hz");
  EXPECT_EQ(Nearest("SELF", words), "self");
  EXPECT_EQ(Nearest("damping_of_layer", words), "damping");
  EXPECT_EQ(Nearest("frame", words), "frame_rate_hz");
}

TEST(Words, NothingIsNearWhatIsFar) {
  const std::vector<std::string> words = {"units", "damping", "url"};
  for (const char* word : {"", "x", "id", "neurons", "damper_kind"}) {
    EXPECT_EQ(Nearest(word, words), "") << word;
  }
}

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
