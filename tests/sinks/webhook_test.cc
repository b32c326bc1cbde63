#include "hypnos/sinks/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "hypnos/sinks/signature.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Duration kPatience = std::chrono::seconds(20);

// Answers as it is told, 200 in the end, and remembers what was posted.
class Receiver {
 public:
  Result<HttpResponse> Answer(const HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    changed_.notify_all();
    if (answers_.empty()) return HttpResponse{.status = 200, .retry_after = {}};
    auto answer = answers_.front();
    answers_.pop_front();
    return answer;
  }
  void Will(Result<HttpResponse> answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
  }
  void Will(int status) { Will(HttpResponse{.status = status, .retry_after = {}}); }
  std::vector<HttpRequest> WaitFor(size_t requests) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= requests; }));
    return requests_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<HttpRequest> requests_;
  std::deque<Result<HttpResponse>> answers_;
};

class ToReceiver final : public HttpPoster {
 public:
  explicit ToReceiver(Receiver& receiver) : receiver_(receiver) {}
  Result<HttpResponse> Post(const HttpRequest& request, const std::atomic<bool>&) override {
    return receiver_.Answer(request);
  }

 private:
  Receiver& receiver_;
};

// Answers nothing until it is stopped; or not even then.
class Hanging final : public HttpPoster {
 public:
  Hanging(std::atomic<bool>& hangs, bool heeds_stop) : hangs_(hangs), heeds_stop_(heeds_stop) {}
  Result<HttpResponse> Post(const HttpRequest&, const std::atomic<bool>& stop) override {
    hangs_ = true;
    while (hangs_ && !(heeds_stop_ && stop)) std::this_thread::yield();
    return Error{Code::kCancelled, "STOPPED", "it was stopped"};
  }

 private:
  std::atomic<bool>& hangs_;
  bool heeds_stop_;
};

Notice NoticeOf(uint64_t id) {
  return {.id = id, .kind = "SOURCE_LOST", .severity = NoticeSeverity::kWarning, .source = "door"};
}

std::vector<std::string> BodiesOf(const std::vector<HttpRequest>& requests) {
  std::vector<std::string> bodies;
  bodies.reserve(requests.size());
  for (const HttpRequest& request : requests) bodies.push_back(request.body);
  return bodies;
}

class WebhookTest : public ::testing::Test {
 protected:
  std::unique_ptr<Webhook> Start(std::unique_ptr<HttpPoster> poster = nullptr) {
    if (poster == nullptr) poster = std::make_unique<ToReceiver>(receiver);
    return std::make_unique<Webhook>(options,
                                     Webhook::Parts{.files = disk,
                                                    .clock = clock,
                                                    .poster = std::move(poster),
                                                    .rng = Rng(1),
                                                    .changed = [this](const WebhookStatus& status) {
                                                      const std::lock_guard lock(mutex);
                                                      states.push_back(status.error);
                                                    }});
  }
  void WaitUntil(const std::function<bool()>& condition) {
    const Instant begin = clock.Now();
    while (!condition() && clock.Now() - begin < kPatience) std::this_thread::yield();
    EXPECT_TRUE(condition());
  }
  // To be called by each test: nothing of it may be gone before the thread is.
  bool End(Webhook& webhook) {
    return webhook.Stop(clock.Now() + kPatience, clock.Now() + 2 * kPatience);
  }
  bool EndAtOnce(Webhook& webhook) { return webhook.Stop(clock.Now(), clock.Now() + kPatience); }
  std::vector<std::string> States() {
    const std::lock_guard lock(mutex);
    return states;
  }

  SystemClock clock;
  MemoryFileSystem disk;
  Receiver receiver;
  std::mutex mutex;
  std::vector<std::string> states;
  WebhookOptions options = {.name = "phone",
                            .url = "http://host/path",
                            .secret = "hush",
                            .host = "porch",
                            .folder = "outbox/phone",
                            .first_retry = std::chrono::milliseconds(1)};
};

TEST_F(WebhookTest, PostsWhatIsOfferedInItsOrderAndSigned) {
  const auto webhook = Start();
  for (uint64_t id = 1; id <= 3; ++id) webhook->Offer(NoticeOf(id));
  const auto requests = receiver.WaitFor(3);
  EXPECT_THAT(BodiesOf(requests),
              ElementsAre(JsonOf(NoticeOf(1), "porch"), JsonOf(NoticeOf(2), "porch"),
                          JsonOf(NoticeOf(3), "porch")));
  EXPECT_EQ(requests[0].url, "http://host/path");
  std::string timestamp, signature;
  for (const std::string& header : requests[0].headers) {
    if (header.starts_with("X-Hypnos-Timestamp: ")) timestamp = header.substr(20);
    if (header.starts_with("X-Hypnos-Signature: ")) signature = header.substr(20);
  }
  EXPECT_EQ(signature, "sha256=" + SignatureOf("hush", std::stoll(timestamp), requests[0].body));
  EXPECT_TRUE(End(*webhook));
  EXPECT_EQ(webhook->status().delivered, 3u);
  EXPECT_EQ(webhook->status().waiting, 0u);
  EXPECT_THAT(*disk.ListFolder("outbox/phone"), IsEmpty());
}

