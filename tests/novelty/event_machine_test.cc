#include "novelty/event_machine.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/memory_archive.h"

namespace hypnos {
namespace {

class Recorder final : public NoveltyObserver {
 public:
  void OnBegin(const NoveltyEvent& event) override { begun.push_back(event); }
  void OnPeak(const NoveltyEvent& event) override { peaks.push_back(event); }
  void OnEnd(const NoveltyEvent& event) override { ended.push_back(event); }
  std::vector<NoveltyEvent> begun, peaks, ended;
};

// Ten frames a second.
class Events : public testing::Test {
 protected:
  static constexpr EventOptions kOptions = {.warm_up_seconds = 10,
                                            .begin_score = 3,
                                            .end_score = 1.5,
                                            .quiet_seconds = 1,
                                            .least_seconds = 0.5,
                                            .cooldown_seconds = 2,
                                            .scene_share = 0.5,
                                            .settle_seconds = 3};

  void Watch(double score, int frames, double changed_share = 0, bool cut = false) {
    for (int i = 0; i < frames; ++i) {
      machine_.Observe({.score = score, .place = {2, 3}, .changed_share = changed_share},
                       {.time = time_, .passed = 0.1, .cut = cut}, &recorder_);
      time_ += std::chrono::milliseconds(100);
    }
  }
  void StandStill(double stillness, int frames) {
    for (int i = 0; i < frames; ++i) {
      machine_.Observe({.score = 0.3, .stillness = stillness}, {.time = time_, .passed = 0.1},
                       &recorder_);
      time_ += std::chrono::milliseconds(100);
    }
  }
  void WarmUp() { Watch(0.3, 100); }

