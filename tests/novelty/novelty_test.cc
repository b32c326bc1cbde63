#include "hypnos/novelty/novelty.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

constexpr size_t kRows = 8;
constexpr size_t kColumns = 10;

class Recorder final : public NoveltyObserver {
 public:
  void OnBegin(const NoveltyEvent& event) override { begun.push_back(event); }
  void OnEnd(const NoveltyEvent& event) override { ended.push_back(event); }
  std::vector<NoveltyEvent> begun, ended;
};

// Ten frames a second of something small that moves about.
class Watched : public testing::Test {
 protected:
  static NoveltyOptions Options() {
    NoveltyOptions options;
    options.events.warm_up_seconds = 20;
    return options;
  }

  enum class Shown { kUsual, kOdd, kOdder, kFlash, kStill };

  void Show(Shown shown, int frames, bool learn = true) {
    std::vector<float> surprise(kRows * kColumns), change(kRows * kColumns);
    for (int i = 0; i < frames; ++i) {
      for (size_t at = 0; at < change.size(); ++at) {
        const bool moves = rng_.Uniform() < 0.1f;
        change[at] = moves ? 1 + rng_.Uniform() : 0.01f * rng_.Uniform();
        surprise[at] = moves ? rng_.Uniform() : 0;
        if (shown == Shown::kFlash) change[at] = 50;
        if (shown == Shown::kStill) change[at] = 0;
      }
      if (shown == Shown::kOdd || shown == Shown::kOdder) {
        change[34] = 2;
        surprise[34] = shown == Shown::kOdd ? 30 : 3000;
      }
      const SurpriseMap map{surprise};
      last_ = novelty_.Observe({.rows = kRows,
                                .columns = kColumns,
                                .surprises = {&map, 1},
                                .change = change,
                                .time = time_,
                                .learn = learn},
                               &recorder_);
      time_ += std::chrono::milliseconds(100);
    }
  }

  void Cut() {
    novelty_.Observe({.rows = kRows, .columns = kColumns, .time = time_, .cut = true}, &recorder_);
    time_ += std::chrono::milliseconds(100);
  }

  NoveltyOptions options_ = Options();
  Novelty novelty_ = Novelty::Create(options_).value();
  Recorder recorder_;
  NoveltyReport last_;
  Duration time_{};
  Rng rng_{3};
};

TEST_F(Watched, TheUsualGivesNoEvents) {
  Show(Shown::kUsual, 3000);
  EXPECT_TRUE(recorder_.begun.empty());
  EXPECT_TRUE(last_.warm);
}

TEST_F(Watched, TheOddIsToldWithItsPlace) {
  Show(Shown::kUsual, 600);
  Show(Shown::kOdd, 15);
  EXPECT_GT(last_.score, 3);
  ASSERT_EQ(recorder_.begun.size(), 1u);
  // Or beside it: evidence is of a neighbourhood.
  EXPECT_NEAR(static_cast<double>(recorder_.begun[0].place.row), 3, 1);
  EXPECT_NEAR(static_cast<double>(recorder_.begun[0].place.column), 4, 1);
  Show(Shown::kUsual, 100);
  EXPECT_EQ(recorder_.ended.size(), 1u);
}

TEST_F(Watched, AFlashIsOneChangedScene) {
  Show(Shown::kUsual, 600);
  Show(Shown::kFlash, 1);
  Show(Shown::kUsual, 100);
  ASSERT_EQ(recorder_.begun.size(), 1u);
  EXPECT_EQ(recorder_.begun[0].kind, NoveltyKind::kSceneChanged);
}

TEST_F(Watched, APictureThatStopsIsToldOnceAndSoIsTheNext) {
  Show(Shown::kUsual, 600);
  for (size_t told = 1; told <= 2; ++told) {
    Show(Shown::kStill, 100);
    ASSERT_EQ(recorder_.begun.size(), told);
    EXPECT_EQ(recorder_.begun.back().kind, NoveltyKind::kStandsStill);
    EXPECT_GT(recorder_.begun.back().peak, 3);
    EXPECT_EQ(recorder_.ended.size(), told);
    Show(Shown::kUsual, 100);
  }
  EXPECT_EQ(recorder_.begun.size(), 2u);
}

// As by day, where something always moves, and then before a wall.
TEST_F(Watched, APictureThatStandsStillBecomesUsualAsFastAsAllElse) {
  options_.calibration.new_normal_seconds = 600;
  novelty_ = Novelty::Create(options_).value();
  Show(Shown::kUsual, 600);
  Show(Shown::kStill, 600);
  EXPECT_EQ(recorder_.begun.size(), 1u);
  EXPECT_LT(last_.stillness, 3);
  Show(Shown::kUsual, 100);
  Show(Shown::kStill, 100);
  EXPECT_EQ(recorder_.begun.size(), 1u);
}

TEST_F(Watched, WhatIsDismissedBeginsNoEventAgain) {
  Show(Shown::kUsual, 600);
  Show(Shown::kOdd, 15);
  Show(Shown::kUsual, 200);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_TRUE(novelty_.Dismiss(recorder_.ended[0].number));
  Show(Shown::kOdd, 15);
  Show(Shown::kUsual, 200);
  EXPECT_EQ(recorder_.begun.size(), 1u);
  Show(Shown::kOdder, 15);
  EXPECT_EQ(recorder_.begun.size(), 2u);
}

