#include "daemon/session_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hypnos/record/session_recorder.h"
#include "pipeline/fixture.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kConfig =
    "{sources: [{name: a, synthetic: {}}], network: {layers: [{units: 8}]}, "
    "encoding: {patches: {}}, labels: {classes: [cat, dog]}}";

class SessionSourceTest : public ::testing::Test {
 protected:
  void Record(const std::vector<session::Event>& events) {
    session::Header about;
    about.set_configuration(kConfig);
    auto recorder = SessionRecorder::Start(disk, clock, {.folder = "kept"}, about);
    HYPNOS_CHECK(recorder.ok());
    for (const session::Event& event : events) (*recorder)->Record(event);
    (*recorder)->Close();
    options.path = (*recorder)->status().session;
  }
  static session::Event Taken(const std::string& stream, int64_t index,
                              std::optional<size_t> label = {}) {
    Frame frame = MakeFrame(index);
    frame.label = label;
    return EventOf(0, FrameTaken{stream, frame});
  }
  static session::Event Missing() {
    session::Event event;
    event.mutable_missing()->set_frames(2);
    return event;
  }

  // Frames as "index discontinuity label", and how it ended.
  std::vector<std::string> Read() {
    std::vector<std::string> told;
    auto source = OpenSessionSource(disk, {.name = "again", .learn = learn}, options);
    if (!source.ok()) return {source.error().message};
    while (true) {
      auto next = (*source)->Next();
      if (!next.ok()) {
        told.push_back(next.error().message);
        EXPECT_EQ((*source)->Next().error().message, told.back());
        return told;
      }
      if (std::holds_alternative<EndOfStream>(*next)) return told;
      const Frame& frame = std::get<Frame>(*next);
      EXPECT_EQ(frame.learn, learn);
      told.push_back(Format("{} {} {}", frame.index, ToString(frame.discontinuity),
                            frame.label ? Format("{}", *frame.label) : "-"));
    }
  }

  MemoryFileSystem disk;
  SystemClock clock;
  bool learn = true;
  SessionSourceOptions options = {
      .path = {}, .source = {}, .rules = {.classes = 2}, .classes = {"dog", "mouse"}};
};

TEST_F(SessionSourceTest, GivesTheFramesAsTheyCame) {
  Record({Taken("a", 0), Taken("a", 1), EventOf(0, LearningSwitched{false}), Taken("a", 2)});
  EXPECT_THAT(Read(), ElementsAre("0 start -", "1 none -", "2 none -"));
  learn = false;
  EXPECT_EQ(Read().size(), 3u);
}

TEST_F(SessionSourceTest, WhatIsMissingIsAGap) {
  Record({Taken("a", 4), Missing(), Taken("a", 7), Taken("a", 8)});
  EXPECT_THAT(Read(), ElementsAre("4 start -", "7 gap -", "8 none -"));
}

TEST_F(SessionSourceTest, LabelsAreFoundByName) {
  Record({Taken("a", 0, 0), Taken("a", 1, 1)});
  EXPECT_THAT(Read(), ElementsAre("0 start -", "1 none 0"));
}

TEST_F(SessionSourceTest, OneOfSeveralIsToBeNamed) {
  Record({Taken("a", 0), Taken("b", 0), Taken("a", 1), Taken("b", 1)});
  EXPECT_THAT(Read().back(), HasSubstr("source 'again': the session has several sources, 'a' and "
                                       "'b' among them: say which with session.source"));
  options.source = "b";
  EXPECT_THAT(Read(), ElementsAre("0 start -", "1 none -"));
  options.source = "c";
  EXPECT_THAT(Read(), ElementsAre(HasSubstr("no frame of a source 'c'")));
}

TEST_F(SessionSourceTest, WhatTheNetworkCannotReadIsRefused) {
  Record({Taken("a", 0)});
  options.rules = {.symbols = 5, .readers = 1};
  EXPECT_THAT(Read(), ElementsAre(HasSubstr("source 'again': the recording does not fit")));
  options.path = "nowhere";
  EXPECT_THAT(Read(), ElementsAre(HasSubstr("source 'again': 'nowhere' holds no segment")));
}

}  // namespace
}  // namespace hypnos
