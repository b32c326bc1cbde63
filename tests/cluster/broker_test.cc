#include "hypnos/cluster/broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "cluster/fake_broker.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const Error kNobody = {Code::kUnavailable, "NO_ANSWER", "nobody answers there"};

struct Hanging final : Connector {
  Result<std::unique_ptr<Link>> Connect(LinkEvents) override {
    hangs = true;
    while (hangs) std::this_thread::yield();
    gone = true;
    return kNobody;
  }
  static inline std::atomic<bool> hangs = false, gone = false;
};

class BrokerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Broker> Make() {
    Broker::Parts parts = {.clock = clock,
                           .connector = fake.NewConnector(),
                           .rng = Rng(1),
                           .connected = [this] { ++connected; },
                           .changed = [this](const BrokerStatus& status) { Note(status); },
                           .first_retry = std::chrono::milliseconds(1),
                           .longest_retry = longest_retry,
                           .probation = probation};
    return std::make_unique<Broker>("nats://host", std::move(parts));
  }  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the broker has it
  void Note(const BrokerStatus& status) {
    const std::lock_guard lock(mutex);
    told.push_back(status.why);
  }
  void WaitUntil(const std::function<bool()>& condition) {
    const Instant begin = clock.Now();
    while (!condition() && clock.Now() - begin < FakeBroker::kPatience) std::this_thread::yield();
    EXPECT_TRUE(condition());
  }
  std::vector<std::string> Told() {
    const std::lock_guard lock(mutex);
    return told;
  }
  bool End(Broker& broker) { return broker.Stop(clock.Now() + FakeBroker::kPatience); }

  SystemClock clock;
  FakeBroker fake;
  Duration longest_retry = std::chrono::seconds(60);
  Duration probation = std::chrono::milliseconds(1);
  std::atomic<int> connected = 0;
  std::mutex mutex;
  std::vector<std::string> told;
};

TEST_F(BrokerTest, PublishesOnceItIsConnected) {
  const auto broker = Make();
  EXPECT_EQ(broker->Publish("a", "1").error().reason, "NOT_CONNECTED");
  EXPECT_EQ(broker->most_bytes(), 0u);
  broker->Start();
  WaitUntil([&] { return broker->status().connected; });
  ASSERT_TRUE(broker->Publish("a", "12").ok());
  EXPECT_TRUE(broker->Flush(std::chrono::seconds(1)).ok());
  EXPECT_THAT(fake.Messages(), ElementsAre(Pair("a", "12")));
  EXPECT_EQ(broker->status().published, 1u);
  EXPECT_EQ(broker->status().published_bytes, 2u);
  WaitUntil([&] { return connected == 1; });
  EXPECT_TRUE(End(*broker));
  EXPECT_THAT(Told(), IsEmpty()) << "that it works goes without saying";
}

TEST_F(BrokerTest, TriesAgainWithinWhatWasAskedFor) {
  longest_retry = std::chrono::milliseconds(4);
  // Twice as long each time it would be hours.
  fake.WillRefuse(kNobody, 24);
  const auto broker = Make();
  broker->Start();
  WaitUntil([&] { return broker->status().connected; });
  EXPECT_TRUE(End(*broker));
}

TEST_F(BrokerTest, WhoWaitsForTheFirstTryFindsItConnectedAndToldOf) {
  const auto broker = Make();
  broker->Start();
  broker->AwaitFirstTry(FakeBroker::kPatience);
  EXPECT_EQ(connected, 1);
  EXPECT_TRUE(broker->Publish("a", "12").ok());
  EXPECT_TRUE(End(*broker));
}

TEST_F(BrokerTest, TheFirstTryIsOverWhenItFails) {
  fake.WillRefuse(kNobody, 1'000'000);
  const auto broker = Make();
  broker->Start();
  const Instant begin = clock.Now();
  broker->AwaitFirstTry(FakeBroker::kPatience);
  EXPECT_LT(clock.Now() - begin, FakeBroker::kPatience);
  EXPECT_EQ(broker->Publish("a", "12").error().reason, "NOT_CONNECTED");
  EXPECT_TRUE(End(*broker));
}