  EventMachine machine_{kOptions};
  Recorder recorder_;
  Duration time_{};
};

TEST_F(Events, ThatAreUnderWayEndWhereNothingFollows) {
  WarmUp();
  machine_.End(&recorder_);
  EXPECT_TRUE(recorder_.ended.empty());
  Watch(4, 10);
  const Duration last = time_ - std::chrono::milliseconds(100);
  machine_.End(&recorder_);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_EQ(recorder_.ended[0].end, last);
  EXPECT_EQ(recorder_.ended[0].last, last);
  machine_.End(&recorder_);
  EXPECT_EQ(recorder_.ended.size(), 1u);
}

// Times after a cut are of another clip.
TEST_F(Events, ThatACutEndsWereLastSeenBeforeIt) {
  WarmUp();
  Watch(4, 10);
  const Duration last = time_ - std::chrono::milliseconds(100);
  time_ = {};
  Watch(0.3, 1, 0, true);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_EQ(recorder_.ended[0].last, last);
}

TEST_F(Events, AreNumberedAboveWhatIsTaken) {
  machine_.NumberAbove(7);
  machine_.NumberAbove(3);
  WarmUp();
  Watch(4, 10);
  ASSERT_EQ(recorder_.begun.size(), 1u);
  EXPECT_EQ(recorder_.begun[0].number, 8u);
  EXPECT_EQ(machine_.last_number(), 8u);
}

TEST_F(Events, NothingIsToldWhileItWarmsUp) {
  Watch(9, 98);
  EXPECT_TRUE(recorder_.begun.empty());
  EXPECT_FALSE(machine_.warm());
}

TEST_F(Events, OneThatLastsIsToldWithBeginPeakAndEnd) {
  WarmUp();
  const Duration begin = time_;
  Watch(4, 10);
  ASSERT_EQ(recorder_.begun.size(), 1u);
  EXPECT_EQ(recorder_.begun[0].begin, begin);
  EXPECT_EQ(recorder_.begun[0].number, 1u);
  const Duration peak = time_;
  Watch(6, 1);
  Watch(2, 30);  // above the score of the end
  EXPECT_TRUE(recorder_.ended.empty());
  const Duration end = time_;
  Watch(1, 11);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_EQ(recorder_.ended[0].peak, 6);
  EXPECT_EQ(recorder_.ended[0].peak_time, peak);
  EXPECT_EQ(recorder_.ended[0].end, end - std::chrono::milliseconds(100));
  EXPECT_EQ(recorder_.ended[0].place, (Place{2, 3}));
  EXPECT_EQ(recorder_.peaks.size(), 1u);
}

TEST_F(Events, OneFrameIsNone) {
  WarmUp();
  for (int i = 0; i < 20; ++i) {
    Watch(9, 1);
    Watch(0.3, 5);
  }
  EXPECT_TRUE(recorder_.begun.empty());
}

TEST_F(Events, AShortDipDoesNotEndIt) {
  WarmUp();
  Watch(4, 10);
  for (int i = 0; i < 5; ++i) {
    Watch(1, 8);
    Watch(4, 2);
  }
  EXPECT_EQ(recorder_.begun.size(), 1u);
  EXPECT_TRUE(recorder_.ended.empty());
}

TEST_F(Events, TheNextOneWaitsUntilItHasCooledDown) {
  WarmUp();
  Watch(4, 10);
  Watch(1, 12);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  Watch(4, 15);
  EXPECT_EQ(recorder_.begun.size(), 1u);
  Watch(4, 15);
  EXPECT_EQ(recorder_.begun.size(), 2u);
}

TEST_F(Events, AChangeOfTheWholeSceneIsOneEvent) {
  WarmUp();
  Watch(4, 10);  // under way: it ends with it
  Watch(9, 15, 0.9);
  Watch(9, 20, 0.1);  // settling
  ASSERT_EQ(recorder_.begun.size(), 2u);
  EXPECT_EQ(recorder_.begun[1].kind, NoveltyKind::kSceneChanged);
  EXPECT_EQ(recorder_.ended.size(), 2u);
}

TEST_F(Events, APictureThatStandsStillIsOneEvent) {
  WarmUp();
  Watch(4, 10);  // under way: it ends with it
  StandStill(4, 40);
  Watch(0.3, 20);  // a key frame or two
  StandStill(4, 40);
  ASSERT_EQ(recorder_.begun.size(), 2u);
  EXPECT_EQ(recorder_.begun[1].kind, NoveltyKind::kStandsStill);
  EXPECT_EQ(recorder_.begun[1].peak, 4);
  EXPECT_EQ(recorder_.ended.size(), 2u);
  Watch(0.3, 31);
  StandStill(4, 1);
  EXPECT_EQ(recorder_.begun.size(), 3u);
}

// A cover changes all, and nothing moves behind it.
TEST_F(Events, WhatStandsStillAfterAChangeBelongsToIt) {
  WarmUp();
  Watch(9, 3, 0.9);
  Watch(0.3, 20);
  StandStill(4, 100);
  EXPECT_EQ(recorder_.begun.size(), 1u);
}

TEST_F(Events, AQuietMomentIsNoneHoweverLittleBeginsAnEvent) {
  EventOptions options = kOptions;
  options.begin_score = 2;
  machine_ = EventMachine(options);
  WarmUp();
  StandStill(3.9, 20);
  EXPECT_TRUE(recorder_.begun.empty());
}

TEST_F(Events, ACutEndsWhatIsUnderWay) {
  WarmUp();
  Watch(4, 10);
  Watch(9, 1, 1, true);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_EQ(recorder_.begun.size(), 1u);
}

TEST_F(Events, OneThatIsLoadedGoesOnWhereItWas) {
  WarmUp();
  Watch(4, 10);
  MemorySaver saver;
  machine_.ExchangeState(saver);
  MemoryLoader loader(saver.saved());
  EventMachine loaded{kOptions};
  loaded.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  machine_ = loaded;
  Watch(1, 12);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_EQ(recorder_.ended[0].number, 1u);
}

}  // namespace
}  // namespace hypnos
