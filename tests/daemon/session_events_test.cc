// What a session log says is what reached the pipeline; and what does not fit is refused.
#include "daemon/session_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hypnos/config/load.h"
#include "pipeline/fixture.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;

const InputRules kPictures = {.classes = 3};

template <class T>
T Again(const T& input, const InputRules& rules = kPictures) {
  const auto timed = InputOf(EventOf(7, PipelineInput(input)), rules);
  HYPNOS_CHECK(timed.ok());
  EXPECT_EQ(timed->moment, 7u);
  return std::get<T>(timed->input);
}

TEST(SessionEvents, FramesComeBackToTheBit) {
  for (const auto discontinuity :
       {Discontinuity::kNone, Discontinuity::kStart, Discontinuity::kClip, Discontinuity::kLoop,
        Discontinuity::kResize, Discontinuity::kReconnect, Discontinuity::kGap,
        Discontinuity::kPause, Discontinuity::kSwitch}) {
    for (const auto gate :
         {GateVerdict::kOpen, GateVerdict::kDuplicate, GateVerdict::kFrozen,
          GateVerdict::kPlaceholder, GateVerdict::kStale, GateVerdict::kConcealed}) {
      Frame frame = MakeFrame(3);
      frame.discontinuity = discontinuity;
      frame.gate = gate;
      frame.learn = gate == GateVerdict::kOpen;
      frame.concealed = gate == GateVerdict::kConcealed;
      if (gate == GateVerdict::kFrozen) frame.label = 2;
      const FrameTaken taken = Again(FrameTaken{"door", frame});
      EXPECT_EQ(taken.stream, "door");
      EXPECT_EQ(taken.frame.clip, frame.clip);
      EXPECT_EQ(taken.frame.index, frame.index);
      EXPECT_EQ(taken.frame.presentation_time, frame.presentation_time);
      EXPECT_EQ(taken.frame.discontinuity, frame.discontinuity);
      EXPECT_EQ(taken.frame.gate, frame.gate);
      EXPECT_EQ(taken.frame.learn, frame.learn);
      EXPECT_EQ(taken.frame.label, frame.label);
      EXPECT_EQ(taken.frame.concealed, frame.concealed);
      EXPECT_TRUE(taken.frame.image == frame.image);
    }
  }
  Frame text;
  text.symbols = {0, 4, 255};
  const InputRules rules = {.symbols = 256, .readers = 3};
  EXPECT_EQ(Again(FrameTaken{"book", text}, rules).frame.symbols, text.symbols);
}

TEST(SessionEvents, SoDoesEverythingElse) {
  EXPECT_EQ(Again(StreamAdded{"a"}).stream, "a");
  EXPECT_FALSE(Again(StreamAdded{"a"}).continues);
  EXPECT_EQ(Again(StreamAdded{"a", true}).stream, "a");
  EXPECT_TRUE(Again(StreamAdded{"a", true}).continues);
  EXPECT_TRUE(Again(StateReplaced{.begins = true}).begins);
  EXPECT_FALSE(Again(StateReplaced{}).begins);
  EXPECT_EQ(Again(StreamRemoved{"a"}).stream, "a");
  EXPECT_FALSE(Again(StreamEnded{"a", {}}).error);
  const Error error = {Code::kDataLoss, "BROKE_OFF", "it broke off"};
  const StreamEnded ended = Again(StreamEnded{"a", error});
  EXPECT_EQ(ended.error->code, error.code);
  EXPECT_EQ(ended.error->reason, error.reason);
  EXPECT_EQ(ended.error->message, error.message);
  EXPECT_FALSE(Again(LearningSwitched{false}).on);
  EXPECT_TRUE(Again(LearningSwitched{true}).on);
  EXPECT_TRUE(Again(LearningHeld{true}).hold);
  EXPECT_TRUE(Again(GuardResumed{true}).full_rate);
  EXPECT_FALSE(Again(GuardResumed{false}).full_rate);
  EXPECT_EQ(Again(SleepOrdered{0}).steps, 0u);
  EXPECT_EQ(Again(SleepOrdered{9}).steps, 9u);
  EXPECT_TRUE(Again(WakeOrdered{true}).after_dream);
  EXPECT_FALSE(Again(WakeOrdered{false}).after_dream);
  EXPECT_EQ(Again(LabelOrdered{"a", 2}).label, 2u);
  EXPECT_FALSE(Again(LabelOrdered{"", {}}).label);
  EXPECT_EQ(Again(NoveltyJudged{"a", 7, true}).stream, "a");
  EXPECT_EQ(Again(NoveltyJudged{"a", 7, true}).event, 7u);
  EXPECT_TRUE(Again(NoveltyJudged{"a", 7, true}).confirmed);
  EXPECT_FALSE(Again(NoveltyJudged{"a", 7, false}).confirmed);
  for (const auto cause : {PhaseCause::kHours, PhaseCause::kQuiet, PhaseCause::kFrames}) {
    EXPECT_EQ(Again(ClockEndedPhase{cause}).cause, cause);
  }
  EXPECT_TRUE(Again(RunEnded{true}).stopped);
}

TEST(SessionEvents, WhatTheNetworkCannotReadIsRefused) {
  const auto why = [](const PipelineInput& input, const InputRules& rules) {
    const auto read = InputOf(EventOf(0, input), rules);
    return read.ok() ? "" : read.error().message;
  };
  Frame frame = MakeFrame(0);
  frame.label = 3;
  EXPECT_THAT(why(FrameTaken{"a", frame}, kPictures), HasSubstr("a label 3, of 3 classes"));
  EXPECT_THAT(why(LabelOrdered{"a", 3}, kPictures), HasSubstr("a label 3, of 3 classes"));
  Frame text;
  text.symbols = {0, 1};
  EXPECT_THAT(why(FrameTaken{"a", text}, kPictures), HasSubstr("a picture is a text"));
  EXPECT_THAT(why(FrameTaken{"a", text}, {.symbols = 2, .readers = 3}), HasSubstr("3 read"));
  EXPECT_THAT(why(FrameTaken{"a", text}, {.symbols = 1, .readers = 2}),
              HasSubstr("none of the alphabet"));
  EXPECT_THAT(why(FrameTaken{"a", MakeFrame(0)}, {.symbols = 2, .readers = 1}),
              HasSubstr("0 readers"));
  session::Event none;
  none.mutable_missing();
  EXPECT_FALSE(InputOf(none, kPictures).ok());
}

TEST(SessionEvents, RulesAreThoseOfTheConfiguration) {
  const auto rules = [](const char* yaml) { return RulesOf(*config::Parse(yaml, "test")); };
  const InputRules video = rules(
      "{sources: [{name: a, synthetic: {}}], network: {layers: [{units: 8}]}, "
      "encoding: {patches: {}}, labels: {classes: [x, y]}}");
  EXPECT_EQ(video.symbols, 0u);
  EXPECT_EQ(video.classes, 2u);
  const InputRules text = rules(
      "{sources: [{name: a, text: {path: b}}], network: {layers: [{units: 8}]}, "
      "encoding: {text: {alphabet: abc, readers: 4}}}");
  EXPECT_EQ(text.symbols, 3u);
  EXPECT_EQ(text.readers, 4u);
}

}  // namespace
}  // namespace hypnos
