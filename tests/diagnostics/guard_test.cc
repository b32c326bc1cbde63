#include "hypnos/diagnostics/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/memory_archive.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using Next = Guard::Next;

ProbeFigures Figures(bool sound) {
  ProbeFigures figures;
  figures.layers.resize(1);
  figures.layers[0].units = 10;
  figures.layers[0].weights.mean = 1;
  figures.layers[0].finite = sound;
  return figures;
}

GuardOptions Options() {
  GuardOptions options;
  options.enabled = true;
  options.attempts = 2;
  options.keep_every_steps = 100;
  return options;
}

class GuardTest : public ::testing::Test {
 protected:
  Next Score(bool sound, bool may_keep = true) {
    const WeightHealth weights;
    return guard.OnScored({.figures = Figures(sound), .weights = weights, .may_keep = may_keep},
                          now);
  }
  void Steps(uint64_t steps) {
    now.steps += steps;
    for (uint64_t i = 0; i < steps; ++i) guard.CountStep();
  }
  void Restart(const GuardOptions& options) { guard = Guard(options); }
  // A good state, an alarm, and back.
  void RollBack() {
    if (Score(true) == Next::kKeep) guard.NoteKept(now.steps);
    ASSERT_EQ(Score(false), Next::kDecide);
    guard.Decide(true, now);
  }
  std::optional<GuardDecision> NewestNews() {
    std::optional<GuardDecision> newest;
    while (const auto news = guard.TakeNews()) newest = news;
    return newest;
  }
  Guard Reloaded() {
    Guard loaded(Options());
    MemoryLoader loader(StateOf(guard));
    loaded.ExchangeState(loader);
    EXPECT_TRUE(loader.status().ok());
    EXPECT_TRUE(loader.left().empty());
    return loaded;
  }

  Guard guard{Options()};
  Guard::Moment now = {.time = WallTime(std::chrono::seconds(5)), .frames = 7, .steps = 0};
};

TEST_F(GuardTest, IsSilentWhereItIsOff) {
  Restart({});
  EXPECT_EQ(Score(false), Next::kNothing);
  EXPECT_FALSE(guard.alarmed());
  EXPECT_FALSE(guard.Resume(true, now));
}

TEST_F(GuardTest, KeepsTheFirstGoodStateAndAnotherOneWhenThatIsDue) {
  EXPECT_EQ(Score(true, false), Next::kNothing);
  EXPECT_EQ(Score(true), Next::kKeep);
  guard.NoteKept(3);
  EXPECT_EQ(guard.status().good_steps, 3u);
  EXPECT_EQ(Score(true), Next::kNothing);
  Steps(99);
  EXPECT_EQ(Score(true), Next::kNothing);
  Steps(1);
  EXPECT_EQ(Score(true), Next::kKeep);
}

TEST_F(GuardTest, KeepsNoneWhereItMayNot) {
  GuardOptions options = Options();
  options.good_state_bytes = 0;
  Restart(options);
  EXPECT_EQ(Score(true), Next::kNothing);
}

TEST_F(GuardTest, AnAlarmIsDecidedOnceAndTold) {
  RollBack();
  EXPECT_FALSE(guard.alarmed());
  const auto news = guard.TakeNews();
  ASSERT_TRUE(news);
  EXPECT_EQ(news->event, GuardEvent::kRolledBack);
  EXPECT_EQ(news->attempt, 1u);
  EXPECT_EQ(news->attempts, 2u);
  EXPECT_EQ(news->rate_factor, 0.5);
  EXPECT_EQ(news->frames, 7u);
  EXPECT_EQ(news->back_to_steps, 0u);
  EXPECT_EQ(news->time, now.time);
  EXPECT_THAT(ToString(*news), HasSubstr("layer 1: its weights or what it says are not finite; "
                                         "rolled back to what was learned in 0 steps; attempt 1 of "
                                         "2, at 0.5 times the learning rate"));
  EXPECT_FALSE(guard.TakeNews());
  EXPECT_EQ(guard.status().alarms, 1u);
}