TEST_F(Watched, WhatIsConfirmedStaysAsUnusualAsItWas) {
  Show(Shown::kUsual, 600);
  // As long as it takes to become usual.
  Show(Shown::kOdd, 400);
  Show(Shown::kUsual, 100);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  MemorySaver saver;
  novelty_.ExchangeState(saver);
  MemoryLoader loader(saver.saved());
  Novelty unconfirmed = Novelty::Create(Options()).value();
  unconfirmed.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  EXPECT_TRUE(novelty_.Confirm(1));
  Show(Shown::kOdd, 5, false);
  const double confirmed = last_.score;
  std::swap(novelty_, unconfirmed);
  Show(Shown::kOdd, 5, false);
  EXPECT_GT(confirmed, last_.score);
}

// From its first frame on, which is judged before it is known to be of an event.
TEST_F(Watched, NothingIsLeftOfWhatIsConfirmed) {
  Show(Shown::kUsual, 600);
  const auto score_of_odd = [&] {
    MemorySaver saver;
    novelty_.ExchangeState(saver);
    MemoryLoader loader(saver.saved());
    Novelty copy = Novelty::Create(Options()).value();
    copy.ExchangeState(loader);
    const Rng rng = std::exchange(rng_, Rng(9));
    std::swap(copy, novelty_);
    Show(Shown::kOdd, 6, false);
    std::swap(copy, novelty_);
    rng_ = rng;
    recorder_ = {};
    return last_.score;
  };
  const double before = score_of_odd();
  Show(Shown::kOdd, 15);
  ASSERT_EQ(recorder_.begun.size(), 1u);
  EXPECT_TRUE(novelty_.Confirm(1));
  // It goes on after that, and does not become usual either.
  Show(Shown::kOdd, 200);
  EXPECT_TRUE(recorder_.ended.empty());
  Show(Shown::kUsual, 60);
  EXPECT_EQ(recorder_.ended.size(), 1u);
  EXPECT_NEAR(score_of_odd(), before, 0.2 * before);
}

// Whoever decides once more has thought better of it.
TEST_F(Watched, TheLastDecisionCounts) {
  Show(Shown::kUsual, 600);
  Show(Shown::kOdd, 15);
  Show(Shown::kUsual, 200);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_TRUE(novelty_.Dismiss(1));
  EXPECT_TRUE(novelty_.Confirm(1));
  Show(Shown::kOdd, 15);
  Show(Shown::kUsual, 200);
  ASSERT_EQ(recorder_.begun.size(), 2u);
  EXPECT_TRUE(novelty_.Confirm(2));
  EXPECT_TRUE(novelty_.Dismiss(2));
  Show(Shown::kOdd, 15);
  EXPECT_EQ(recorder_.begun.size(), 2u);
}

// What was confirmed by mistake may become usual after all.
TEST_F(Watched, WhatIsDismissedWhileItGoesOnIsLearned) {
  Show(Shown::kUsual, 600);
  Show(Shown::kOdd, 15);
  ASSERT_EQ(recorder_.begun.size(), 1u);
  const SavedState before = StateOf(novelty_);
  std::vector<double> scores;
  for (const bool thinks_better : {false, true}) {
    MemoryLoader loader(before);
    novelty_ = Novelty::Create(Options()).value();
    novelty_.ExchangeState(loader);
    rng_ = Rng(5);
    EXPECT_TRUE(novelty_.Confirm(1));
    if (thinks_better) {
      EXPECT_TRUE(novelty_.Dismiss(1));
    }
    Show(Shown::kOdd, 50);
    scores.push_back(last_.score);
  }
  EXPECT_LT(scores[1], scores[0]);
}

TEST_F(Watched, AnEndThatIsOnlyToldChangesNothing) {
  Show(Shown::kUsual, 600);
  Show(Shown::kOdd, 15);
  ASSERT_EQ(recorder_.begun.size(), 1u);
  const SavedState before = StateOf(novelty_);
  novelty_.TellEnd(recorder_);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_EQ(recorder_.ended[0].number, recorder_.begun[0].number);
  EXPECT_EQ(Differences(before, StateOf(novelty_)), std::vector<std::string>());
}

TEST_F(Watched, WhatIsDamagedIsRefused) {
  Show(Shown::kUsual, 600);
  Show(Shown::kOdd, 15);
  Show(Shown::kUsual, 100);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  const SavedState good = StateOf(novelty_);
  const double none = std::numeric_limits<double>::infinity();
  for (const char* name : {"machine.peak", "rising.peak_z", "kept.0.peak_z", "kept.0.added",
                           "kept.0.usual", "smooth", "history.weights", "stillness.before"}) {
    SavedState damaged = good;
    ASSERT_TRUE(damaged.contains(name)) << name;
    std::memcpy(damaged.at(name).bytes.data(), &none, sizeof(none));
    MemoryLoader loader(damaged);
    Novelty::Create(Options()).value().ExchangeState(loader);
    EXPECT_FALSE(loader.status().ok()) << name;
  }
}

