#include "hypnos/control/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/session_fixture.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    client.Greet();
    client.Read();
  }

  SessionBench bench;
  TestClient client{bench};
};

TEST(Hello, IsWelcomedWithVersionAndAccess) {
  SessionBench bench;
  TestClient client(bench, control::NONE);
  client.Greet("look");
  const auto read = client.Read();
  ASSERT_THAT(read, SizeIs(1));
  ASSERT_TRUE(read[0].has_welcome());
  EXPECT_EQ(read[0].request_id(), 1u);
  EXPECT_EQ(read[0].welcome().version(), 1u);
  EXPECT_EQ(read[0].welcome().access(), control::VIEW);
  EXPECT_EQ(read[0].welcome().daemon_version(), "1.2.3");
  EXPECT_EQ(client.session.who(), "wall (uid 7)");
  EXPECT_FALSE(client.session.finished());
  EXPECT_FALSE(client.session.TakeComplaint());
}

TEST(Hello, WithAWrongTokenEndsTheSession) {
  SessionBench bench;
  TestClient client(bench, control::CONTROL);
  client.Greet("guess");
  EXPECT_FALSE(client.session.finished());  // it is still to be told why
  EXPECT_EQ(client.ReadReason(), "TOKEN_WRONG");
  EXPECT_TRUE(client.session.finished());
  EXPECT_THAT(*client.session.TakeComplaint(), HasSubstr("token"));
  EXPECT_FALSE(client.session.TakeComplaint()) << "said twice";
}

TEST(Hello, IsNeededFirst) {
  SessionBench bench;
  TestClient client(bench);
  client.Ask(1, StatusRequest());
  EXPECT_EQ(client.ReadReason(), "HELLO_NEEDED");
  EXPECT_TRUE(client.session.finished());
  EXPECT_THAT(client.session.TakeCalls(), SizeIs(0));
}

TEST(Hello, MustComeInTime) {
  SessionBench bench;
  TestClient client(bench);
  EXPECT_EQ(client.session.next_wake(), Instant{} + 10s);
  client.Pass(10s - 1ns);
  EXPECT_THAT(client.Read(), SizeIs(0));
  client.Pass(1ns);
  EXPECT_EQ(client.ReadReason(), "NO_HELLO");
  EXPECT_TRUE(client.session.finished());
}

struct Versions {
  uint32_t oldest, newest;
  bool common;
};

TEST(Hello, AgreesOnAVersionThatBothSpeakOrSaysWhichThereAre) {
  for (const auto& [oldest, newest, common] :
       {Versions{1, 1, true}, Versions{0, 9, true}, Versions{2, 3, false}, Versions{0, 0, false}}) {
    SessionBench bench;
    TestClient client(bench);
    control::Envelope envelope;
    envelope.set_version(newest);
    envelope.mutable_hello()->set_oldest_version(oldest);
    envelope.mutable_hello()->set_newest_version(newest);
    client.Send(envelope);
    const auto read = client.Read();
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_EQ(read[0].has_welcome(), common);
    EXPECT_EQ(client.session.finished(), !common);
    if (common) continue;
    EXPECT_EQ(read[0].error().code(), control::Error::UNIMPLEMENTED);
    EXPECT_EQ(read[0].error().reason(), "NO_COMMON_VERSION");
  }
}

TEST_F(SessionTest, ARequestBecomesACallAndItsAnswerAResponse) {
  client.Ask(5, StatusRequest());
  const auto calls = client.session.TakeCalls();
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_TRUE(calls[0].request.has_status());
  EXPECT_THAT(client.session.TakeCalls(), SizeIs(0));
  client.session.Answer(calls[0].number, StatusResponse());
  const auto read = client.Read();
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].request_id(), 5u);
  EXPECT_EQ(read[0].response().status().daemon_version(), "1.2.3");
}

TEST_F(SessionTest, AnErrorOfTheServiceIsHandedOn) {
  client.Ask(5, WakeRequest());
  client.session.Answer(client.session.TakeCalls()[0].number,
                        Error{Code::kFailedPrecondition, "NO_NETWORK", "not yet"});
  const auto read = client.Read();
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].request_id(), 5u);
  EXPECT_EQ(read[0].error().code(), control::Error::FAILED_PRECONDITION);
  EXPECT_EQ(read[0].error().reason(), "NO_NETWORK");
  EXPECT_FALSE(client.session.finished());
}

