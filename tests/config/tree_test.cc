// What is no good as YAML, whatever the schema.
#include "config/tree.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "config/support.h"
#include "hypnos/base/format.h"

namespace hypnos::config {
namespace {

using ::testing::HasSubstr;

TEST(Tree, FindsRepeatedKeys) {
  EXPECT_EQ(Complaint(Minimal() + "seed: 1\nlearning:\n  rate: 1\n  rate: 2\nseed: 2\n"),
            "f:7:3: key 'rate' is repeated; it was first given at f:6:3\n"
            "f:8:1: key 'seed' is repeated; it was first given at f:4:1");
}

TEST(Tree, SaysWhereTheSyntaxIsBroken) {
  EXPECT_EQ(
      Complaint("seed: 1\nsources: a: b\n"),
      "f:2:11: not valid YAML: illegal map value (wrong indentation, or a ':' in text without "
      "quotes?)");
  EXPECT_THAT(Complaint("seed: \"1"), HasSubstr("f:1:9: not valid YAML: illegal EOF in scalar"));
  EXPECT_THAT(Complaint("seed: [1"), HasSubstr("not valid YAML: end of sequence flow not found"));
  EXPECT_THAT(Complaint("seed: *x"), HasSubstr("f:1:7: not valid YAML: the referenced anchor"));
}

TEST(Tree, KnowsATabWhenItSeesOne) {
  EXPECT_EQ(Complaint("network:\n\tlayers: []\n"),
            "f:2:8: a line is indented by a tab; YAML wants spaces");
  EXPECT_EQ(Complaint("network:\n \tlayers: []\n"),
            "f:2:9: a line is indented by a tab; YAML wants spaces");
  EXPECT_EQ(Complaint(Minimal() + "seed:\t1\t# a tab between words does no harm\n"), "");
}

TEST(Tree, ReadsFilesFromOtherSystems) {
  std::string text = "\xef\xbb\xbf" + Minimal() + "seed: x\n";
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, "\r\n");
  }
  EXPECT_THAT(Complaint(text), HasSubstr("f:4:7: 'seed' must be"));
}

TEST(Tree, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(Complaint("seed: 1\nname: \xff"), "f:2:7: byte 0xff is not UTF-8");
  // A slash in two bytes; a surrogate; beyond Unicode; a character cut off; a lone continuation.
  for (const char* bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_THAT(Complaint(std::string("# ") + bad), HasSubstr("f:1:3: byte 0x"));
  }
  EXPECT_EQ(Complaint(Minimal() + "# \u00e4 \u20ac \U0001f600\n"), "");
}

TEST(Tree, RefusesControlCharacters) {
  using std::string_literals::operator""s;
  EXPECT_EQ(Complaint("seed: 1\n\0"s), "f:2:1: control character 0x00");
  // The YAML library takes this one for the end of the file.
  EXPECT_EQ(Complaint("seed: 1\n# \x04"), "f:2:3: control character 0x04");
}

TEST(Tree, RefusesHugeFiles) {
  EXPECT_EQ(Complaint(std::string(kMostTextBytes + 1, ' ')),
            "f:1:1: 1048577 bytes; a configuration has at most 1048576");
  EXPECT_EQ(Complaint(Minimal() + std::string(kMostTextBytes - Minimal().size(), '#')), "");
}

TEST(Tree, RefusesDeepNesting) {
  for (const char* open : {"[", "{a: ", "- ", "? "}) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += open;
    EXPECT_THAT(Complaint(text), HasSubstr("nested more than 64 deep")) << open;
  }
}

TEST(Tree, FollowsAliases) {
  const Result<Config> config =
      Parse(std::string(kSources) + kEncoding +
                "network: {layers: [&first {units: 5, damping: &d 0.25}, *first, {damping: *d}]}",
            "f");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->network().layers(1).units(), 5u);
  EXPECT_EQ(config->network().layers(2).damping(), 0.25);
}

TEST(Tree, RefusesAnAliasInsideItself) {
  EXPECT_EQ(Complaint("a: &x [1, *x]"), "f:1:11: an alias inside what it stands for");
}

// Twenty lines, each made of the one before as `wrap` says.
std::string Bomb(const std::string& first, const std::function<std::string(std::string)>& wrap) {
  std::string text = "a0: &a0 " + first + "\n";
  for (int i = 1; i < 20; ++i) {
    text += Format("a{0}: &a{0} {1}\n", i, wrap(Format("*a{}", i - 1)));
  }
  return text;
}

TEST(Tree, RefusesAliasesThatMultiply) {
  const std::string wide = Bomb("[x, x, x, x]", [](const std::string& last) {
    return Format("[{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}]", last);
  });
  EXPECT_THAT(Complaint(wide), HasSubstr("too much for a configuration"));

  std::string heavy = "a: &a " + std::string(100000, 'x') + "\nb: [*a";
  for (int i = 0; i < 100000; ++i) heavy += ", *a";
  EXPECT_THAT(Complaint(heavy + "]"), HasSubstr("too much for a configuration"));
}

TEST(Tree, RefusesAliasesThatGoDeep) {
  const std::string deep =
      Bomb("[[[[[x]]]]]", [](const std::string& last) { return Format("[[[[[{}]]]]]", last); });
  EXPECT_THAT(Complaint(deep), HasSubstr("nested more than 64 deep"));
}

TEST(Tree, HasOneDocumentWithoutTags) {
  EXPECT_THAT(Complaint("seed: 1\n---\nseed: 2\n"), HasSubstr("f:2:1: a second document"));
  EXPECT_EQ(Complaint("seed: !!int 1\n"),
            "f:1:7: tags are not used here, found 'tag:yaml.org,2002:int'");
}

TEST(Tree, HasWordsForKeys) {
  EXPECT_THAT(Complaint("? [a]\n: 1\n"), HasSubstr("f:1:3: a key must be a word"));
  EXPECT_THAT(Complaint("~: 1\n"), HasSubstr("f:1:1: a key must be a word"));
}

}  // namespace
}  // namespace hypnos::config
