#include "hypnos/cluster/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

Heartbeat Porch() {
  return {.name = "porch",
          .host = "pi",
          .instance = "1234",
          .daemon_version = "0.1.0",
          .time = "2026-01-31T12:00:00.250Z",
          .interval_seconds = 2.5,
          .uptime_seconds = 80,
          .phase = "awake",
          .frames = 812,
          .frames_per_second = 9.5,
          .problems = {"source 'door' is lost: gone"},
          .sources = {{.name = "door", .state = "lost", .why = "gone", .frames = 812}},
          .layers = {{.layer = 2, .learning = "learning", .goodness_real = 0.5}}};
}

TEST(Heartbeat, IsHeardAsItWasSaid) {
  const auto heard = ParseHeartbeat(JsonOf(Porch()));
  ASSERT_TRUE(heard.ok());
  const Heartbeat& heartbeat = heard->heartbeat;
  EXPECT_EQ(heartbeat.name, "porch");
  EXPECT_EQ(heartbeat.host, "pi");
  EXPECT_EQ(heartbeat.instance, "1234");
  EXPECT_EQ(heartbeat.daemon_version, "0.1.0");
  EXPECT_EQ(heartbeat.interval_seconds, 2.5);
  EXPECT_EQ(heartbeat.uptime_seconds, 80);
  EXPECT_EQ(heartbeat.phase, "awake");
  EXPECT_FALSE(heartbeat.ending);
  EXPECT_EQ(heartbeat.frames, 812u);
  EXPECT_EQ(heartbeat.frames_per_second, 9.5);
  EXPECT_THAT(heartbeat.problems, ElementsAre("source 'door' is lost: gone"));
  EXPECT_EQ(heard->sources, 1u);
}

// With something in every list.
Heartbeat Head() {
  Heartbeat head = Porch();
  head.sources = {{.name = "door",
                   .state = "watched",
                   .unusual = true,
                   .frames = 800,
                   .dropped = 12,
                   .latency_seconds = 0.25,
                   .prediction_error = 0.5},
                  {.name = "yard", .state = "stalled", .why = "silent", .latency_seconds = 1.5},
                  {.name = "clip", .state = "ended"},
                  {.name = "tape", .state = "ended", .why = "damaged"}};
  head.layers = {{.source = "door",
                  .layer = 2,
                  .learning = "learning",
                  .goodness_real = -0.5,
                  .goodness_dream = 0.25}};
  head.spread = {{.network = "porch",
                  .layer = 2,
                  .host = "garage",
                  .placed = true,
                  .steps = 400,
                  .late_steps = 100},
                 {.network = "porch", .layer = 3}};
  head.hosts = {{.network = "attic", .layer = 4, .placed = true, .steps = 9}};
  head.model = ModelBeat{.model = "gate", .round = 7, .replicas = {"porch", "yard"}};
  return head;
}

TEST(Heartbeat, SourcesAreHeard) {
  const auto heard = ParseHeartbeat(JsonOf(Head()));
  ASSERT_TRUE(heard.ok());
  ASSERT_THAT(heard->heartbeat.sources, SizeIs(4));
  const SourceBeat& door = heard->heartbeat.sources[0];
  EXPECT_EQ(door.name, "door");
  EXPECT_EQ(door.state, "watched");
  EXPECT_TRUE(door.unusual);
  EXPECT_EQ(door.frames, 800u);
  EXPECT_EQ(door.dropped, 12u);
  EXPECT_EQ(door.latency_seconds, 0.25);
  EXPECT_EQ(door.prediction_error, 0.5);
  const SourceBeat& yard = heard->heartbeat.sources[1];
  EXPECT_EQ(yard.why, "silent");
  EXPECT_FALSE(yard.unusual);
  EXPECT_FALSE(yard.prediction_error);
}