TEST_F(SessionTest, AnswersMayComeInAnotherOrder) {
  client.Ask(5, StatusRequest());
  client.Ask(6, StatusRequest());
  const auto calls = client.session.TakeCalls();
  client.session.Answer(calls[1].number, StatusResponse());
  client.session.Answer(calls[0].number, StatusResponse());
  const auto read = client.Read();
  EXPECT_EQ(read[0].request_id(), 6u);
  EXPECT_EQ(read[1].request_id(), 5u);
}

TEST_F(SessionTest, ByteByByteIsAsGoodAsAtOnce) {
  control::Envelope envelope;
  envelope.set_version(1);
  envelope.set_request_id(5);
  *envelope.mutable_request() = StatusRequest();
  for (const char byte : Framed(envelope.SerializeAsString())) {
    EXPECT_THAT(client.session.TakeCalls(), SizeIs(0));
    client.SendBytes({&byte, 1});
  }
  EXPECT_THAT(client.session.TakeCalls(), SizeIs(1));
}

TEST_F(SessionTest, HalfAMessageIsWaitedForOnlySoLong) {
  client.SendBytes(std::string_view("\0\0\0", 3));
  client.Pass(29s);
  client.SendBytes(std::string_view("\x10", 1));
  EXPECT_EQ(client.session.next_wake(), Instant{} + 30s) << "a further byte gives no more time";
  client.Pass(1s);
  EXPECT_EQ(client.ReadReason(), "HALF_A_MESSAGE");
  EXPECT_TRUE(client.session.finished());
}

TEST_F(SessionTest, SilenceBetweenMessagesIsFine) {
  EXPECT_FALSE(client.session.next_wake());
  client.Pass(24h);
  EXPECT_THAT(client.Read(), SizeIs(0));
  EXPECT_FALSE(client.session.finished());
}

TEST_F(SessionTest, GarbageEndsItWithAReason) {
  client.SendBytes(Framed("\xFF\xFF garbage"));
  EXPECT_EQ(client.ReadReason(), "NOT_AN_ENVELOPE");
  EXPECT_TRUE(client.session.finished());
  client.Ask(9, StatusRequest());
  EXPECT_THAT(client.session.TakeCalls(), SizeIs(0)) << "nothing is heard after the end";
}

TEST_F(SessionTest, FourGigabytesAnnouncedEndIt) {
  client.SendBytes("\xFF\xFF\xFF\xFF");
  EXPECT_EQ(client.ReadReason(), "MESSAGE_TOO_LARGE");
  EXPECT_TRUE(client.session.finished());
}

TEST_F(SessionTest, AnotherVersionThanAgreedEndsIt) {
  control::Envelope envelope;
  envelope.set_version(2);
  envelope.set_request_id(5);
  *envelope.mutable_request() = StatusRequest();
  client.Send(envelope);
  EXPECT_EQ(client.ReadReason(), "WRONG_VERSION");
}

TEST_F(SessionTest, WhatIsNewerIsUnimplementedAndNothingMore) {
  control::Envelope message;
  message.set_version(1);
  message.set_request_id(5);
  client.Send(message);
  EXPECT_EQ(client.ReadReason(), "UNKNOWN_MESSAGE");
  message.mutable_request();
  client.Send(message);
  EXPECT_EQ(client.ReadReason(), "UNKNOWN_REQUEST");
  EXPECT_FALSE(client.session.finished());
}

TEST_F(SessionTest, WhatOnlyServersSendEndsIt) {
  control::Envelope envelope;
  envelope.set_version(1);
  envelope.mutable_welcome();
  client.Send(envelope);
  EXPECT_EQ(client.ReadReason(), "NOT_FOR_SERVERS");
}

TEST_F(SessionTest, RequestIdsAreNeededAndUnique) {
  client.Ask(0, StatusRequest());
  EXPECT_EQ(client.ReadReason(), "NO_REQUEST_ID");
  client.Ask(5, StatusRequest());
  client.Ask(5, StatusRequest());
  EXPECT_EQ(client.ReadReason(), "REQUEST_ID_IN_USE");
  EXPECT_THAT(client.session.TakeCalls(), SizeIs(1));
}