TEST_F(BrokerTest, TriesAgainUntilItIsLetInAndTellsOnce) {
  fake.WillRefuse(kNobody, 4);
  const auto broker = Make();
  broker->Start();
  WaitUntil([&] { return Told().size() == 2; });
  EXPECT_THAT(Told(), ElementsAre("nobody answers there", ""));
  EXPECT_TRUE(End(*broker));
}

TEST_F(BrokerTest, ComesBackWithItsSubscriptions) {
  const auto broker = Make();
  std::atomic<int> heard = 0;
  broker->Subscribe("news", [&](std::string_view bytes) { heard += bytes == "hello" ? 1 : 100; });
  broker->Start();
  WaitUntil([&] { return connected == 1; });
  fake.Say("news", "hello");
  EXPECT_EQ(heard, 1);
  fake.Lose("it was restarted");
  WaitUntil([&] { return connected == 2; });
  fake.Say("news", "hello");
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(broker->status().connections, 2u);
  EXPECT_TRUE(End(*broker));
}

TEST_F(BrokerTest, SaysWhyItIsNotConnected) {
  const auto broker = Make();
  broker->Start();
  WaitUntil([&] { return broker->status().connected; });
  fake.WillRefuse({Code::kUnauthenticated, "LOGIN_REFUSED", "it refuses this login"}, 1000);
  fake.Lose("it was restarted");
  WaitUntil([&] { return broker->status().why == "it refuses this login"; });
  EXPECT_FALSE(broker->status().connected);
  EXPECT_EQ(broker->Publish("a", "1").error().message, "it refuses this login");
  EXPECT_TRUE(End(*broker));
}

// A login that may connect and may not publish.
TEST_F(BrokerTest, WhatLetsItInAndTakesNothingDoesNotWork) {
  probation = std::chrono::hours(1);
  const auto broker = Make();
  broker->Start();
  for (int times = 1; times <= 3; ++times) {
    WaitUntil([&] { return connected == times; });
    fake.Lose("it does not permit that");
  }
  WaitUntil([&] { return connected == 4; });
  EXPECT_TRUE(End(*broker));
  EXPECT_THAT(Told(), ElementsAre("it does not permit that")) << "and not that it works";
}

TEST_F(BrokerTest, EndsWhileItWaits) {
  fake.WillRefuse(kNobody, 1);
  auto broker =
      std::make_unique<Broker>("nats://host", Broker::Parts{.clock = clock,
                                                            .connector = fake.NewConnector(),
                                                            .rng = Rng(1),
                                                            .connected = {},
                                                            .changed = {},
                                                            .first_retry = std::chrono::hours(1)});
  broker->Start();
  WaitUntil([&] { return !broker->status().why.empty(); });
  EXPECT_TRUE(End(*broker));
}

// Who is called would be gone.
TEST_F(BrokerTest, HasNotEndedWhileAMessageIsHandled) {
  std::promise<void> entered, let_go;
  const auto broker = Make();
  broker->Subscribe("a", [&](std::string_view) {
    entered.set_value();
    let_go.get_future().wait();
    EXPECT_EQ(broker->most_bytes(), 0u) << "nothing is sent any more";
  });
  broker->Start();
  WaitUntil([&] { return connected == 1; });
  std::thread library([this] { fake.Say("a", "1"); });
  entered.get_future().wait();
  EXPECT_FALSE(broker->Stop(clock.Now() + std::chrono::milliseconds(200)));
  let_go.set_value();
  library.join();
}

TEST_F(BrokerTest, OneThatHangsIsLeftBehind) {
  auto broker = std::make_unique<Broker>(
      "nats://host", Broker::Parts{.clock = clock,
                                   .connector = std::make_unique<Hanging>(),
                                   .rng = Rng(1),
                                   .connected = {},
                                   .changed = {},
                                   .first_retry = std::chrono::milliseconds(1)});
  broker->Start();
  WaitUntil([] { return Hanging::hangs.load(); });
  EXPECT_FALSE(broker->Stop(clock.Now()));
  broker.reset();
  Hanging::hangs = false;
  WaitUntil([] { return Hanging::gone.load(); });
}

}  // namespace
}  // namespace hypnos