TEST(Heartbeat, LayersAreHeardWhereverTheyAreComputed) {
  const auto heard = ParseHeartbeat(JsonOf(Head()));
  ASSERT_TRUE(heard.ok());
  ASSERT_THAT(heard->heartbeat.layers, SizeIs(1));
  const LayerBeat& layer = heard->heartbeat.layers[0];
  EXPECT_EQ(layer.source, "door");
  EXPECT_EQ(layer.layer, 2u);
  EXPECT_EQ(layer.learning, "learning");
  EXPECT_EQ(layer.goodness_real, -0.5) << "constraint units may outweigh";
  EXPECT_EQ(layer.goodness_dream, 0.25);
  ASSERT_THAT(heard->heartbeat.spread, SizeIs(2));
  const SpreadBeat& elsewhere = heard->heartbeat.spread[0];
  EXPECT_EQ(elsewhere.network, "porch");
  EXPECT_EQ(elsewhere.layer, 2u);
  EXPECT_EQ(elsewhere.host, "garage");
  EXPECT_TRUE(elsewhere.placed);
  EXPECT_EQ(elsewhere.steps, 400u);
  EXPECT_EQ(elsewhere.late_steps, 100u);
  EXPECT_FALSE(heard->heartbeat.spread[1].placed);
  ASSERT_THAT(heard->heartbeat.hosts, SizeIs(1));
  const HostBeat& hosted = heard->heartbeat.hosts[0];
  EXPECT_EQ(hosted.network, "attic");
  EXPECT_EQ(hosted.layer, 4u);
  EXPECT_TRUE(hosted.placed);
  EXPECT_EQ(hosted.steps, 9u);
}

TEST(Heartbeat, IsSummedUp) {
  const auto heard = ParseHeartbeat(JsonOf(Head()));
  ASSERT_TRUE(heard.ok());
  EXPECT_EQ(heard->sources, 4u);
  EXPECT_EQ(heard->sources_lost, 2u) << "one has stalled, one broke off";
  EXPECT_EQ(heard->latency_seconds, 1.5);
  EXPECT_EQ(heard->layers, 1u);
  EXPECT_EQ(heard->layers_elsewhere, 2u);
  EXPECT_EQ(heard->layers_hosted, 1u);
  EXPECT_EQ(heard->late_share, 0.25);
  EXPECT_EQ(heard->replicas, 2u);
}

TEST(Heartbeat, WhatIsNotThereIsNotSummedUp) {
  const auto heard = ParseHeartbeat(JsonOf(Porch()));
  ASSERT_TRUE(heard.ok());
  EXPECT_FALSE(heard->latency_seconds);
  EXPECT_FALSE(heard->late_share);
  EXPECT_EQ(heard->layers_elsewhere + heard->layers_hosted + heard->replicas, 0u);
  EXPECT_THAT(JsonOf(Porch()), Not(AnyOf(HasSubstr("spread"), HasSubstr("hosts"))));
}

TEST(Heartbeat, OfLongListsTheBeginningIsKeptAndAllIsCounted) {
  Heartbeat head = Head();
  head.sources.assign(300, {.name = "s", .state = "lost"});
  head.layers.assign(301, {});
  head.spread.assign(302, {.steps = 1, .late_steps = 1});
  head.hosts.assign(303, {});
  head.model->replicas.assign(304, "r");
  const auto heard = ParseHeartbeat(JsonOf(head));
  ASSERT_TRUE(heard.ok());
  EXPECT_THAT(heard->heartbeat.sources, SizeIs(100));
  EXPECT_THAT(heard->heartbeat.layers, SizeIs(100));
  EXPECT_THAT(heard->heartbeat.spread, SizeIs(100));
  EXPECT_THAT(heard->heartbeat.hosts, SizeIs(100));
  EXPECT_THAT(heard->heartbeat.model->replicas, SizeIs(100));
  // Nor does the room stay that all of them took.
  EXPECT_LE(heard->heartbeat.sources.capacity(), 100u);
  EXPECT_EQ(heard->sources, 300u);
  EXPECT_EQ(heard->sources_lost, 300u);
  EXPECT_EQ(heard->layers, 301u);
  EXPECT_EQ(heard->layers_elsewhere, 302u);
  EXPECT_EQ(heard->layers_hosted, 303u);
  EXPECT_EQ(heard->replicas, 304u);
}