TEST_F(SessionTest, TooManyAtOnceAreRefusedAndTheOthersAnswered) {
  const auto most = bench.shared.limits.most_requests;
  for (size_t i = 0; i < most; ++i) client.Ask(10 + i, StatusRequest());
  client.Ask(9, StatusRequest());
  EXPECT_EQ(client.ReadReason(), "TOO_MANY_REQUESTS");
  const auto calls = client.session.TakeCalls();
  EXPECT_THAT(calls, SizeIs(most));
  client.session.Answer(calls[0].number, StatusResponse());
  client.Ask(9, StatusRequest());
  EXPECT_THAT(client.session.TakeCalls(), SizeIs(1));
}

TEST_F(SessionTest, ADeadlineEndsACallThatHasNotBeenAnswered) {
  client.Ask(5, StatusRequest(), 200);
  const auto calls = client.session.TakeCalls();
  EXPECT_EQ(client.session.next_wake(), Instant{} + 200ms);
  client.Pass(199ms);
  EXPECT_FALSE(calls[0].state->cancelled());
  client.Pass(1ms);
  EXPECT_TRUE(calls[0].state->cancelled());
  EXPECT_EQ(client.ReadReason(), "DEADLINE_EXCEEDED");
  client.session.Answer(calls[0].number, StatusResponse());
  EXPECT_THAT(client.Read(), SizeIs(0)) << "answered twice";
}

TEST_F(SessionTest, ADeadlineOfMoreThanAnHourIsRefused) {
  client.Ask(5, StatusRequest(), 3600001);
  EXPECT_EQ(client.ReadReason(), "DEADLINE_TOO_LONG");
}

TEST_F(SessionTest, CancellingEndsACallOnce) {
  client.Ask(5, StatusRequest());
  const auto calls = client.session.TakeCalls();
  client.Cancel(5);
  EXPECT_TRUE(calls[0].state->cancelled());
  EXPECT_EQ(client.ReadReason(), "CANCELLED");
  client.session.Answer(calls[0].number, StatusResponse());
  client.Cancel(5);
  client.Cancel(77);
  EXPECT_THAT(client.Read(), SizeIs(0));
}

TEST_F(SessionTest, WhatIsCancelledBeforeItWasHandedOnIsNeverHandedOn) {
  client.Ask(5, StatusRequest());
  client.Cancel(5);
  EXPECT_THAT(client.session.TakeCalls(), SizeIs(0));
}

TEST_F(SessionTest, WhoSendsNoMoreIsStillAnswered) {
  client.Ask(5, StatusRequest());
  client.session.ReceiveEnd();
  const auto calls = client.session.TakeCalls();
  EXPECT_FALSE(client.session.finished());
  EXPECT_FALSE(client.session.wants_input());
  client.session.Answer(calls[0].number, StatusResponse());
  EXPECT_FALSE(client.session.finished());
  EXPECT_THAT(client.Read(), SizeIs(1));
  EXPECT_TRUE(client.session.finished());
  EXPECT_FALSE(client.session.TakeComplaint());
}

TEST_F(SessionTest, TheEndInTheMiddleOfAMessageIsComplainedOf) {
  client.SendBytes(std::string_view("\0\0", 2));
  client.session.ReceiveEnd();
  EXPECT_TRUE(client.session.finished());
  EXPECT_THAT(*client.session.TakeComplaint(), HasSubstr("middle of a message"));
}

TEST(Session, WhoIsGoneHasItsCallsCancelled) {
  SessionBench bench;
  std::shared_ptr<CallState> state;
  {
    TestClient client(bench);
    client.Greet();
    client.Ask(5, StatusRequest());
    state = client.session.TakeCalls()[0].state;
    EXPECT_FALSE(state->cancelled());
  }
  EXPECT_TRUE(state->cancelled());
}

TEST_F(SessionTest, ClosingAnswersWhatIsUnderWay) {
  client.Ask(5, StatusRequest());
  client.session.Close({Code::kUnavailable, "STOPPING", "the daemon has ended"});
  const auto read = client.Read();
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].request_id(), 5u);
  EXPECT_EQ(read[0].error().reason(), "STOPPING");
  EXPECT_EQ(read[1].request_id(), 0u);
  EXPECT_TRUE(client.session.finished());
}

