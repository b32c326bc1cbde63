#include "daemon/health.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

using telemetry::Source;

telemetry::Source Of(Source::State state, uint32_t queued) {
  telemetry::Source source;
  source.set_state(state);
  source.set_queued(queued);
  return source;
}

// Of a daemon that has done nothing for two minutes, and is looked at before and after.
bool Alive(bool asleep, const std::vector<telemetry::Source>& sources) {
  StatusSnapshot status;
  status.asleep = asleep;
  Progress progress;
  EXPECT_TRUE(progress.GetsOn(status, sources, Instant()));
  return progress.GetsOn(status, sources, Instant() + std::chrono::minutes(2));
}

TEST(Health, IsGoodWhileThereIsNothingToDo) {
  EXPECT_TRUE(Alive(false, {}));
  EXPECT_TRUE(Alive(false, {Of(Source::WATCHED, 0)}));
  EXPECT_TRUE(Alive(false, {Of(Source::LOST, 0), Of(Source::CONNECTING, 0)}));
  EXPECT_TRUE(Alive(false, {Of(Source::PAUSED, 3), Of(Source::ENDED, 0), Of(Source::OPENING, 1)}));
  EXPECT_TRUE(Alive(true, {Of(Source::ENDED, 0)}));
}

TEST(Health, IsBadWhereWhatThereIsToDoIsNotDone) {
  EXPECT_FALSE(Alive(false, {Of(Source::WATCHED, 1)}));
  EXPECT_FALSE(Alive(false, {Of(Source::WATCHED, 0), Of(Source::STALLED, 2)}));
  EXPECT_FALSE(Alive(true, {Of(Source::WATCHED, 0)}));
}

TEST(Health, IsGoodForAWhileAfterEachStep) {
  StatusSnapshot status;
  status.last_progress = Instant() + std::chrono::minutes(10);
  const std::vector<telemetry::Source> sources = {Of(Source::WATCHED, 1)};
  Progress progress;
  EXPECT_TRUE(progress.GetsOn(status, sources, Instant()));
  EXPECT_TRUE(progress.GetsOn(status, sources, status.last_progress + kNoProgressFor / 2));
  EXPECT_FALSE(progress.GetsOn(status, sources, status.last_progress + kNoProgressFor));
}

// A camera that comes back after hours: its first frame waits while a step is under way.
TEST(Health, IsGoodWhenTheFirstFrameAfterALongTimeHasJustCome) {
  Progress progress;
  const Instant now = Instant() + std::chrono::hours(2);
  EXPECT_TRUE(progress.GetsOn({}, {Of(Source::LOST, 0)}, now - std::chrono::seconds(1)));
  EXPECT_TRUE(progress.GetsOn({}, {Of(Source::WATCHED, 1)}, now));
  EXPECT_FALSE(progress.GetsOn({}, {Of(Source::WATCHED, 1)}, now + kNoProgressFor));
}

}  // namespace
}  // namespace hypnos