HeardHeartbeat Said(const std::string& keys) {
  const auto heard =
      ParseHeartbeat(R"({"version":1,"name":"a","interval_seconds":1,)" + keys + "}");
  EXPECT_TRUE(heard.ok()) << keys;
  return heard.ok() ? *heard : HeardHeartbeat{};
}

TEST(Heartbeat, WhatIsOfAnotherKindIsPassedOver) {
  for (const char* list : {"sources", "layers", "spread", "hosts"}) {
    for (const char* nonsense :
         {"7", "\"x\"", "{\"name\":\"x\"}", "null", "[1,\"x\",null,[[]],[{}]]"}) {
      const HeardHeartbeat heard = Said(Format("\"{}\":{}", list, nonsense));
      EXPECT_EQ(heard.sources + heard.layers + heard.layers_elsewhere + heard.layers_hosted, 0u)
          << list << nonsense;
    }
    const HeardHeartbeat heard = Said(Format("\"{}\":[{{}},{{\"a\":{{\"b\":[[]]}}}}]", list));
    EXPECT_EQ(heard.sources + heard.layers + heard.layers_elsewhere + heard.layers_hosted, 2u);
  }
}

TEST(Heartbeat, NumbersThatCannotBeAreNotKnown) {
  const HeardHeartbeat of_sources = Said(
      R"("sources":[{"frames":-1,"dropped":1.5,"latency_seconds":-1,"prediction_error":"1",
                     "name":7,"state":[],"unusual":1}])");
  const SourceBeat& source = of_sources.heartbeat.sources.at(0);
  EXPECT_EQ(source.name + source.state, "");
  EXPECT_EQ(source.frames + source.dropped, 0u);
  EXPECT_FALSE(source.latency_seconds || source.prediction_error || source.unusual);
  const HeardHeartbeat large =
      Said(R"("frames_per_second":1e300,"layers":[{"goodness_real":-1e300}])");
  EXPECT_EQ(large.heartbeat.frames_per_second, 0);
  EXPECT_FALSE(large.heartbeat.layers.at(0).goodness_real);
  const HeardHeartbeat of_layers = Said(
      R"("layers":[{"layer":4294967296,"goodness_real":null},{"layer":-1},{"layer":4294967295}],
         "spread":[{"steps":1,"late_steps":18446744073709551615},{"steps":0,"late_steps":5}])");
  EXPECT_EQ(of_layers.heartbeat.layers.at(0).layer, 0u);
  EXPECT_FALSE(of_layers.heartbeat.layers.at(0).goodness_real);
  EXPECT_EQ(of_layers.heartbeat.layers.at(1).layer, 0u);
  EXPECT_EQ(of_layers.heartbeat.layers.at(2).layer, 4294967295u);
  EXPECT_EQ(of_layers.late_share, 1) << "no more than all";
}

TEST(Heartbeat, TellsOfTheModelThatIsLearnedTogether) {
  Heartbeat porch = Porch();
  EXPECT_FALSE(ParseHeartbeat(JsonOf(porch))->heartbeat.model);
  porch.model = ModelBeat{.model = "gate",
                          .round = 7,
                          .replicas = {"porch", "yard"},
                          .digest = "9f86",
                          .why = "it is of another seed"};
  const auto heard = ParseHeartbeat(JsonOf(porch));
  ASSERT_TRUE(heard.ok() && heard->heartbeat.model);
  const ModelBeat& model = *heard->heartbeat.model;
  EXPECT_EQ(model.model, "gate");
  EXPECT_EQ(model.round, 7u);
  EXPECT_THAT(model.replicas, ElementsAre("porch", "yard"));
  EXPECT_EQ(model.digest, "9f86");
  EXPECT_EQ(model.why, "it is of another seed");
}

