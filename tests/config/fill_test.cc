// Keys, lists, choices and what must be there.
#include <gtest/gtest.h>

#include "config/support.h"
#include "tests/config/everything.pb.h"

namespace hypnos::config {
namespace {

using test::Everything;
using ::testing::HasSubstr;

TEST(Load, ReadsWhatIsGivenAndLeavesDefaults) {
  const Result<Config> config = Parse(R"(
seed: 7
sources:
  - name: hall
    learn: no
    file: {path: hall.mp4}
encoding:
  patches: {size: 8}
network:
  layers:
    - units: 64
    - {}
)",
                                      "f");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->seed(), 7u);
  EXPECT_EQ(config->sources(0).file().path(), "hall.mp4");
  EXPECT_FALSE(config->sources(0).learn());
  EXPECT_EQ(config->encoding().patches().size(), 8u);
  EXPECT_EQ(config->network().layers(0).units(), 64u);
  EXPECT_EQ(config->network().layers(1).units(), 256u);
  EXPECT_FALSE(config->has_schedule());
}

TEST(Load, NamesTheNearestKey) {
  const std::string layers = "network:\n  layers:\n    - units: 3\n      dampign: 0.5\n";
  EXPECT_EQ(Complaint(std::string(kSources) + kEncoding + layers),
            "f:6:7: unknown key 'dampign' in layer; did you mean 'damping'?");
}

TEST(Load, ListsTheKeysIfNoneIsNear) {
  EXPECT_EQ(Complaint(Minimal() + "generator: {warmth: 3}"),
            "f:4:13: unknown key 'warmth' in generator; the keys are rate, start, kind, rule, "
            "horizon_frames, goodness_share");
}

TEST(Load, ReportsEverythingAtOnceInOrderOfPlace) {
  EXPECT_EQ(Complaint("seed: x\n"
                      "network: {layers: [{units: 0}, {unitz: 4}]}\n"
                      "sources: []\n"
                      "encoding: {patches: {size: 1}}\n"),
            "f:1:7: 'seed' must be a whole number from 0 to 18446744073709551615, found 'x'\n"
            "f:2:28: 'units' must be a whole number from 1 to 1048576, found '0'\n"
            "f:2:33: unknown key 'unitz' in layer; did you mean 'units'?\n"
            "f:3:1: 'sources' must be a list of at least 1, found a list of 0\n"
            "f:4:28: 'size' must be a whole number from 2 to 256, found '1'");
}

TEST(Load, StopsAfterTwentyProblemsAndCountsTheRest) {
  std::string text = Minimal();
  for (int i = 0; i < 25; ++i) text += "zzzzzz" + std::to_string(i) + ": 1\n";
  const std::string complaint = Complaint(text);
  EXPECT_EQ(std::count(complaint.begin(), complaint.end(), '\n'), 20);
  EXPECT_THAT(complaint, HasSubstr("\nand 5 more"));
}

TEST(Load, MissesNeededKeysAndSections) {
  EXPECT_EQ(Complaint("seed: 1\nsources: [{synthetic: {}}, {name: a, file: {rounds: 2}}]\n"),
            "f:1:1: 'network.layers' is missing\n"
            "f:1:1: without encoding.patches the whole frame is the input, and a read-out may have "
            "at most 32768 inputs: give encoding.width and height, or encoding.patches\n"
            "f:2:11: 'sources.0.name' is missing\n"
            "f:2:38: 'sources.1.file.path' is missing");
}

TEST(Load, ReportsAMisspeltKeyOnceAndNotAlsoAsMissing) {
  EXPECT_EQ(Complaint("sorces: [{name: a, camera: {}}]\n" + std::string(kEncoding) + kNetwork),
            "f:1:1: unknown key 'sorces' in config; did you mean 'sources'?");
  EXPECT_EQ(Complaint(std::string("sources: [{name: a, camra: {}}]\n") + kEncoding + kNetwork),
            "f:1:21: unknown key 'camra' in source; did you mean 'camera'?");
}

TEST(Load, WantsExactlyOneKindOfSource) {
  const std::string rest = std::string(kEncoding) + kNetwork;
  const std::string rule =
      "a source is one of camera, file, stream, folder, playlist, synthetic, text, session, "
      "series; ";
  EXPECT_EQ(Complaint("sources: [{name: a}]\n" + rest), "f:1:11: " + rule + "none is given");
  EXPECT_EQ(Complaint("sources: [{name: a, file: {path: x}, camera: {}}]\n" + rest),
            "f:1:38: " + rule + "both 'file' and 'camera' are given");
}

