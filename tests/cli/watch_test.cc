#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "cli/ctl_fixture.h"
#include "cli/watch_text.h"

namespace hypnos::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(WatchLine, HoldsTheTopicsThatWereAskedForInTheirOrder) {
  control::SubscribeRequest topics;
  topics.add_topics(control::GOODNESS);
  topics.add_topics(control::PHASE);
  control::Update update = SampleUpdate(3);
  EXPECT_EQ(WatchLine(topics, update, 0),
            "2025-11-25 07:40:25.250Z  layer 1 goodness 1.30 real 5.50 dream | awake, step 3 of 3, "
            "slept 4 times");
}

TEST(WatchLine, EveryTopicHasWords) {
  const control::Update update = SampleUpdate(1);
  for (const int topic : {control::ACTIVITY, control::GOODNESS, control::PHASE, control::SOURCES,
                          control::EVENTS, control::LABELS}) {
    control::SubscribeRequest topics;
    topics.add_topics(static_cast<control::Topic>(topic));
    EXPECT_THAT(WatchLine(topics, update, 0), Not(HasSubstr("nothing yet"))) << topic;
  }
}

TEST(WatchLine, SaysThatThereIsNothingYet) {
  control::SubscribeRequest topics;
  topics.add_topics(control::GOODNESS);
  EXPECT_THAT(WatchLine(topics, {}, 0), EndsWith("nothing yet"));
}

TEST(WatchLine, SaysHowManyUpdatesWereMissed) {
  control::SubscribeRequest topics;
  topics.add_topics(control::PHASE);
  EXPECT_THAT(WatchLine(topics, {}, 0), Not(HasSubstr("missed")));
  EXPECT_THAT(WatchLine(topics, {}, 1), EndsWith("(1 update missed)"));
  EXPECT_THAT(WatchLine(topics, {}, 2), EndsWith("(2 updates missed)"));
}

class Watch : public CtlTest {
 protected:
  Watch() { Start(); }
};

TEST_F(Watch, PrintsALineAnUpdate) {
  ASSERT_EQ(RunHere({"watch", "phase", "--rate", "100", "--count", "5"}), 0) << err;
  const auto lines = Lines(out);
  ASSERT_EQ(lines.size(), 5u);
  for (const std::string& line : lines) EXPECT_THAT(line, HasSubstr("awake, step"));
}

TEST_F(Watch, HasNoLineForPictures) {
  for (const char* topic : {"pictures", "units", "dreams"}) {
    EXPECT_EQ(RunHere({"watch", "phase", topic, "--count", "1"}), 64) << topic;
    EXPECT_THAT(err, HasSubstr("--json")) << topic;
    EXPECT_EQ(RunHere({"watch", "phase", topic, "--count", "1", "--json"}), 0) << topic << err;
  }
}

TEST_F(Watch, CanBeOfOneSource) {
  ASSERT_EQ(RunHere({"watch", "phase", "--source", "door", "--count", "1"}), 0) << err;
  EXPECT_EQ(Lines(out).size(), 1u);
  EXPECT_EQ(RunHere({"watch", "phase", "--source", "yard", "--count", "1"}), 66);
  EXPECT_THAT(err, HasSubstr("there is no source of that name"));
}

TEST_F(Watch, DoesNotMissEventsOfOtherSources) {
  ASSERT_EQ(RunHere({"watch", "events", "--source", "door", "--rate", "100", "--count", "2"}), 0);
  EXPECT_THAT(out, StartsWith("event 1"));
  EXPECT_EQ(Lines(out).size(), static_cast<size_t>(2 * SampleUpdate(1).events_size())) << out;
}

TEST_F(Watch, TellsEachEventOnceThoughEveryUpdateHasIt) {
  ASSERT_EQ(RunHere({"watch", "phase", "events", "--rate", "100", "--count", "3"}), 0) << err;
  const auto lines = Lines(out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], HasSubstr("event 1"));
  for (const size_t later : {1, 2}) EXPECT_THAT(lines[later], Not(HasSubstr("event"))) << later;
}