TEST_F(SessionTest, WhoTakesNoAnswersIsNotReadFrom) {
  const std::string name(60000, 'x');
  control::Request request;
  request.mutable_pause_source()->set_name(name);
  control::Response large;
  large.mutable_show_config()->set_yaml(std::string(60000, 'y'));
  size_t asked = 0;
  for (; client.session.wants_input(); ++asked) {
    client.Ask(10 + asked, request);
    client.session.Answer(client.session.TakeCalls()[0].number, large);
  }
  EXPECT_EQ(asked, 5u) << "of 60 kB each, and 256 KiB may wait";
  EXPECT_THAT(client.Read(), SizeIs(asked));
  EXPECT_TRUE(client.session.wants_input());
}

// A megabyte for each connection of who has no token would be too much.
TEST(Session, BeforeTheHelloOnlyShortMessagesAreTaken) {
  const std::string long_message(5000, 'x');
  SessionBench bench;
  TestClient stranger(bench);
  stranger.SendBytes(Framed(long_message).substr(0, kLengthBytes));
  EXPECT_EQ(stranger.ReadReason(), "MESSAGE_TOO_LARGE");
  TestClient friendly(bench);
  friendly.Greet("do");
  friendly.Read();
  friendly.SendBytes(Framed(long_message));
  EXPECT_EQ(friendly.ReadReason(), "WRONG_VERSION") << "it is looked at";
}

class SubscriptionTest : public SessionTest {
 protected:
  // Everything to read but the response to the subscription.
  std::vector<control::Update> Updates() {
    std::vector<control::Update> updates;
    for (const auto& envelope : client.Read()) {
      if (envelope.has_update()) updates.push_back(envelope.update());
    }
    return updates;
  }
};

TEST_F(SubscriptionTest, SendsTheFirstUpdateAtOnceAndThenOneEachPeriod) {
  client.Ask(5, SubscribeRequest(4));
  const auto read = client.Read();
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].response().subscribe().rate_hz(), 4);
  EXPECT_EQ(read[0].response().subscribe().queue_length(), 16u);
  EXPECT_EQ(read[1].request_id(), 5u);
  EXPECT_EQ(read[1].update().seq(), 1u);
  EXPECT_EQ(client.session.next_wake(), Instant{} + 250ms);
  client.Pass(249ms);
  EXPECT_THAT(Updates(), SizeIs(0));
  client.Pass(1ms);
  const auto updates = Updates();
  ASSERT_THAT(updates, SizeIs(1));
  EXPECT_EQ(updates[0].seq(), 2u);
  EXPECT_EQ(updates[0].dropped(), 0u);
  EXPECT_EQ(updates[0].phase().step(), 2u);
}

// Pictures, say, of which a hundred would be as much as the machine has.
TEST_F(SubscriptionTest, WhatWaitsForWhoDoesNotReadIsBoundedInBytesToo) {
  bench.shared.sample = [](const Subject&) -> std::shared_ptr<const control::Update> {
    auto update = std::make_shared<control::Update>();
    update->add_sources()->set_why(std::string(400000, 'x'));
    return update;
  };
  client.Ask(5, SubscribeRequest(10, 100));
  for (int i = 0; i < 9; ++i) client.Pass(100ms);
  const auto updates = Updates();
  ASSERT_THAT(updates, SizeIs(2));
  EXPECT_EQ(updates[1].seq(), 10u);
  EXPECT_EQ(updates[1].dropped(), 8u);
}

TEST_F(SubscriptionTest, OneThatIsLargerThanThatIsToldAllTheSame) {
  bench.shared.sample = [](const Subject&) -> std::shared_ptr<const control::Update> {
    auto update = std::make_shared<control::Update>();
    update->add_sources()->set_why(std::string(3000000, 'x'));
    return update;
  };
  client.Ask(5, SubscribeRequest(10));
  client.Pass(100ms);
  const auto updates = Updates();
  ASSERT_THAT(updates, SizeIs(1));
  EXPECT_EQ(updates[0].dropped(), 1u);
}

