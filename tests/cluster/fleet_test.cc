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
  EXPECT_EQ(members[0].heard.heartbeat.name, "a");
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

}  // namespace
}  // namespace hypnos