TEST_F(Watched, AnEventThatEndsWithItsSourceCanBeDecidedAbout) {
  Show(Shown::kUsual, 600);
  Show(Shown::kOdd, 15);
  novelty_.End(&recorder_);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_TRUE(novelty_.Dismiss(recorder_.ended[0].number));
}

TEST_F(Watched, NoDecisionIsTakenOfWhatIsNotKnown) {
  EXPECT_FALSE(novelty_.Dismiss(1));
  EXPECT_FALSE(novelty_.Confirm(1));
}

TEST_F(Watched, WhatWasSeenBeforeACutCountsForNothingAfterIt) {
  Show(Shown::kUsual, 300);
  MemorySaver saver;
  novelty_.ExchangeState(saver);
  std::vector<double> scores;
  for (const Shown before : {Shown::kOdder, Shown::kUsual}) {
    MemoryLoader loader(saver.saved());
    novelty_ = Novelty::Create(Options()).value();
    novelty_.ExchangeState(loader);
    ASSERT_TRUE(loader.status().ok());
    rng_ = Rng(5);
    Show(before, 5, false);
    Cut();
    Show(Shown::kUsual, 1, false);
    scores.push_back(last_.score);
  }
  EXPECT_EQ(scores[0], scores[1]);
}

TEST_F(Watched, OnlyWhatIsLearnedFromCountsAsWarmUp) {
  Show(Shown::kUsual, 300, false);
  EXPECT_FALSE(last_.warm);
  EXPECT_NEAR(last_.score, 0.301, 0.001);
  Show(Shown::kUsual, 205);
  EXPECT_TRUE(last_.warm);
  Show(Shown::kOdd, 15);
  EXPECT_EQ(recorder_.begun.size(), 1u);
}

TEST_F(Watched, ASourceThatGivesAFrameAMinuteWarmsUp) {
  for (int i = 0; i < 4; ++i) {
    Show(Shown::kUsual, 1);
    time_ += std::chrono::minutes(1);
  }
  EXPECT_TRUE(last_.warm);
}

TEST_F(Watched, AfterAShortWarmUpScoresAreSoonRanksAllTheSame) {
  NoveltyOptions options = Options();
  options.events.warm_up_seconds = 1;
  options.calibration.new_normal_seconds = 100;
  novelty_ = Novelty::Create(options).value();
  Show(Shown::kUsual, 3000);
  int rare = 0;
  for (int i = 0; i < 3000; ++i) {
    Show(Shown::kUsual, 1);
    if (last_.score >= 2) ++rare;
  }
  EXPECT_GT(rare, 10);
  EXPECT_LT(rare, 60);
}

TEST_F(Watched, NothingCanBeSaidOfAFrameWithoutAMap) {
  Show(Shown::kUsual, 300);
  Show(Shown::kOdder, 1);
  EXPECT_GT(last_.score, 2);
  const NoveltyReport report = novelty_.Observe({.time = time_, .cut = true});
  EXPECT_NEAR(report.score, 0.301, 0.001);
  EXPECT_EQ(report.changed_share, 0);
}

TEST_F(Watched, OneThatIsLoadedGoesOnBitForBit) {
  Show(Shown::kUsual, 400);
  Show(Shown::kOdd, 15);
  MemorySaver saver;
  novelty_.ExchangeState(saver);
  MemoryLoader loader(saver.saved());
  Novelty loaded = Novelty::Create(Options()).value();
  loaded.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  const Rng rng = rng_;
  const Duration time = time_;
  Show(Shown::kUsual, 50);
  const double score = last_.score;
  const std::vector<NoveltyEvent> ended = std::exchange(recorder_.ended, {});
  ASSERT_EQ(ended.size(), 1u);
  std::swap(novelty_, loaded);
  rng_ = rng;
  time_ = time;
  Show(Shown::kUsual, 50);
  EXPECT_EQ(last_.score, score);
  ASSERT_EQ(recorder_.ended.size(), 1u);
  EXPECT_EQ(recorder_.ended[0].number, ended[0].number);
  EXPECT_EQ(recorder_.ended[0].begin, ended[0].begin);
  EXPECT_EQ(recorder_.ended[0].end, ended[0].end);
  EXPECT_EQ(recorder_.ended[0].peak, ended[0].peak);
}

TEST(Novelty, NamesTheOptionThatIsOutOfRange) {
  NoveltyOptions options;
  options.calibration.new_normal_seconds = 0;
  EXPECT_EQ(Novelty::Create(options).error().message, "new_normal_seconds must be above 0");
  options = {};
  options.events.end_score = 5;
  EXPECT_EQ(Novelty::Create(options).error().message, "end_score must be at most begin_score");
  options = {};
  options.events.warm_up_seconds = 0;
  EXPECT_EQ(Novelty::Create(options).error().message, "warm_up_seconds must be above 0");
  options = {};
  options.events.quiet_seconds = -1;
  EXPECT_EQ(Novelty::Create(options).error().message, "quiet_seconds must be 0 or above");
}

}  // namespace
}  // namespace hypnos