TEST_F(SubscriptionTest, WhoDoesNotReadLosesTheOldestAndIsToldHowMany) {
  client.Ask(5, SubscribeRequest(10, 3));
  for (int i = 0; i < 9; ++i) client.Pass(100ms);
  auto updates = Updates();
  ASSERT_THAT(updates, SizeIs(3));
  EXPECT_EQ(updates[0].seq(), 8u);
  EXPECT_EQ(updates[2].seq(), 10u);
  EXPECT_EQ(updates[2].dropped(), 7u);
  client.Pass(100ms);
  updates = Updates();
  ASSERT_THAT(updates, SizeIs(1));
  EXPECT_EQ(updates[0].seq(), 11u);
  EXPECT_EQ(updates[0].dropped(), 7u);
}

TEST_F(SubscriptionTest, WhatCouldNotBeMadeInTimeIsLeftOut) {
  client.Ask(5, SubscribeRequest(10));
  client.Pass(10s);
  EXPECT_EQ(bench.samples, 2);
  EXPECT_EQ(client.session.next_wake(), client.now + 100ms);
}

TEST_F(SubscriptionTest, EndsWhenCancelled) {
  client.Ask(5, SubscribeRequest(10));
  client.Read();
  client.Cancel(5);
  EXPECT_EQ(client.ReadReason(), "CANCELLED");
  client.Pass(1s);
  EXPECT_THAT(Updates(), SizeIs(0));
  EXPECT_FALSE(client.session.next_wake());
}

TEST_F(SubscriptionTest, OfOneSourceItEndsWhenThatIsGone) {
  const auto ask = [&](uint64_t id, const std::string& source) {
    control::Request request = SubscribeRequest(10);
    request.mutable_subscribe()->set_source(source);
    client.Ask(id, request);
  };
  ask(5, "yard");
  EXPECT_EQ(client.ReadReason(), "SOURCE_NOT_FOUND");
  EXPECT_FALSE(client.session.next_wake()) << "what was refused is under way";
  ask(5, "door");
  client.Ask(6, SubscribeRequest(10));
  EXPECT_THAT(Updates(), SizeIs(2));
  client.Pass(100ms);
  EXPECT_THAT(Updates(), SizeIs(2));
  bench.source = "yard";
  client.Pass(100ms);
  const auto read = client.Read();
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].request_id(), 5u);
  EXPECT_EQ(read[0].error().reason(), "SOURCE_NOT_FOUND");
  EXPECT_EQ(read[1].request_id(), 6u);
  client.Pass(100ms);
  EXPECT_THAT(client.Read(), SizeIs(1));
  // Its number is free.
  ask(5, "yard");
  EXPECT_EQ(client.Read().at(0).response().kind_case(), control::Response::kSubscribe);
}

TEST_F(SubscriptionTest, WhatCannotBeHadIsRefusedWithAReason) {
  const auto reason = [&](double rate, uint32_t queue, const std::vector<int>& topics) {
    control::Request request = SubscribeRequest(rate, queue);
    request.mutable_subscribe()->clear_topics();
    for (const int topic : topics) {
      request.mutable_subscribe()->add_topics(static_cast<control::Topic>(topic));
    }
    client.Ask(5, request);
    return client.ReadReason();
  };
  EXPECT_EQ(reason(1, 1, {}), "NO_TOPICS");
  EXPECT_EQ(reason(1, 1, {control::PHASE, 99}), "UNKNOWN_TOPIC");
  EXPECT_EQ(reason(1, 1, {control::TOPIC_UNSPECIFIED}), "UNKNOWN_TOPIC");
  EXPECT_EQ(reason(1, 1, {control::EVENTS}), "NO_EVENTS");
  EXPECT_EQ(reason(101, 1, {control::PHASE}), "RATE_OUT_OF_RANGE");
  EXPECT_EQ(reason(-1, 1, {control::PHASE}), "RATE_OUT_OF_RANGE");
  EXPECT_EQ(reason(std::nan(""), 1, {control::PHASE}), "RATE_OUT_OF_RANGE");
  EXPECT_EQ(reason(1, 101, {control::PHASE}), "QUEUE_TOO_LONG");
  EXPECT_FALSE(client.session.next_wake());
}

