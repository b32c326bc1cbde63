#include "hypnos/cluster/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

HeardHeartbeat From(const std::string& name, double interval_seconds = 10) {
  return {.heartbeat = {.name = name, .interval_seconds = interval_seconds}, .sources = 1};
}

TEST(Fleet, WhoSaysNothingForThreeTimesAsLongAsHeMeantToIsGone) {
  SimulatedClock clock;
  Fleet fleet(clock);
  fleet.Take(From("b", 2));
  fleet.Take(From("a", 10));
  clock.Advance(std::chrono::seconds(6));
  auto members = fleet.Members();
  ASSERT_THAT(members, SizeIs(2));
  EXPECT_EQ(members[0].heard->heartbeat.name, "a");
  EXPECT_FALSE(members[0].gone);
  EXPECT_FALSE(members[1].gone);
  clock.Advance(std::chrono::milliseconds(1));
  members = fleet.Members();
  EXPECT_FALSE(members[0].gone);
  EXPECT_TRUE(members[1].gone);
  fleet.Take(From("b", 2));
  EXPECT_FALSE(fleet.Members()[1].gone);
}

TEST(Fleet, WhoSaysThatHeEndsIsGoneAtOnce) {
  SimulatedClock clock;
  Fleet fleet(clock);
  HeardHeartbeat last = From("a");
  last.heartbeat.ending = true;
  fleet.Take(last);
  EXPECT_TRUE(fleet.Members()[0].gone);
}

TEST(Fleet, WhoIsGoneForADayIsForgotten) {
  SimulatedClock clock;
  Fleet fleet(clock);
  fleet.Take(From("a"));
  clock.Advance(Fleet::kForgottenAfter + std::chrono::seconds(1));
  EXPECT_THAT(fleet.Members(), IsEmpty());
}

TEST(Fleet, ThereAreSoManyAtMost) {
  SimulatedClock clock;
  Fleet fleet(clock);
  for (size_t i = 0; i < Fleet::kMost + 10; ++i) fleet.Take(From("d" + std::to_string(i)));
  EXPECT_THAT(fleet.Members(), SizeIs(Fleet::kMost));
  clock.Advance(Fleet::kForgottenAfter + std::chrono::seconds(1));
  fleet.Take(From("new"));
  EXPECT_THAT(fleet.Members(), SizeIs(1));
}

// As much as is kept of one.
HeardHeartbeat Talkative(const std::string& name) {
  HeardHeartbeat heard = From(name);
  heard.heartbeat.sources.assign(100, {.name = "s", .why = std::string(1000, 'w')});
  heard.heartbeat.problems.assign(100, std::string(1000, 'p'));
  heard.heartbeat.model = ModelBeat{.model = "m", .replicas = {"a", "b"}};
  heard.sources = 100;
  return heard;
}

TEST(Fleet, WhereTheySayTooMuchWhatIsCountedIsKept) {
  SimulatedClock clock;
  Fleet fleet(clock);
  for (size_t i = 0; i < Fleet::kMost; ++i) fleet.Take(Talkative("d" + std::to_string(i)));
  size_t bytes = 0, in_short = 0;
  const auto members = fleet.Members();
  ASSERT_THAT(members, SizeIs(Fleet::kMost));
  for (const Member& member : members) {
    const Heartbeat& heartbeat = member.heard->heartbeat;
    EXPECT_EQ(member.heard->sources, 100u);
    for (const SourceBeat& source : heartbeat.sources) bytes += sizeof(source) + source.why.size();
    for (const std::string& problem : heartbeat.problems) bytes += problem.size();
    if (!heartbeat.sources.empty()) continue;
    ++in_short;
    EXPECT_THAT(heartbeat.problems, SizeIs(1));
    EXPECT_THAT(heartbeat.model->replicas, IsEmpty());
  }
  EXPECT_GT(in_short, 0u);
  EXPECT_LT(in_short, Fleet::kMost);
  EXPECT_LE(bytes, Fleet::kMostBytes + 1000 * in_short);
}

TEST(Fleet, WhoSaysLessMakesRoomForOthers) {
  SimulatedClock clock;
  Fleet fleet(clock);
  for (size_t i = 0; i < Fleet::kMost; ++i) fleet.Take(Talkative("d" + std::to_string(i)));
  fleet.Take(Talkative("d999"));
  EXPECT_THAT(fleet.Members().back().heard->heartbeat.sources, IsEmpty());
  // Again and again: who speaks is not counted twice.
  for (int again = 0; again < 3; ++again) fleet.Take(Talkative("d0"));
  EXPECT_THAT(fleet.Members().front().heard->heartbeat.sources, SizeIs(100));
  fleet.Take(From("d0"));
  fleet.Take(Talkative("d999"));
  EXPECT_THAT(fleet.Members().back().heard->heartbeat.sources, SizeIs(100));
  clock.Advance(Fleet::kForgottenAfter + std::chrono::seconds(1));
  fleet.Take(Talkative("new"));
  EXPECT_THAT(fleet.Members().front().heard->heartbeat.sources, SizeIs(100));
}

}  // namespace
}  // namespace hypnos
