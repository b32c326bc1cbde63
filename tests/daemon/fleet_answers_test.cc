#include "daemon/fleet_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "daemon/heartbeat_of.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Member Of(Heartbeat heartbeat, bool gone = false) {
  return {.heard = std::make_shared<const HeardHeartbeat>(HeardOf(std::move(heartbeat))),
          .silent = std::chrono::seconds(4),
          .gone = gone};
}

Heartbeat Porch() {
  return {.name = "porch",
          .host = "pi",
          .phase = "awake",
          .problems = std::vector<std::string>(20, "wrong"),
          .sources = {{.name = "door", .state = "lost", .why = "gone", .latency_seconds = 0.5}},
          .layers = {{.layer = 1, .learning = "learning", .goodness_real = 0.5}, {.layer = 2}},
          .spread = {{.network = "n", .layer = 2, .host = "b", .steps = 4, .late_steps = 1}},
          .hosts = {{.network = "m", .layer = 7, .placed = true, .steps = 5}},
          .model = ModelBeat{.model = "gate", .round = 3, .replicas = {"a", "b"}, .digest = "9f"}};
}

control::ListFleetRequest Asked(const std::string& name, uint32_t limit = 0) {
  control::ListFleetRequest request;
  request.set_name(name);
  request.set_limit(limit);
  return request;
}

TEST(FleetAnswers, InShortAllIsCountedAndNothingListed) {
  const auto fleet = FleetOf({Of(Porch())}, "porch", {});
  ASSERT_TRUE(fleet.ok());
  EXPECT_EQ(fleet->total(), 1u);
  ASSERT_THAT(fleet->members(), SizeIs(1));
  const control::FleetMember& porch = fleet->members(0);
  EXPECT_TRUE(porch.self());
  EXPECT_EQ(porch.silent_seconds(), 4);
  EXPECT_EQ(porch.sources(), 1u);
  EXPECT_EQ(porch.sources_lost(), 1u);
  EXPECT_EQ(porch.latency_seconds(), 0.5);
  EXPECT_EQ(porch.layers(), 2u);
  EXPECT_EQ(porch.layers_elsewhere(), 1u);
  EXPECT_EQ(porch.layers_hosted(), 1u);
  EXPECT_EQ(porch.late_share(), 0.25);
  EXPECT_EQ(porch.model().name(), "gate");
  EXPECT_EQ(porch.model().round(), 3u);
  EXPECT_EQ(porch.model().replicas(), 2u);
  EXPECT_THAT(porch.problems(), SizeIs(5));
  EXPECT_THAT(porch.model().replica_names(), IsEmpty());
  EXPECT_EQ(porch.source_details_size() + porch.layer_details_size() + porch.elsewhere_size() +
                porch.hosted_size(),
            0);
}

TEST(FleetAnswers, ByNameAllIsToldOfOne) {
  const auto fleet = FleetOf({Of({.name = "attic"}), Of(Porch())}, "attic", Asked("porch"));
  ASSERT_TRUE(fleet.ok());
  EXPECT_EQ(fleet->total(), 2u);
  ASSERT_THAT(fleet->members(), SizeIs(1));
  const control::FleetMember& porch = fleet->members(0);
  EXPECT_FALSE(porch.self());
  EXPECT_THAT(porch.problems(), SizeIs(20));
  ASSERT_THAT(porch.source_details(), SizeIs(1));
  EXPECT_EQ(porch.source_details(0).name(), "door");
  EXPECT_EQ(porch.source_details(0).why(), "gone");
  EXPECT_FALSE(porch.source_details(0).has_prediction_error());
  ASSERT_THAT(porch.layer_details(), SizeIs(2));
  EXPECT_EQ(porch.layer_details(0).goodness_real(), 0.5);
  EXPECT_FALSE(porch.layer_details(1).has_goodness_real());
  ASSERT_THAT(porch.elsewhere(), SizeIs(1));
  EXPECT_EQ(porch.elsewhere(0).host(), "b");
  EXPECT_EQ(porch.elsewhere(0).late_steps(), 1u);
  ASSERT_THAT(porch.hosted(), SizeIs(1));
  EXPECT_EQ(porch.hosted(0).network(), "m");
  EXPECT_TRUE(porch.hosted(0).placed());
  EXPECT_THAT(porch.model().replica_names(), ElementsAre("a", "b"));
  EXPECT_EQ(porch.model().digest(), "9f");
}

TEST(FleetAnswers, WhoIsNotThereIsNamed) {
  const auto fleet = FleetOf({Of(Porch())}, "porch", Asked("cellar\n"));
  ASSERT_FALSE(fleet.ok());
  EXPECT_EQ(fleet.error().code, Code::kNotFound);
  EXPECT_EQ(fleet.error().reason, "DAEMON_NOT_FOUND");
  EXPECT_THAT(fleet.error().message, HasSubstr("'cellar"));
}

TEST(FleetAnswers, WhereNotAllAreWantedThoseComeFirstThatNeedSomebody) {
  const std::vector<Member> members = {Of({.name = "a"}), Of({.name = "b"}, true),
                                       Of({.name = "c"}), Of({.name = "d", .problems = {"wrong"}}),
                                       Of({.name = "self"})};
  const auto names = [&](uint32_t limit) {
    const auto fleet = FleetOf(members, "self", Asked("", limit));
    EXPECT_EQ(fleet->total(), 5u);
    std::vector<std::string> found;
    for (const control::FleetMember& member : fleet->members()) found.push_back(member.name());
    return found;
  };
  EXPECT_THAT(names(1), ElementsAre("self"));
  EXPECT_THAT(names(2), ElementsAre("d", "self"));
  EXPECT_THAT(names(3), ElementsAre("b", "d", "self"));
  EXPECT_THAT(names(4), ElementsAre("a", "b", "d", "self"));
  EXPECT_THAT(names(0), SizeIs(5));
  EXPECT_THAT(names(1000), SizeIs(5));
}

TEST(FleetAnswers, LayersThatAreComputedElsewhereAreInTheHeartbeat) {
  MeasuredSpread spread;
  spread.elsewhere.push_back({"porch", 3, {.host = "garage", .steps = 8}});
  spread.elsewhere.back().status.seated = true;
  spread.elsewhere.back().status.late_steps = 2;
  spread.here.push_back({"attic", 2, {.head = "77", .steps = 5}});
  spread.here.push_back({"attic", 3, {}});
  Heartbeat heartbeat = {.name = "porch"};
  AddSpread(spread, heartbeat);
  ASSERT_THAT(heartbeat.spread, SizeIs(1));
  EXPECT_EQ(heartbeat.spread[0].network, "porch");
  EXPECT_EQ(heartbeat.spread[0].layer, 3u);
  EXPECT_EQ(heartbeat.spread[0].host, "garage");
  EXPECT_TRUE(heartbeat.spread[0].placed);
  EXPECT_EQ(heartbeat.spread[0].steps, 8u);
  EXPECT_EQ(heartbeat.spread[0].late_steps, 2u);
  ASSERT_THAT(heartbeat.hosts, SizeIs(2));
  EXPECT_TRUE(heartbeat.hosts[0].placed);
  EXPECT_EQ(heartbeat.hosts[0].steps, 5u);
  EXPECT_FALSE(heartbeat.hosts[1].placed);
}

}  // namespace
}  // namespace hypnos
