#include "daemon/gather.h"

#include <gtest/gtest.h>

#include <thread>

namespace hypnos {
namespace {

using control::Request;
using control::Response;

using Answers = std::vector<Result<Response>>;

const std::vector<std::string> kSources = {"door", "yard"};

Response Slept(bool changed) {
  Response response;
  response.mutable_sleep_now()->set_changed(changed);
  return response;
}

Response Status(uint64_t frames, double rate, const std::string& source) {
  Response response;
  auto& status = *response.mutable_status();
  status.set_daemon_version("1.2.3");
  status.set_frames(frames);
  status.set_frames_per_second(rate);
  status.add_sources()->set_name(source);
  return response;
}

TEST(Together, CountsAndSourcesAreAddedUpAndEachIsKept) {
  const auto sum =
      Together(Request::kStatus, kSources, Answers{Status(5, 1.5, "door"), Status(7, 2, "yard")});
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(sum->status().daemon_version(), "1.2.3");
  EXPECT_EQ(sum->status().frames(), 12u);
  EXPECT_EQ(sum->status().frames_per_second(), 3.5);
  ASSERT_EQ(sum->status().sources_size(), 2);
  EXPECT_EQ(sum->status().sources(1).name(), "yard");
  ASSERT_EQ(sum->of_each_size(), 2);
  EXPECT_EQ(sum->of_each(1).source(), "yard");
  EXPECT_EQ(sum->of_each(1).response().status().frames(), 7u);
}

TEST(Together, HasChangedWhereAnyHas) {
  const auto changed = [](bool one, bool other) {
    return Together(Request::kSleepNow, kSources, Answers{Slept(one), Slept(other)})
        ->sleep_now()
        .changed();
  };
  EXPECT_TRUE(changed(true, false));
  EXPECT_TRUE(changed(false, true));
  EXPECT_FALSE(changed(false, false));
}

TEST(Together, SomeThatFailAreToldBesideThoseThatDoNot) {
  const Error error = {Code::kFailedPrecondition, "NOTHING_REMEMBERED", "nothing to dream of"};
  const auto sum = Together(Request::kSleepNow, kSources, Answers{error, Slept(true)});
  ASSERT_TRUE(sum.ok());
  EXPECT_TRUE(sum->sleep_now().changed());
  EXPECT_EQ(sum->of_each(0).error().reason(), "NOTHING_REMEMBERED");
  EXPECT_TRUE(sum->of_each(1).has_response());
}

TEST(Together, WhereAllFailItIsAnErrorThatSaysWhy) {
  const Error error = {Code::kFailedPrecondition, "NO_NETWORK", "no frame yet"};
  const Error other = {Code::kFailedPrecondition, "LEARNING_IS_OFF", "learning is off"};
  const auto same = Together(Request::kSleepNow, kSources, Answers{error, error});
  ASSERT_FALSE(same.ok());
  EXPECT_EQ(same.error().message, "no frame yet");
  const auto apart = Together(Request::kSleepNow, kSources, Answers{error, other});
  ASSERT_FALSE(apart.ok());
  EXPECT_EQ(apart.error().reason, "NO_NETWORK");
  EXPECT_EQ(apart.error().message, "source 'door': no frame yet; source 'yard': learning is off");
}

TEST(Together, AKindWithNothingToSayIsThatKind) {
  Response labelled;
  labelled.mutable_set_label();
  const auto sum = Together(Request::kSetLabel, kSources, Answers{labelled, labelled});
  EXPECT_TRUE(sum->has_set_label());
}

TEST(Gather, AnswersOnceWhenTheLastHasAnsweredInTheOrderOfTheSources) {
  int answered = 0;
  Response all;
  const Answer answer(
      [&](Result<Response> response) {
        ++answered;
        all = *response;
      },
      std::make_shared<CallState>());
  const auto gather = std::make_shared<Gather>(Request::kStatus, kSources, answer);
  std::thread([reply = gather->ReplyOf(1)] { reply(Status(7, 2, "yard")); }).join();
  EXPECT_EQ(answered, 0);
  gather->ReplyOf(0)(Status(5, 1, "door"));
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(all.of_each(0).source(), "door");
}

}  // namespace
}  // namespace hypnos