TEST_F(SubscriptionTest, ThereIsAMostOfThem) {
  for (size_t i = 0; i < bench.shared.limits.most_subscriptions; ++i) {
    client.Ask(10 + i, SubscribeRequest(1));
  }
  client.Read();
  client.Ask(9, SubscribeRequest(1));
  EXPECT_EQ(client.ReadReason(), "TOO_MANY_SUBSCRIPTIONS");
}

// The specification's "no request changes anything": every request there is, by reflection.
class AccessTest : public ::testing::TestWithParam<control::Access> {};

TEST_P(AccessTest, LetsNoRequestThroughThatNeedsMore) {
  const control::Access held = GetParam();
  SessionBench bench;
  // NONE cannot get past the hello at all; it is tried on a session that was let in by mistake.
  TestClient client(bench, held == control::NONE ? control::VIEW : held);
  client.Greet();
  client.Read();
  const auto* oneof = control::Request::descriptor()->oneof_decl(0);
  ASSERT_EQ(oneof->field_count(), control::Request::descriptor()->field_count());
  for (int i = 0; i < oneof->field_count(); ++i) {
    const auto* field = oneof->field(i);
    SCOPED_TRACE(field->name());
    control::Request request;
    request.GetReflection()->MutableMessage(&request, field);
    const control::Access needed = field->options().GetExtension(control::access);
    EXPECT_NE(needed, control::NONE) << "says nothing of the access that it needs";
    EXPECT_EQ(AccessNeeded(request), needed);
    client.Ask(100 + static_cast<uint64_t>(i), request);
    const bool handed_on = !client.session.TakeCalls().empty();
    const auto read = client.Read();
    if (needed > std::max(held, control::VIEW)) {
      EXPECT_FALSE(handed_on);
      ASSERT_THAT(read, SizeIs(1));
      EXPECT_EQ(read[0].error().code(), control::Error::PERMISSION_DENIED);
      EXPECT_EQ(read[0].error().reason(), "CONTROL_NEEDED");
    } else if (field->name() != "subscribe") {
      EXPECT_TRUE(handed_on);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Access, AccessTest, ::testing::Values(control::VIEW, control::CONTROL),
                         [](const auto& tested) { return control::Access_Name(tested.param); });

TEST(Access, WithoutATokenNoRequestIsHandedOn) {
  SessionBench bench;
  const auto* oneof = control::Request::descriptor()->oneof_decl(0);
  for (int i = 0; i < oneof->field_count(); ++i) {
    for (const bool greets : {false, true}) {
      TestClient client(bench, control::NONE);
      if (greets) client.Greet();
      control::Request request;
      request.GetReflection()->MutableMessage(&request, oneof->field(i));
      client.Ask(5, request);
      EXPECT_THAT(client.session.TakeCalls(), SizeIs(0)) << oneof->field(i)->name();
    }
  }
}

// Which requests change something is not left to whoever adds one: those that do not are listed.
TEST(Access, WhatMayBeAskedWithViewIsWhatStandsHere) {
  std::vector<std::string> view;
  const auto* oneof = control::Request::descriptor()->oneof_decl(0);
  for (int i = 0; i < oneof->field_count(); ++i) {
    if (oneof->field(i)->options().GetExtension(control::access) == control::VIEW) {
      view.push_back(oneof->field(i)->name());
    }
  }
  EXPECT_THAT(view, ::testing::UnorderedElementsAre(
                        "status", "list_sources", "list_layers", "inspect_layer", "sleep_status",
                        "list_checkpoints", "verify_checkpoint", "dream", "snapshot",
                        "query_events", "event_picture", "show_config", "predict", "subscribe",
                        "probe", "guard", "query_history", "list_fleet"));
}

TEST(Protocol, EveryRequestHasAResponseOfTheSameNameAndNumber) {
  const auto* requests = control::Request::descriptor();
  const auto* responses = control::Response::descriptor();
  EXPECT_EQ(requests->oneof_decl(0)->field_count(), responses->oneof_decl(0)->field_count());
  for (int i = 0; i < requests->field_count(); ++i) {
    const auto* response = responses->FindFieldByName(requests->field(i)->name());
    ASSERT_NE(response, nullptr) << requests->field(i)->name();
    EXPECT_EQ(response->number(), requests->field(i)->number());
  }
}

}  // namespace
}  // namespace hypnos