TEST_F(Watch, EventsAloneAreALineEach) {
  ASSERT_EQ(RunHere({"watch", "events", "--rate", "100", "--count", "1"}), 0) << err;
  EXPECT_THAT(out, StartsWith("event 1"));
  EXPECT_EQ(Lines(out).size(), static_cast<size_t>(SampleUpdate(1).events_size()));
}

TEST_F(Watch, AsJsonIsAnObjectALine) {
  ASSERT_EQ(RunHere({"watch", "phase", "goodness", "--rate", "100", "--count", "3", "--json"}), 0);
  const auto lines = Lines(out);
  ASSERT_EQ(lines.size(), 3u);
  uint64_t seq = 0;
  for (const std::string& line : lines) {
    control::Update update;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &update).ok()) << line;
    EXPECT_EQ(update.seq(), ++seq);
    EXPECT_EQ(update.layers_size(), 1);
    EXPECT_TRUE(update.has_phase());
    EXPECT_EQ(update.sources_size(), 0);
    EXPECT_THAT(line, HasSubstr("\"dropped\":\"0\""));
  }
}

TEST_F(Watch, EndsQuietlyWhenNobodyReadsAnyMore) {
  reader_leaves_after_writes = 2;
  EXPECT_EQ(RunHere({"watch", "phase", "--rate", "100"}), 0);
  EXPECT_EQ(Lines(out).size(), 2u);
  EXPECT_EQ(err, "");
}

TEST_F(Watch, EndsWithAnErrorWhenTheDaemonDoes) {
  std::thread stopper;
  const CtlSurroundings surroundings{.files = files,
                                     .clock = clock,
                                     .environment = {},
                                     // With the first line it is sure that the subscription stands.
                                     .out = [&](std::string_view) -> Status {
                                       if (!stopper.joinable())
                                         stopper = std::thread([&] { server->Stop(); });
                                       return {};
                                     },
                                     .err = [&](std::string_view text) -> Status {
                                       err += text;
                                       return {};
                                     },
                                     .version = "0.1.0",
                                     .version_line = "hypnosctl 0.1.0"};
  EXPECT_EQ(RunHypnosctl({"watch", "phase", "--rate", "100", "--socket", options.socket_path},
                         surroundings),
            69);
  stopper.join();
  EXPECT_THAT(err, StartsWith("hypnosctl: "));
}

TEST(WatchLineApart, SaysWhoseItIs) {
  control::SubscribeRequest topics;
  topics.add_topics(control::PHASE);
  topics.add_topics(control::SOURCES);
  control::Update update;
  for (const char* name : {"door", "yard"}) {
    update.add_sources()->set_name(name);
    update.add_of_each()->set_source(name);
    auto& phase = *update.mutable_of_each()->rbegin()->mutable_update()->mutable_phase();
    phase.set_state(telemetry::Phase::ASLEEP);
    phase.set_learning(true);
  }
  const std::string line = WatchLine(topics, update, 0);
  EXPECT_NE(line.find("  door: asleep, step 0, slept never | yard: asleep"), std::string::npos)
      << line;
  // Of sources once.
  EXPECT_EQ(line.find("door opening"), line.rfind("door opening")) << line;
  EXPECT_NE(line.find("door opening"), std::string::npos) << line;
}

TEST(WatchLineApart, HasTheEventsOfAll) {
  control::SubscribeRequest topics;
  topics.add_topics(control::PHASE);
  topics.add_topics(control::EVENTS);
  control::Update update;
  update.add_of_each()->set_source("door");
  update.add_events()->set_id(7);
  EXPECT_THAT(WatchLine(topics, update, 0), HasSubstr("event 7"));
}

}  // namespace
}  // namespace hypnos::cli
