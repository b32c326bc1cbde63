// What is printed is what is in effect, and can be loaded.
#include "hypnos/config/print.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "config/mask.h"
#include "config/random_message.h"
#include "config/support.h"
#include "tests/config/everything.pb.h"

namespace hypnos::config {
namespace {

using test::Everything;
using ::testing::HasSubstr;

std::string Printed(const std::string& text) {
  const Result<Config> config = Parse(text, "f");
  EXPECT_TRUE(config.ok()) << config.error().message;
  return Print(*config);
}

TEST(Print, ShowsDefaultsOfSectionsThatAreNotGiven) {
  EXPECT_THAT(Printed(Minimal()), HasSubstr("schedule:\n"
                                            "  wake_steps: 128\n"
                                            "  sleep_steps: 32\n"
                                            "  dream_steps: 8\n"));
}

TEST(Print, LeavesOutWhatIsOffWhenAbsent) {
  EXPECT_THAT(Printed(std::string(kSources) + kNetwork + "encoding: {width: 9, height: 9}\n"),
              Not(HasSubstr("patches")));
  for (const char* const section : {"\nweb:", "\nbroker:"}) {
    EXPECT_THAT(Printed(Minimal()), Not(HasSubstr(section)));
  }
}

TEST(Print, WritesListsAndChoices) {
  EXPECT_THAT(Printed(Minimal()),
              HasSubstr("sources:\n"
                        "  - name: hall\n"
                        "    learn: true\n"
                        "    on_full: by_kind\n    stall_seconds: 10\n    reconnect: true\n"
                        "    masks: []\n    max_frame_rate_hz: 0\n    pace: fast\n"
                        "    queue_frames: 4\n"
                        "    synthetic:\n"
                        "      scene: potato\n"));
}

TEST(Print, WritesEveryKindOfField) {
  Everything everything;
  everything.add_narrows(0.1f);
  everything.add_texts("null");
  everything.add_texts("a word");
  everything.add_nothings();
  everything.mutable_nothing();
  everything.mutable_made()->set_depth(3);
  EXPECT_EQ(Print(everything), R"(flag: true
small: 0
large: 0
count: 0
big_count: 0
narrow: 0.1
wide: 1e-300
text: "it's \"so\""
word: another
hidden: ""
flags: []
smalls: []
larges: []
counts: []
big_counts: []
narrows:
  - 0.1
wides: []
texts:
  - "null"
  - "a word"
words: []
hiddens: []
inner:
  depth: -5
inners: []
nothing: {}
nothings:
  - {}
made:
  depth: 3
)");
}

TEST(Print, MasksSecrets) {
  const std::string printed = Printed(
      std::string("sources: [{name: a, stream: {url: 'rtsp://me:hush@host/x?token=hush'}}]\n") +
      kEncoding + kNetwork);
  EXPECT_THAT(printed, HasSubstr("url: \"rtsp://***@host/x?token=***\"\n"));
}

TEST(Print, ReadsBackAsTheSameConfigWithDefaultsWrittenOut) {
  const Result<Config> config = Parse(Minimal(), "f");
  ASSERT_TRUE(config.ok());
  const Result<Config> again = Parse(Print(*config), "printed");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_THAT(*again, SameAs(Defaulted(*config)));
  EXPECT_THAT(Defaulted(*again), SameAs(*again));
}

RC_GTEST_PROP(Print, ReadsBackWhateverTheConfig, ()) {
  Config config;
  RandomMessage::Fill(&config);
  const std::string printed = Print(config);
  Config again;
  const Status status = Fill(printed, "printed", {}, &again);
  if (!status.ok()) RC_FAIL(status.error().message + "\n" + printed);
  const Config expected = Masked(Defaulted(config));
  RC_ASSERT(google::protobuf::util::MessageDifferencer::Equals(expected, again));
}

RC_GTEST_PROP(Print, ReadsBackWhateverTheSchema, ()) {
  Everything everything;
  RandomMessage::Fill(&everything);
  const std::string printed = Print(everything);
  Everything again;
  const Status status = Fill(printed, "printed", {}, &again);
  if (!status.ok()) RC_FAIL(status.error().message + "\n" + printed);
  RC_ASSERT(Print(again) == printed);
  MaskSecrets(&everything);
  RC_ASSERT(everything.texts_size() == again.texts_size());
  for (int i = 0; i < again.texts_size(); ++i) RC_ASSERT(everything.texts(i) == again.texts(i));
  for (int i = 0; i < again.wides_size(); ++i) RC_ASSERT(everything.wides(i) == again.wides(i));
}

}  // namespace
}  // namespace hypnos::config