TEST_F(GuardTest, WhileAnAlarmIsUndecidedNoOtherOneIsRaised) {
  EXPECT_EQ(Score(false), Next::kDecide);
  EXPECT_EQ(Score(false), Next::kNothing);
}

TEST_F(GuardTest, OtherWeightsAreJudgedByWhatWasKnownOfThem) {
  RollBack();
  EXPECT_EQ(Score(false), Next::kDecide);
  guard.TakeOver(Guard(Options()));
  EXPECT_FALSE(guard.alarmed());
  EXPECT_FALSE(guard.status().sign);
  EXPECT_FALSE(guard.status().good_steps);
  // What was decided is not undone by it.
  EXPECT_EQ(guard.status().attempt, 1u);
  EXPECT_EQ(guard.rate_factor(), 0.5);
  EXPECT_EQ(guard.status().decisions.size(), 1u);
}

TEST_F(GuardTest, GivesUpWhenItsAttemptsAreUsedUp) {
  RollBack();
  RollBack();
  EXPECT_EQ(guard.rate_factor(), 0.25);
  EXPECT_FALSE(guard.stopped());
  RollBack();
  EXPECT_TRUE(guard.stopped());
  EXPECT_EQ(NewestNews()->event, GuardEvent::kGaveUp);
  EXPECT_EQ(Score(false), Next::kNothing) << "it has stopped";
  EXPECT_EQ(guard.rate_factor(), 0.25);
}

TEST_F(GuardTest, WithNoAttemptsAnAlarmStopsAtOnce) {
  GuardOptions options = Options();
  options.attempts = 0;
  Restart(options);
  RollBack();
  EXPECT_TRUE(guard.stopped());
  EXPECT_EQ(guard.rate_factor(), 1);
}

TEST_F(GuardTest, StopsWhereThereIsNothingToGoBackTo) {
  EXPECT_EQ(Score(false), Next::kDecide);
  guard.Decide(false, now);
  EXPECT_TRUE(guard.stopped());
  const auto news = guard.TakeNews();
  EXPECT_EQ(news->event, GuardEvent::kNothingToGoBackTo);
  EXPECT_FALSE(news->back_to_steps);
  EXPECT_THAT(ToString(*news), HasSubstr("restore a checkpoint"));
}

TEST_F(GuardTest, ResumesByCommand) {
  RollBack();
  RollBack();
  RollBack();
  ASSERT_TRUE(guard.stopped());
  EXPECT_TRUE(guard.Resume(false, now));
  EXPECT_FALSE(guard.stopped());
  EXPECT_EQ(guard.status().attempt, 0u);
  EXPECT_EQ(guard.rate_factor(), 0.25);
  EXPECT_EQ(NewestNews()->event, GuardEvent::kResumed);
  EXPECT_FALSE(guard.Resume(false, now));
  EXPECT_TRUE(guard.Resume(true, now));
  EXPECT_EQ(guard.rate_factor(), 1);
  EXPECT_FALSE(guard.Resume(true, now));
}

TEST_F(GuardTest, AttemptsCountAnewAfterSoManySoundSteps) {
  GuardOptions options = Options();
  options.recover_steps = 50;
  Restart(options);
  Steps(60);
  RollBack();
  Steps(49);
  Score(true);
  EXPECT_EQ(guard.status().attempt, 1u);
  Steps(1);
  Score(true);
  EXPECT_EQ(guard.status().attempt, 0u);
  EXPECT_EQ(guard.rate_factor(), 0.5);
  EXPECT_EQ(NewestNews()->event, GuardEvent::kRecovered);
}

TEST_F(GuardTest, NeverRecoversUnlessThatIsWanted) {
  RollBack();
  Steps(100000);
  Score(true);
  EXPECT_EQ(guard.status().attempt, 1u);
}

