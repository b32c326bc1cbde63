#include "daemon/novelty_teller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

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
  void Tell(NoveltyNews::What what, double peak, NoveltyKind kind = NoveltyKind::kUnusual) {
    NoveltyNews news;
    news.what = what;
    news.source = "door";
    news.rows = 10;
    news.columns = 20;
    news.now = seconds(12);
    news.event = {.number = 4,
                  .kind = kind,
                  .begin = seconds(10),
                  .peak_time = seconds(11),
                  .end = seconds(12),
                  .peak = peak,
                  .place = {.row = 9, .column = 4}};
    teller_->OnNovelty(news);
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

TEST_F(NoveltyTellerTest, AChangedSceneIsToldOnce) {
  Tell(NoveltyNews::What::kBegin, 9, NoveltyKind::kSceneChanged);
  Tell(NoveltyNews::What::kEnd, 9, NoveltyKind::kSceneChanged);
  ASSERT_EQ(events_->Query({})->events_size(), 1);
  EXPECT_EQ(Last().kind(), Event::SCENE_CHANGED);
  EXPECT_EQ(Last().severity(), Event::WARNING);
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

TEST_F(NoveltyTellerTest, WhatBeganBeforeTheDaemonDidIsNotTold) {
  Tell(NoveltyNews::What::kEnd, 4);
  EXPECT_EQ(events_->Query({})->events_size(), 0);
}

}  // namespace
}  // namespace hypnos