TEST_F(WebhookTest, IsToldOfWhatItIsForAndNothingElse) {
  const Notice right = NoticeOf(1);
  EXPECT_TRUE(IsFor(options, right));
  Notice other = right;
  other.severity = NoticeSeverity::kInfo;
  EXPECT_FALSE(IsFor(options, other));
  options.kinds = {"SOURCE_LOST"};
  EXPECT_TRUE(IsFor(options, other)) << "a kind that is named is told however severe it is";
  other.kind = "SOURCE_LIVE";
  other.severity = NoticeSeverity::kAlarm;
  EXPECT_FALSE(IsFor(options, other));
  options.sources = {"door"};
  EXPECT_TRUE(IsFor(options, right));
  other = right;
  other.source = "yard";
  EXPECT_FALSE(IsFor(options, other));
}

TEST_F(WebhookTest, TriesAgainUntilItIsTaken) {
  for (const int status : {500, 404, 301, 429}) receiver.Will(status);
  receiver.Will(Error{Code::kUnavailable, "NO_ANSWER", "nobody is there"});
  const auto webhook = Start();
  webhook->Offer(NoticeOf(1));
  webhook->Offer(NoticeOf(2));
  const auto bodies = BodiesOf(receiver.WaitFor(7));
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(bodies[i], JsonOf(NoticeOf(1), "porch"));
  EXPECT_EQ(bodies[6], JsonOf(NoticeOf(2), "porch"));
  EXPECT_TRUE(End(*webhook));
  EXPECT_EQ(webhook->status().delivered, 2u);
  EXPECT_EQ(webhook->status().failed, 5u);
  EXPECT_EQ(webhook->status().error, "");
  // Told once each, and not at the first that fails.
  ASSERT_EQ(States().size(), 2u);
  EXPECT_THAT(States()[0], HasSubstr("it answers 301, a redirect, which is not followed"));
  EXPECT_EQ(States()[1], "");
}

TEST_F(WebhookTest, WhatIsRefusedForWhatItIsDoesNotHoldUpTheOthers) {
  receiver.Will(400);
  const auto webhook = Start();
  webhook->Offer(NoticeOf(1));
  webhook->Offer(NoticeOf(2));
  EXPECT_THAT(BodiesOf(receiver.WaitFor(2)),
              ElementsAre(JsonOf(NoticeOf(1), "porch"), JsonOf(NoticeOf(2), "porch")));
  EXPECT_TRUE(End(*webhook));
  EXPECT_EQ(webhook->status().delivered, 1u);
  EXPECT_EQ(webhook->status().dropped, 1u);
  EXPECT_THAT(States(), IsEmpty());
}

TEST_F(WebhookTest, OneThatRefusesEverythingIsToldOf) {
  for (int i = 0; i < 4; ++i) receiver.Will(400);
  const auto webhook = Start();
  for (uint64_t id = 1; id <= 5; ++id) webhook->Offer(NoticeOf(id));
  receiver.WaitFor(5);
  EXPECT_TRUE(End(*webhook));
  ASSERT_EQ(States().size(), 2u);
  EXPECT_THAT(States()[0], HasSubstr("it answers 400, and so refuses what it is told"));
  EXPECT_EQ(States()[1], "");
}

TEST_F(WebhookTest, WaitsAsLongAsItIsAskedTo) {
  receiver.Will(HttpResponse{.status = 503, .retry_after = std::chrono::hours(2000)});
  const auto webhook = Start();
  webhook->Offer(NoticeOf(1));
  receiver.WaitFor(1);
  WaitUntil([&] { return webhook->status().failed == 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(receiver.WaitFor(1).size(), 1u);
  EXPECT_TRUE(End(*webhook)) << "what was tried in vain is not waited for at the end";
  EXPECT_EQ(webhook->status().waiting, 1u);
}

TEST_F(WebhookTest, WhatWasNotDeliveredALaterOneDelivers) {
  std::atomic<bool> hangs = false;
  auto webhook = Start(std::make_unique<Hanging>(hangs, true));
  webhook->Offer(NoticeOf(1));
  WaitUntil([&] { return hangs.load(); });
  webhook->Offer(NoticeOf(2));
  EXPECT_TRUE(EndAtOnce(*webhook));
  webhook = Start();
  EXPECT_THAT(BodiesOf(receiver.WaitFor(2)),
              ElementsAre(JsonOf(NoticeOf(1), "porch"), JsonOf(NoticeOf(2), "porch")));
  EXPECT_TRUE(End(*webhook));
}

TEST_F(WebhookTest, WhoOffersNeverWaitsAndTheOldestMakeRoom) {
  std::atomic<bool> hangs = false;
  const auto webhook = Start(std::make_unique<Hanging>(hangs, true));
  webhook->Offer(NoticeOf(1));
  WaitUntil([&] { return hangs.load(); });
  for (uint64_t id = 2; id <= 1102; ++id) webhook->Offer(NoticeOf(id));
  EXPECT_EQ(webhook->status().dropped, 101u);
  EXPECT_TRUE(EndAtOnce(*webhook));
}

TEST_F(WebhookTest, OneThatHangsForGoodIsLeftBehind) {
  // It may outlive the test, and the statics.
  auto& hangs = *new std::atomic<bool>(false);
  auto& lasting_clock = *new SystemClock();
  auto& lasting_disk = *new MemoryFileSystem();
  Webhook webhook(options, {.files = lasting_disk,
                            .clock = lasting_clock,
                            .poster = std::make_unique<Hanging>(hangs, false),
                            .rng = Rng(1),
                            .changed = {}});
  webhook.Offer(NoticeOf(1));
  WaitUntil([&] { return hangs.load(); });
  EXPECT_FALSE(webhook.Stop(clock.Now(), clock.Now() + std::chrono::milliseconds(20)));
  hangs = false;
}

}  // namespace
}  // namespace hypnos