TEST_F(GuardTest, TellsEachFigureThatIsWaitedForInVainOnce) {
  GuardOptions options = Options();
  options.limits.auc = 0.6;
  options.limits.cosine = 0.9;
  options.limits.patience_scorings = 3;
  Restart(options);
  ProbeFigures poor = Figures(true);
  poor.layers[0].auc = 0.5;
  poor.layers[0].cosine = 1;
  for (int scoring = 0; scoring < 7; ++scoring) {
    EXPECT_FALSE(guard.TakeNews());
    guard.OnScored({.figures = poor, .weights = {}, .judge_auc = true, .may_keep = false}, now);
    if (scoring != 2) continue;
    const auto cosine = guard.TakeNews();
    const auto auc = guard.TakeNews();
    ASSERT_TRUE(cosine);
    ASSERT_TRUE(auc);
    EXPECT_EQ(cosine->event, GuardEvent::kNeverSound);
    EXPECT_THAT(ToString(*cosine),
                HasSubstr("a cosine of 1.0000 (limit: 0.9000); it has not been"));
    EXPECT_THAT(ToString(*auc), HasSubstr("AUC after sleep is 0.500"));
  }
  EXPECT_EQ(guard.status().alarms, 0u);
  EXPECT_EQ(Reloaded().status().decisions.back().event, GuardEvent::kNeverSound);
}

TEST_F(GuardTest, SaysOnceThatItCannotKeep) {
  guard.NoteCannotKeep(now);
  EXPECT_EQ(guard.TakeNews()->event, GuardEvent::kCannotKeep);
  guard.NoteCannotKeep(now);
  EXPECT_FALSE(guard.TakeNews());
  guard.NoteKept(1);
  guard.NoteCannotKeep(now);
  EXPECT_TRUE(guard.TakeNews());
}

TEST_F(GuardTest, RemembersTheNewestDecisions) {
  for (int i = 0; i < 150; ++i) {
    now.frames = static_cast<uint64_t>(i);
    RollBack();
    guard.Resume(true, now);
  }
  EXPECT_THAT(guard.status().decisions, SizeIs(Guard::kDecisions));
  EXPECT_EQ(guard.status().decisions.back().frames, 149u);
  EXPECT_EQ(guard.status().alarms, 150u);
}

TEST_F(GuardTest, GoesOnWhereItIsLoaded) {
  RollBack();
  RollBack();
  ASSERT_EQ(Score(false), Next::kDecide);
  Guard loaded = Reloaded();
  EXPECT_TRUE(loaded.alarmed());
  EXPECT_EQ(loaded.rate_factor(), 0.25);
  EXPECT_EQ(loaded.status().attempt, 2u);
  EXPECT_EQ(loaded.status().good_steps, guard.status().good_steps);
  ASSERT_THAT(loaded.status().decisions, SizeIs(2));
  EXPECT_EQ(ToString(loaded.status().decisions[1]), ToString(guard.status().decisions[1]));
  EXPECT_EQ(loaded.status().decisions[1].time, now.time);
  loaded.Decide(true, now);
  EXPECT_TRUE(loaded.stopped());
}

TEST_F(GuardTest, NonsenseIsRefused) {
  RollBack();
  const SavedState saved = StateOf(guard);
  const auto refused = [&](const std::string& name, std::string bytes) {
    SavedState other = saved;
    EXPECT_TRUE(other.contains(name)) << name;
    other[name].bytes = std::move(bytes);
    MemoryLoader loader(other);
    Guard loaded(Options());
    loaded.ExchangeState(loader);
    return !loader.status().ok();
  };
  const std::string zero(8, '\0'), huge(8, '\x7f'), negative(8, '\xff');
  EXPECT_TRUE(refused("rate_factor", zero));
  EXPECT_TRUE(refused("rate_factor", negative));  // a NaN
  EXPECT_TRUE(refused("decisions", huge));
  EXPECT_TRUE(refused("decision.0.event", huge));
  EXPECT_TRUE(refused("decision.0.sign.figure", huge));
  EXPECT_TRUE(refused("health.layers", huge));
  EXPECT_TRUE(refused("stopped", "\x02"));
}

}  // namespace
}  // namespace hypnos
