#include "daemon/novelty_teller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "daemon/fanout.h"
#include "pipeline/novel.h"
#include "support/memory_file_system.h"
#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using control::Event;
using std::chrono::seconds;
using ::testing::HasSubstr;

class NoveltyTellerTest : public ::testing::Test {
 protected:
  NoveltyTellerTest()
      : pipeline_({}, clock_, nobody_),
        teller_(std::make_unique<NoveltyTeller>(clock_, events_, pipeline_)) {}

  // As seen at second 12 of the source.
  static NoveltyNews News(NoveltyNews::What what, double peak,
                          NoveltyKind kind = NoveltyKind::kUnusual) {
    NoveltyNews news;
    news.what = what;
    news.source = "door";
    news.rows = 10;
    news.columns = 20;
    news.event = {.number = 4,
                  .kind = kind,
                  .begin = seconds(10),
                  .peak_time = seconds(11),
                  .end = seconds(12),
                  .last = seconds(12),
                  .peak = peak,
                  .place = {.row = 9, .column = 4}};
    return news;
  }
  void Tell(NoveltyNews::What what, double peak, NoveltyKind kind = NoveltyKind::kUnusual) {
    teller_->OnNovelty(News(what, peak, kind));
  }
  void TellEnd(seconds end, seconds last) {
    NoveltyNews news = News(NoveltyNews::What::kEnd, 5);
    news.event.end = end;
    news.event.last = last;
    teller_->OnNovelty(news);
  }
  void ShowFrame(seconds time) {
    FrameReport report;
    report.source = "door";
    report.presentation_time = time;
    teller_->OnFrame(report);
  }
  Event Last() const {
    const auto told = events_->Query({}).value();
    return told.events(told.events_size() - 1);
  }
  double now() const { return Seconds(clock_.WallNow().time_since_epoch()); }

  SimulatedClock clock_;
  PipelineObserver nobody_;
  const SharedEvents events_ = std::make_shared<EventBook>(clock_);
  Pipeline pipeline_;
  std::unique_ptr<NoveltyTeller> teller_;
};

TEST_F(NoveltyTellerTest, AnEventIsOneEntryFromBeginToEnd) {
  Tell(NoveltyNews::What::kBegin, 3.5);
  EXPECT_EQ(Last().kind(), Event::UNUSUAL);
  EXPECT_EQ(Last().source(), "door");
  EXPECT_DOUBLE_EQ(Last().time(), now() - 2) << "when it began, and not when that was told";
  EXPECT_EQ(Last().surprise(), 3.5);
  EXPECT_EQ(Last().end_time(), 0) << "it goes on";
  EXPECT_DOUBLE_EQ(Last().x(), 4.5 / 20);
  EXPECT_DOUBLE_EQ(Last().y(), 9.5 / 10);
  Tell(NoveltyNews::What::kPeak, 5);
  EXPECT_EQ(Last().surprise(), 5);
  Tell(NoveltyNews::What::kEnd, 5);
  EXPECT_DOUBLE_EQ(Last().peak_time(), now() - 1);
  EXPECT_DOUBLE_EQ(Last().end_time(), now());
  EXPECT_THAT(Last().message(), HasSubstr("for 2.0 s"));
  EXPECT_EQ(events_->Query({})->events_size(), 1);
}

TEST_F(NoveltyTellerTest, WhatHasBeenQuietForAWhileEndedBefore) {
  Tell(NoveltyNews::What::kBegin, 3.5);
  clock_.Advance(seconds(3));
  ShowFrame(seconds(14));
  clock_.Advance(seconds(1));
  TellEnd(seconds(13), seconds(15));
  EXPECT_DOUBLE_EQ(Last().end_time(), now() - 2);
}

// Times of the source start anew with each clip, and a camera may be lost for an hour.
TEST_F(NoveltyTellerTest, WhatACutEndsEndedWhenItWasLastSeen) {
  Tell(NoveltyNews::What::kBegin, 3.5);
  const double begun = now();
  clock_.Advance(seconds(3));
  ShowFrame(seconds(15));
  clock_.Advance(seconds(3600));
  TellEnd(seconds(14), seconds(15));
  EXPECT_DOUBLE_EQ(Last().end_time(), begun + 2);
  EXPECT_DOUBLE_EQ(Last().peak_time(), begun - 1);
}

TEST_F(NoveltyTellerTest, OfAFileThatIsReadFastNothingEndsBeforeItsPeak) {
  Tell(NoveltyNews::What::kBegin, 3.5);
  TellEnd(seconds(13), seconds(60));
  EXPECT_EQ(Last().end_time(), Last().peak_time());
}