TEST(Load, TakesAnEmptySectionForItsDefaults) {
  EXPECT_EQ(Complaint(Minimal() + "schedule:\nmemory: {}\n"), "");
}

TEST(Load, DoesNotGuessWhatAnEmptyKeyBelowASectionMeans) {
  EXPECT_EQ(Complaint(std::string(kSources) + kNetwork + "encoding:\n  patches:\n"),
            "f:4:3: 'patches' must be a map of keys (size, stride), found nothing; {} takes every "
            "default");
  EXPECT_EQ(Complaint(Minimal() + "seed:\n"),
            "f:4:1: 'seed' must be a whole number from 0 to 18446744073709551615, found nothing");
}

TEST(Load, TellsListsAndKeysAndScalarsApart) {
  EXPECT_EQ(Complaint("sources: {name: a}\nencoding: {patches: [1, 2]}\nnetwork: {layers: 5}\n"
                      "seed: {}\nlearning: fast\n"),
            "f:1:1: 'sources' must be a list, found keys\n"
            "f:2:12: 'patches' must be a map of keys (size, stride), found a list of 2\n"
            "f:3:19: 'layers' must be a list, found '5'\n"
            "f:4:1: 'seed' must be a whole number from 0 to 18446744073709551615, found keys\n"
            "f:5:11: 'learning' must be a map of keys (rule, rate, velocity, weight_decay, "
            "online_share, threshold_share, optimiser, square_memory, rate_schedule, "
            "negatives), found 'fast'");
  EXPECT_THAT(Complaint(std::string(kSources) + kEncoding + "network: {layers: [5]}\n"),
              HasSubstr("f:3:20: an element of 'layers' must be a map of keys (units, "));
}

TEST(Load, RefusesAFileThatSaysNothing) {
  for (const char* text : {"", "\n\n", "# nothing yet\n", "---\n", "~"}) {
    EXPECT_THAT(Complaint(text), HasSubstr("nothing is in here; the keys are seed, sources"));
  }
  EXPECT_EQ(Complaint("- 1\n"), "f:1:1: a configuration begins with keys, found a list of 1");
  EXPECT_EQ(Complaint("hello"), "f:1:1: a configuration begins with keys, found 'hello'");
}

TEST(Load, SaysWhenTheFileIsNotThere) {
  PosixFileSystem files;
  const Result<Config> config = Load(files, "/nowhere/hypnos.yaml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, Code::kNotFound);
}

TEST(Fill, ServesAnySchema) {
  Everything everything;
  const Status status = Fill(
      "{flag: off, small: -2147483648, large: -10, count: 4294967295, narrow: 1.5, wide: -1e3,\n"
      " text: x, word: one_word, flags: [on, no], smalls: [-3, +4], larges: "
      "[9223372036854775807],\n"
      " big_counts: [18446744073709551615], narrows: [0.25], wides: [.5, 1.], texts: ['', 5],\n"
      " words: [another], inners: [{depth: -9}, {}], nothing: {}, numbered: 3}",
      "f", {}, &everything);
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_FALSE(everything.flag());
  EXPECT_EQ(everything.small(), std::numeric_limits<int32_t>::min());
  EXPECT_THAT(everything.smalls(), ::testing::ElementsAre(-3, 4));
  EXPECT_THAT(everything.wides(), ::testing::ElementsAre(0.5, 1));
  EXPECT_THAT(everything.texts(), ::testing::ElementsAre("", "5"));
  EXPECT_EQ(everything.words(0), Everything::ANOTHER);
  EXPECT_EQ(everything.inners(0).depth(), -9);
  EXPECT_TRUE(everything.has_nothing());
  EXPECT_EQ(everything.numbered(), 3u);
}

TEST(Fill, ForgetsWhatTheMessageHeld) {
  Everything everything;
  everything.set_count(3);
  EXPECT_TRUE(Fill("numbered: 1", "f", {}, &everything).ok());
  EXPECT_FALSE(everything.has_count());
}

}  // namespace
}  // namespace hypnos::config