TEST(Heartbeat, LeavesOutWhatIsNotKnown) {
  const std::string json = JsonOf(Porch());
  EXPECT_THAT(json, HasSubstr("\"goodness_real\":0.5"));
  EXPECT_THAT(json, Not(HasSubstr("goodness_dream")));
  EXPECT_THAT(json, Not(HasSubstr("prediction_error")));
}

TEST(Heartbeat, WhatIsNoUtf8IsReplaced) {
  Heartbeat porch = Porch();
  porch.sources[0].name = "d\xff";
  EXPECT_THAT(JsonOf(porch), HasSubstr("d\xef\xbf\xbd"));
  EXPECT_THAT(JsonOf(porch.sources[0]), HasSubstr("d\xef\xbf\xbd"));
}

std::string WhyNot(const std::string& json) {
  const auto heard = ParseHeartbeat(json);
  EXPECT_FALSE(heard.ok());
  if (heard.ok()) return "";
  EXPECT_EQ(heard.error().reason, "NOT_A_HEARTBEAT");
  return heard.error().message;
}

TEST(Heartbeat, NonsenseIsRefusedWithASentence) {
  EXPECT_THAT(WhyNot(""), HasSubstr("no object of JSON"));
  EXPECT_THAT(WhyNot("[1]"), HasSubstr("no object of JSON"));
  EXPECT_THAT(WhyNot("{\"version\":1"), HasSubstr("no object of JSON"));
  EXPECT_THAT(WhyNot("{\"version\":1,\"name\":\"\xff\"}"), HasSubstr("no object of JSON"));
  EXPECT_THAT(WhyNot("{}"), HasSubstr("which version"));
  EXPECT_THAT(WhyNot("{\"version\":\"1\"}"), HasSubstr("which version"));
  EXPECT_THAT(WhyNot("{\"version\":2}"),
              HasSubstr("of version 2, and this daemon reads version 1"));
  EXPECT_THAT(WhyNot("{\"version\":1}"), HasSubstr("names nobody"));
  EXPECT_THAT(WhyNot("{\"version\":1,\"name\":\"a.b\"}"), HasSubstr("names nobody"));
  for (const char* interval : {"0", "-1", "1e999", "3601", "\"1\"", "null"}) {
    EXPECT_THAT(
        WhyNot("{\"version\":1,\"name\":\"a\",\"interval_seconds\":" + std::string(interval) + "}"),
        AnyOf(HasSubstr("how often"), HasSubstr("no object")))
        << interval;
  }
  EXPECT_THAT(WhyNot(std::string(2 << 20, ' ')), HasSubstr("bytes long"));
  EXPECT_THAT(WhyNot(std::string(200'000, '[')), HasSubstr("no object of JSON"));
}

TEST(Heartbeat, TextsAreShortenedBetweenTwoCharacters) {
  Heartbeat porch = Porch();
  porch.host.clear();
  for (int i = 0; i < 400; ++i) porch.host += "\xe2\x82\xac";
  porch.problems.assign(200, "x");
  const auto heard = ParseHeartbeat(JsonOf(porch));
  ASSERT_TRUE(heard.ok());
  EXPECT_EQ(heard->heartbeat.host.size(), 999u);
  EXPECT_EQ(heard->heartbeat.problems.size(), 100u);
  porch.sources[0].name.assign(300, 'n');
  porch.sources[0].why.assign(2000, 'w');
  const auto again = ParseHeartbeat(JsonOf(porch));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->heartbeat.sources[0].name.size(), 200u);
  EXPECT_EQ(again->heartbeat.sources[0].why.size(), 1000u);
}

TEST(Heartbeat, NothingThatSomebodyWritesIsTooMuch) {
  const std::string whole = JsonOf(Head());
  EXPECT_TRUE(rc::check([&](const std::string& nonsense) {
    const auto at = *rc::gen::inRange<size_t>(0, whole.size());
    std::string broken = whole;
    broken.replace(at, std::min<size_t>(nonsense.size(), whole.size() - at), nonsense);
    (void)ParseHeartbeat(broken);
    (void)ParseHeartbeat(whole.substr(0, at));
  }));
}

}  // namespace
}  // namespace hypnos