TEST_F(NoveltyTellerTest, AChangedSceneIsToldOnce) {
  Tell(NoveltyNews::What::kBegin, 9, NoveltyKind::kSceneChanged);
  Tell(NoveltyNews::What::kEnd, 9, NoveltyKind::kSceneChanged);
  ASSERT_EQ(events_->Query({})->events_size(), 1);
  EXPECT_EQ(Last().kind(), Event::SCENE_CHANGED);
  EXPECT_EQ(Last().severity(), Event::WARNING);
}

TEST_F(NoveltyTellerTest, APictureThatStandsStillIsToldOnce) {
  Tell(NoveltyNews::What::kBegin, 9, NoveltyKind::kStandsStill);
  Tell(NoveltyNews::What::kEnd, 9, NoveltyKind::kStandsStill);
  ASSERT_EQ(events_->Query({})->events_size(), 1);
  EXPECT_EQ(Last().kind(), Event::SCENE_CHANGED);
  EXPECT_THAT(Last().message(), HasSubstr("nothing in the picture moves any more"));
}

TEST_F(NoveltyTellerTest, ADecisionThatComesTooLateDoesNoHarm) {
  Tell(NoveltyNews::What::kBegin, 4);
  control::ResolveEventRequest request;
  request.set_id(Last().id());
  request.set_verdict(Event::DISMISSED);
  EXPECT_TRUE(events_->Resolve(request).ok());
  teller_.reset();
  EXPECT_TRUE(events_->Resolve(request).ok());
}

class Verdicts final : public InputObserver {
 public:
  void OnInput(uint64_t, const PipelineInput& input) override {
    if (const auto* judged = std::get_if<NoveltyJudged>(&input)) told.push_back(*judged);
  }
  std::vector<NoveltyJudged> told;
};

TEST(NoveltyTellerInAPipeline, PassesOnWhatIsDecided) {
  const SystemClock clock;
  const auto events = std::make_shared<EventBook>(clock);
  Fanout observers;
  Pipeline pipeline(NovelByError(), clock, observers);
  NoveltyTeller teller(clock, events, pipeline);
  observers.Add(&teller);
  Verdicts verdicts;
  pipeline.SetInputObserver(&verdicts);
  FrameQueue queue(401, OnFull::kBlock);
  Fill(queue, FlickeringClip(400, 320, 345));
  pipeline.Post(
      [&](PipelineControl& control) { control.AddStream({.name = "door", .queue = &queue}); });
  ASSERT_TRUE(pipeline.Run().ok());
  ASSERT_EQ(events->Query({})->events_size(), 1);
  const Event event = events->Query({})->events(0);
  EXPECT_GT(event.end_time(), 0);
  for (const auto verdict : {Event::CONFIRMED, Event::DISMISSED}) {
    control::ResolveEventRequest request;
    request.set_id(event.id());
    request.set_verdict(verdict);
    ASSERT_TRUE(events->Resolve(request).ok());
    ASSERT_FALSE(verdicts.told.empty());
    EXPECT_EQ(verdicts.told.back().stream, "door");
    EXPECT_EQ(verdicts.told.back().event, 1u);
    EXPECT_EQ(verdicts.told.back().confirmed, verdict == Event::CONFIRMED);
  }
}

// Its end, too: whoever was told of the beginning by the daemon before waits for it.
TEST_F(NoveltyTellerTest, WhatBeganBeforeTheDaemonDidIsTold) {
  Tell(NoveltyNews::What::kPeak, 4);
  ASSERT_EQ(events_->Query({})->events_size(), 1);
  EXPECT_EQ(events_->Query({})->events(0).end_time(), 0);
  Tell(NoveltyNews::What::kEnd, 4);
  ASSERT_EQ(events_->Query({})->events_size(), 1);
  EXPECT_GT(events_->Query({})->events(0).end_time(), 0);
}

TEST_F(NoveltyTellerTest, WhatASourceThatIsGoneShowedIsWrittenAsItIs) {
  MemoryFileSystem disk;
  EventRecorder recorder({.folder = "events"}, {.files = disk, .clock = clock_, .pictured = {}});
  NoveltyTeller teller(clock_, events_, pipeline_, [&] { return &recorder; });
  teller.OnNovelty(News(NoveltyNews::What::kBegin, 4));
  teller.OnStreamEnd({.source = "door", .error = {}});
  const Instant end = SystemClock().Now() + seconds(20);
  while (recorder.status().kept == 0 && SystemClock().Now() < end) std::this_thread::yield();
  EXPECT_EQ(recorder.status().kept, 1u);
}

}  // namespace
}  // namespace hypnos
