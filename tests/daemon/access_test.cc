// Who may change what: every request that there is, so that a new one cannot be forgotten.
#include <gtest/gtest.h>

#include <set>

#include "daemon/service_fixture.h"

namespace hypnos {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr const char* kViewToken = "hypnos_view";
constexpr const char* kControlToken = "hypnos_control";

// Something that means something in every field, such as a source that there is.
void FillIn(Message* message) {
  const auto& reflection = *message->GetReflection();
  const auto* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (field->is_repeated()) {
          reflection.AddString(message, field, "square");
        } else {
          reflection.SetString(message, field, "square");
        }
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        reflection.SetUInt32(message, field, 1);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        reflection.SetUInt64(message, field, 1);
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        reflection.SetDouble(message, field, 1);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection.SetBool(message, field, false);
        break;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* values = field->enum_type();
        const auto* value = values->value(std::min(3, values->value_count() - 1));
        if (field->is_repeated()) {
          reflection.AddEnum(message, field, value);
        } else {
          reflection.SetEnum(message, field, value);
        }
        break;
      }
      default:
        ADD_FAILURE() << "say what to fill into " << field->full_name();
    }
  }
}

control::Request FilledIn(const FieldDescriptor* kind) {
  control::Request request;
  FillIn(control::Request::GetReflection()->MutableMessage(&request, kind));
  return request;
}

class Access : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.Run();
    daemon_.Watch(25);
  }

  // All that a request could change, while no frame comes.
  std::string State() {
    const StatusSnapshot status = daemon_.board.Snapshot();
    control::Request show;
    show.mutable_show_config();
    control::Request sleep;
    sleep.mutable_sleep_status();
    return daemon_.Weights() + daemon_.observers.text() +
           daemon_.sources.Reports({}).front().DebugString() + daemon_.Ask(show)->DebugString() +
           daemon_.Ask(sleep)->DebugString() +
           Format("{} {} {} {}", static_cast<int>(log::CurrentLevel()), daemon_.stop.IsSet(),
                  status.frames, daemon_.applied.size());
  }

  static std::string Tokens() {
    return TokenLine(control::VIEW, "wall", kViewToken) + "\n" +
           TokenLine(control::CONTROL, "alice", kControlToken);
  }

  // Asks everything, and nothing may have changed by it.
  void AskEverything(ControlClient& client) {
    const std::string before = State();
    for (const FieldDescriptor* kind : EveryRequest()) {
      SCOPED_TRACE(kind->name());
      const auto answer = client.Call(FilledIn(kind), kPatience);
      if (AccessOf(kind) != control::VIEW) {
        ASSERT_FALSE(answer.ok());
        EXPECT_EQ(answer.error().code, Code::kPermissionDenied);
      }
      ASSERT_EQ(State(), before);
    }
  }

  RunningDaemon daemon_;
};

TEST_F(Access, AViewTokenChangesNothingWhateverIsAsked) {
  daemon_.Listen(control::NONE, Tokens());
  AskEverything(*daemon_.Client(kViewToken));
}

TEST_F(Access, WhoMayOnlyLookWithoutATokenChangesNothing) {
  daemon_.Listen(control::VIEW);
  AskEverything(*daemon_.Client());
}

TEST_F(Access, WithoutATokenNobodyIsLetInAndNothingChanges) {
  daemon_.Listen(control::NONE, Tokens());
  const std::string before = State();
  const auto refused = daemon_.Connect();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "TOKEN_NEEDED");
  for (const FieldDescriptor* kind : EveryRequest()) {
    SCOPED_TRACE(kind->name());
    EXPECT_EQ(daemon_.AskWithoutHello(FilledIn(kind)), "HELLO_NEEDED");
  }
  EXPECT_EQ(State(), before);
}

// Or the tests above could not fail.
TEST_F(Access, WhatAControlTokenChangesIsNoticed) {
  daemon_.Listen(control::NONE, Tokens());
  const auto client = daemon_.Client(kControlToken);
  for (const char* name :
       {"pause_source", "set_log_level", "sleep_now", "set_learning", "shutdown"}) {
    SCOPED_TRACE(name);
    const FieldDescriptor* kind = control::Request::descriptor()->FindFieldByName(name);
    ASSERT_EQ(AccessOf(kind), control::CONTROL);
    const std::string before = State();
    ASSERT_TRUE(client->Call(FilledIn(kind), kPatience).ok());
    EXPECT_NE(State(), before);
  }
}

TEST(Requests, AllSayWhatTheyNeed) {
  for (const FieldDescriptor* kind : EveryRequest()) {
    EXPECT_NE(AccessOf(kind), control::NONE) << kind->name();
  }
}

}  // namespace
}  // namespace hypnos
