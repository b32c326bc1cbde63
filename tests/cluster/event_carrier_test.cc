#include "hypnos/cluster/event_carrier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "cluster/fake_broker.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;
using Outcome = Delivery::Outcome;

const std::string kAlarm = R"({"id":1,"severity":"ALARM"})";

class EventCarrierTest : public ::testing::Test {
 protected:
  EventCarrierTest() {
    broker = std::make_shared<Broker>("nats://host",
                                      Broker::Parts{.clock = clock,
                                                    .connector = fake.NewConnector(),
                                                    .rng = Rng(1),
                                                    .connected = {},
                                                    .changed = {},
                                                    .first_retry = std::chrono::milliseconds(1),
                                                    .probation = std::chrono::milliseconds(1)});
    carrier = NewEventCarrier(broker, Subjects("hypnos", "porch"));
  }
  ~EventCarrierTest() override { EXPECT_TRUE(broker->Stop(clock.Now() + FakeBroker::kPatience)); }
  void Connect() {
    broker->Start();
    const Instant begin = clock.Now();
    while (!broker->status().connected && clock.Now() - begin < FakeBroker::kPatience) {
      std::this_thread::yield();
    }
  }

  SystemClock clock;
  FakeBroker fake;
  std::shared_ptr<Broker> broker;
  std::unique_ptr<Carrier> carrier;
  std::atomic<bool> stop = false;
};

TEST_F(EventCarrierTest, WhatAnotherConnectionConfirmsIsCarriedAgain) {
  Connect();
  fake.set_meanwhile([this] {
    fake.Lose("it was cut");
    const Instant begin = clock.Now();
    while (broker->status().connections < 2 && clock.Now() - begin < FakeBroker::kPatience) {
      std::this_thread::yield();
    }
  });
  const auto carried = carrier->Carry(kAlarm, stop);
  ASSERT_FALSE(carried.ok());
  EXPECT_EQ(carried.error().code, Code::kUnavailable);
  EXPECT_TRUE(carrier->Carry(kAlarm, stop).ok());
}

TEST_F(EventCarrierTest, EachGoesUnderItsSeverity) {
  Connect();
  const auto carried = carrier->Carry(kAlarm, stop);
  ASSERT_TRUE(carried.ok());
  EXPECT_EQ(carried->outcome, Outcome::kDelivered);
  EXPECT_THAT(fake.Messages(), ElementsAre(Pair("hypnos.porch.events.alarm", kAlarm)));
}

TEST_F(EventCarrierTest, WhatIsTooLongGoesInParts) {
  fake.set_most_bytes(300);
  Connect();
  const std::string body = R"({"severity":"INFO","picture_jpeg":")" + std::string(500, 'x') + "\"}";
  ASSERT_TRUE(carrier->Carry(body, stop).ok());
  EXPECT_THAT(fake.Messages(), SizeIs(7));
  for (const auto& [subject, part] : fake.Messages()) EXPECT_LE(part.size(), 300u);
}

TEST_F(EventCarrierTest, WhatCanNeverBePublishedIsRefused) {
  fake.set_most_bytes(20);
  Connect();
  for (const std::string& body : {kAlarm, std::string("{}"), std::string("{\"severity\":1}"),
                                  std::string("no JSON"), std::string("[]")}) {
    const auto carried = carrier->Carry(body, stop);
    ASSERT_TRUE(carried.ok());
    EXPECT_EQ(carried->outcome, Outcome::kRefused) << body;
    EXPECT_FALSE(carried->why.empty());
  }
}

TEST_F(EventCarrierTest, WhatCannotBeNowIsAnErrorAndTriedAgain) {
  EXPECT_EQ(carrier->Carry(kAlarm, stop).error().reason, "NOT_CONNECTED");
  Connect();
  fake.TakeNothing(Error{Code::kUnavailable, "NO_ANSWER", "it does not answer in time"});
  EXPECT_EQ(carrier->Carry(kAlarm, stop).error().reason, "NO_ANSWER");
  fake.TakeNothing(std::nullopt);
  EXPECT_TRUE(carrier->Carry(kAlarm, stop).ok());
  stop = true;
  EXPECT_EQ(carrier->Carry(kAlarm, stop).error().code, Code::kCancelled);
}

}  // namespace
}  // namespace hypnos
