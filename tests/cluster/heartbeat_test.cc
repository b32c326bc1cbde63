#include "hypnos/cluster/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

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
        ::testing::AnyOf(HasSubstr("how often"), HasSubstr("no object")))
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
}

TEST(Heartbeat, NothingThatSomebodyWritesIsTooMuch) {
  const std::string whole = JsonOf(Porch());
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
