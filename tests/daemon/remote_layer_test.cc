// A network one of whose layers another daemon computes, over a broker in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cluster/layer_wire.h"
#include "daemon/wire.h"
#include "hypnos/cluster/layer_host.h"
#include "hypnos/cluster/layer_seat.h"
#include "hypnos/cluster/parcels.h"
#include "pipeline/settings.h"

namespace hypnos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr seconds kPatience(20);

// What is told, on whatever thread.
class News {
 public:
  std::function<void(const LayerNews&)> listener() {
    return [this](const LayerNews& news) {
      const std::lock_guard lock(mutex_);
      all_.push_back(news);
      changed_.notify_all();
    };
  }
  // The first sentence of that kind; empty: none has come.
  std::string Await(LayerNews::Kind kind) {
    std::unique_lock lock(mutex_);
    std::string sentence;
    changed_.wait_for(lock, kPatience, [&] {
      for (const LayerNews& news : all_) {
        if (news.kind == kind) sentence = news.sentence;
      }
      return !sentence.empty();
    });
    return sentence;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<LayerNews> all_;
};

// The layer's two subjects. Whoever uses them ends first.
struct Subjects {
  Wire to_host, to_head;
};

struct Host {
  Host(Subjects& subjects, const std::string& name, Duration offer_every = milliseconds(20))
      : host({.network = "porch",
              .layer = 2,
              .name = name,
              .instance = name + "-1",
              .offer_every = offer_every,
              .patience = seconds(1)},
             subjects.to_head.mail(), clock, executor, news.listener()) {
    subjects.to_host.Connect([this](std::string_view parcel) {
      if (!asleep) host.Receive(parcel);
    });
    host.Start();
  }
  SystemClock clock;
  SerialExecutor executor;
  News news;
  std::atomic<bool> asleep = false;  // hears nothing
  LayerHost host;
};

LayerSeatOptions Lossless() {
  return {.network = "porch",
          .layer = 2,
          .instance = "head-1",
          .lossless = true,
          .lost_after = kPatience,
          .host_wait = std::make_shared<HostWait>(kPatience),
          .ask_again_after = milliseconds(50)};
}
LayerSeatOptions Live() {
  LayerSeatOptions options = Lossless();
  options.lossless = false;
  options.late_after = milliseconds(10);
  options.lost_after = milliseconds(300);
  return options;
}

struct Head {
  Head(Subjects& subjects, LayerSeatOptions options)
      : seat(std::move(options), subjects.to_host.mail(), clock, news.listener()) {
    subjects.to_head.Connect([this](std::string_view parcel) { seat.Receive(parcel); });
  }
  SystemClock clock;
  News news;
  LayerSeat seat;
};

Setting With(const std::string& name, LayerSeat& seat) {
  for (Setting& setting : AllSettings()) {
    if (setting.name != name) continue;
    setting.options.remote_layers = [&seat] {
      return std::vector<RemoteLayer*>{nullptr, &seat, nullptr};
    };
    return setting;
  }
  ADD_FAILURE() << "there is no setting " << name;
  return {};
}

class Rules : public testing::TestWithParam<const char*> {};

TEST_P(Rules, LosslessIsTheSameBitsAsOneProcess) {
  Subjects subjects;
  subjects.to_host.set_most_bytes(2000);  // everything comes in parcels
  subjects.to_head.set_most_bytes(2000);
  Host host(subjects, "garage");
  Head head(subjects, Lossless());
  const Setting spread = With(GetParam(), head.seat);
  Setting here = spread;
  here.options.remote_layers = nullptr;
  Watcher one(here), two(spread);
  one.Run();
  two.Run();
  EXPECT_EQ(two.text(), one.text());
  EXPECT_THAT(Differences(two.State(), one.State()), IsEmpty());
  EXPECT_GT(host.host.status().steps, 50u);
  EXPECT_EQ(head.seat.status().late_steps, 0u);
  subjects.to_host.Close();
  subjects.to_head.Close();
}

INSTANTIATE_TEST_SUITE_P(Layers, Rules,
                         testing::Values("Rehearsed", "Deferred", "Interleaved", "Guarded0",
                                         "SeveralAsleep", "LabelsAboveBeside"),
                         [](const auto& tested) { return std::string(tested.param); });

// What is asked for twice is done once.
TEST(Layers, LosslessIsTheSameBitsWhereMessagesAreLost) {
  Subjects subjects;
  Host host(subjects, "garage");
  Head head(subjects, Lossless());
  subjects.to_host.LoseEvery(29);
  subjects.to_head.LoseEvery(31);
  const Setting spread = With("Rehearsed", head.seat);
  Setting here = spread;
  here.options.remote_layers = nullptr;
  Watcher one(here), two(spread);
  one.Run();
  two.Run();
  EXPECT_EQ(two.text(), one.text());
  subjects.to_host.LoseEvery(0);
  subjects.to_head.LoseEvery(0);
  EXPECT_THAT(Differences(two.State(), one.State()), IsEmpty());
  subjects.to_host.Close();
  subjects.to_head.Close();
}

TEST(Layers, LosslessEndsTheRunWhereTheHostIsGone) {
  Subjects subjects;
  Host host(subjects, "garage");
  LayerSeatOptions options = Lossless();
  options.lost_after = milliseconds(300);
  Head head(subjects, options);
  Setting setting = With("Rehearsed", head.seat);
  class Killer final : public PipelineObserver {
   public:
    explicit Killer(Host& host) : host_(host) {}
    void OnFrame(const FrameReport& report) override {
      if (report.index == 20) host_.asleep = true;
    }

   private:
    Host& host_;
  } killer(host);
  SystemClock clock;
  Pipeline pipeline(setting.options, clock, killer);
  FrameQueue queue(100, OnFull::kBlock);
  Fill(queue, MakeClip(60));
  const auto result = pipeline.Run(queue);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason, "LAYER_LOST");
  EXPECT_THAT(result.error().message, HasSubstr("layer 2 of porch: 'garage'"));
  subjects.to_host.Close();
  subjects.to_head.Close();
}

TEST(Layers, LosslessSaysWhereThereIsNoHost) {
  Subjects subjects;
  LayerSeatOptions options = Lossless();
  options.host_wait = std::make_shared<HostWait>(milliseconds(50));
  Head head(subjects, options);
  Watched watched(With("Rehearsed", head.seat).options, MakeClip(10));
  ASSERT_FALSE(watched.result->ok());
  EXPECT_EQ(watched.result->error().reason, "NO_HOST");
  EXPECT_THAT(watched.result->error().message, HasSubstr("under hosts"));
  subjects.to_head.Close();
}

// A host that refuses whatever it is asked for.
class Refuser {
 public:
  Refuser(Subjects& subjects, std::string reason)
      : reason_(std::move(reason)), post_("garage-1", [&subjects](std::string_view parcel) {
          return subjects.to_head.Send(parcel);
        }) {
    subjects.to_host.Connect([this](std::string_view parcel) { Receive(parcel); });
  }
  void Offer() { Send(Message()); }

 private:
  static constexpr size_t kLongest = 1 << 20;

  static cluster::FromHost Message() {
    cluster::FromHost message;
    message.set_protocol(kLayerProtocol);
    message.set_host("garage-1");
    message.set_host_name("garage");
    message.set_free(true);
    return message;
  }
  void Send(const cluster::FromHost& message) {
    EXPECT_TRUE(post_.Send(message.SerializeAsString(), kLongest).ok());
  }
  void Receive(std::string_view parcel) {
    const auto bytes = collector_.Add(parcel);
    cluster::ToHost asked;
    if (!bytes.ok() || !bytes->has_value() || !asked.ParseFromString(**bytes)) return;
    if (asked.number() == 0) return;
    cluster::FromHost answer = Message();
    answer.set_number(asked.number());
    answer.set_asked_by(asked.head());
    answer.mutable_refusal()->set_reason(reason_);
    answer.mutable_refusal()->set_message("there is no room");
    Send(answer);
  }

  const std::string reason_;
  ParcelPost post_;
  ParcelCollector collector_{kLongest};
};

// OUT_OF_MEMORY here would mean that this daemon has none, and keeps it from saving anything.
TEST(Layers, AHostsReasonDecidesNothingInTheHead) {
  Subjects subjects;
  Refuser host(subjects, "OUT_OF_MEMORY");
  Head head(subjects, Lossless());
  host.Offer();
  Watched watched(With("Rehearsed", head.seat).options, MakeClip(10));
  ASSERT_FALSE(watched.result->ok());
  EXPECT_EQ(watched.result->error().code, Code::kUnavailable);
  EXPECT_EQ(watched.result->error().reason, "HOST_REFUSES");
  EXPECT_THAT(watched.result->error().message, HasSubstr("'garage' refuses it: there is no room"));
  subjects.to_host.Close();
  subjects.to_head.Close();
}

// Feeds frames one by one, to see what each comes to.
class Stepper {
 public:
  explicit Stepper(const PipelineOptions& options)
      : pipeline_(options, clock_, recorder_),
        queue_(4, OnFull::kBlock),
        running_([this] { result_.emplace(pipeline_.Run(queue_)); }) {}
  ~Stepper() { End(); }

  // Of the frame: what was said of layer 2.
  StepStatistics Show() {
    const size_t before = recorder_.Count();
    queue_.Push(MakeFrame(index_++));
    return recorder_.AwaitMoreThan(before);
  }
  // Somebody wants to see the weights.
  void Look() {
    std::promise<void> looked;
    pipeline_.Post([&](PipelineControl& control) {
      EXPECT_TRUE(control.TakeLook({.weights = true}, "").ok());
      looked.set_value();
    });
    looked.get_future().wait();
  }
  void End() {
    if (!running_.joinable()) return;
    queue_.Finish(FrameOrEnd(EndOfStream{}));
    running_.join();
    EXPECT_TRUE(result_->ok());
  }

 private:
  class Last final : public PipelineObserver {
   public:
    void OnFrame(const FrameReport& report) override {
      const std::lock_guard lock(mutex_);
      ++count_;
      last_ = report.layers[1];
      changed_.notify_all();
    }
    size_t Count() {
      const std::lock_guard lock(mutex_);
      return count_;
    }
    StepStatistics AwaitMoreThan(size_t count) {
      std::unique_lock lock(mutex_);
      EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return count_ > count; }));
      return last_;
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    size_t count_ = 0;
    StepStatistics last_;
  };

  SystemClock clock_;
  Last recorder_;
  Pipeline pipeline_;
  FrameQueue queue_;
  std::optional<Result<RunSummary>> result_;
  int64_t index_ = 0;
  std::thread running_;
};

// Shows frames until what is said of them is so.
template <class F>
bool ShowUntil(Stepper& stepper, F enough) {
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < kPatience) {
    if (enough(stepper.Show())) return true;
  }
  return false;
}

TEST(Layers, LiveGoesOnWithWhatWasSaidLast) {
  Subjects subjects;
  Host host(subjects, "garage");
  Head head(subjects, Live());
  {
    Stepper stepper(With("Rehearsed", head.seat).options);
    ASSERT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
    // Nothing arrives for a while: steps pass all the same, and no more than a few wait there.
    subjects.to_host.Hold(true);
    for (int i = 0; i < 100; ++i) (void)stepper.Show();
    EXPECT_LE(subjects.to_host.waiting(), 3 * LayerSeat::kMostUnanswered);
    EXPECT_GT(head.seat.status().late_steps, 50u);
    subjects.to_host.Hold(false);
    EXPECT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
  }
  EXPECT_EQ(head.seat.status().host, "garage");
  subjects.to_host.Close();
  subjects.to_head.Close();
}

// Bytes that twenty frames took to the host, and what the layer came to by them.
std::pair<uint64_t, double> BytesAndGoodness(bool bfloat16) {
  Subjects subjects;
  Host host(subjects, "garage");
  LayerSeatOptions options = Live();
  options.late_after = kPatience;
  options.lost_after = kPatience;
  options.bfloat16 = bfloat16;
  Head head(subjects, options);
  std::pair<uint64_t, double> got;
  {
    Stepper stepper(With("Rehearsed", head.seat).options);
    EXPECT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
    const uint64_t before = head.seat.status().bytes_sent;
    for (int i = 0; i < 20; ++i) got.second = stepper.Show().goodness;
    got.first = head.seat.status().bytes_sent - before;
  }
  EXPECT_EQ(head.seat.status().late_steps, 0u);
  subjects.to_host.Close();
  subjects.to_head.Close();
  return got;
}

TEST(Layers, Bfloat16TakesHalfTheBytesAndSaysMuchTheSame) {
  const auto [bytes, goodness] = BytesAndGoodness(false);
  const auto [half_the_bytes, much_the_same] = BytesAndGoodness(true);
  EXPECT_LT(static_cast<double>(half_the_bytes), 0.6 * static_cast<double>(bytes));
  EXPECT_GT(goodness, 0);
  EXPECT_NE(much_the_same, goodness);
  EXPECT_NEAR(much_the_same / goodness, 1, 0.02);
}

// A sleep by a slow line must not take as long as all of its answers.
TEST(Layers, LiveDoesNotWaitWhereWhatWasSentBeforeIsLate) {
  Subjects subjects;
  Host host(subjects, "garage");
  LayerSeatOptions options = Live();
  options.late_after = milliseconds(400);
  options.lost_after = kPatience;
  Head head(subjects, options);
  Setting setting = With("Rehearsed", head.seat);
  setting.options.probe.sequences = 0;
  {
    Stepper stepper(setting.options);
    ASSERT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
    subjects.to_host.Hold(true);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(stepper.Show().late);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 25 * options.late_after);
    subjects.to_host.Hold(false);
    EXPECT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
  }
  subjects.to_host.Close();
  subjects.to_head.Close();
}

TEST(Layers, LiveWeightsThatComeTooLateAreHadTheNextTime) {
  Subjects subjects;
  Host host(subjects, "garage");
  LayerSeatOptions options = Live();
  options.lost_after = kPatience;
  Head head(subjects, options);
  // Nothing is pulled but for whoever looks.
  Setting setting = With("Interleaved", head.seat);
  setting.options.probe.sequences = 0;
  {
    Stepper stepper(setting.options);
    ASSERT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
    for (int i = 0; i < 60; ++i) (void)stepper.Show();
    EXPECT_EQ(head.seat.status().updates, 0u);
    subjects.to_head.Hold(true);
    stepper.Look();
    EXPECT_EQ(head.seat.status().updates, 0u);
    // It comes before anything that is asked for from now on.
    subjects.to_head.Hold(false);
    ASSERT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
    subjects.to_head.Hold(true);
    stepper.Look();
    EXPECT_GT(head.seat.status().updates, 0u);
    subjects.to_head.Hold(false);
  }
  subjects.to_host.Close();
  subjects.to_head.Close();
}

TEST(Layers, LiveGivesALostLayerToTheNext) {
  Subjects subjects;
  auto first = std::make_unique<Host>(subjects, "garage");
  Head head(subjects, Live());
  Host second(subjects, "cellar");
  {
    Stepper stepper(With("Rehearsed", head.seat).options);
    ASSERT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
    const bool first_has_it = head.seat.status().host == "garage";
    Host& has_it = first_has_it ? *first : second;
    Host& stands_by = first_has_it ? second : *first;
    EXPECT_THAT(stands_by.news.Await(LayerNews::Kind::kRefused), HasSubstr("stands by"));
    const std::string other = first_has_it ? "cellar" : "garage";
    has_it.asleep = true;
    const uint64_t steps = stands_by.host.status().steps;
    EXPECT_TRUE(ShowUntil(stepper, [&](const StepStatistics& said) {
      return !said.late && head.seat.status().host == other;
    }));
    EXPECT_GT(stands_by.host.status().steps, steps);
    EXPECT_THAT(head.news.Await(LayerNews::Kind::kLost), HasSubstr("layer 2 of porch is lost"));
  }
  subjects.to_host.Close();
  subjects.to_head.Close();
}

TEST(Layers, LiveBeginsWithoutAnybody) {
  Subjects subjects;
  LayerSeatOptions options = Live();
  options.host_wait = std::make_shared<HostWait>(milliseconds(10));
  Head head(subjects, options);
  std::unique_ptr<Host> host;
  {
    Stepper stepper(With("Rehearsed", head.seat).options);
    EXPECT_TRUE(stepper.Show().late);
    EXPECT_THAT(head.news.Await(LayerNews::Kind::kLost), HasSubstr("computed by nobody yet"));
    host = std::make_unique<Host>(subjects, "garage");
    EXPECT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
  }
  subjects.to_host.Close();
  subjects.to_head.Close();
}

TEST(Layers, TwoHeadsOfOneNetworkAreToldApart) {
  Subjects subjects;
  Host host(subjects, "garage");
  Head first(subjects, Live());
  LayerSeatOptions options = Live();
  options.instance = "head-2";
  options.host_wait = std::make_shared<HostWait>(milliseconds(200));
  Stepper stepper(With("Rehearsed", first.seat).options);
  ASSERT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
  // It asks the host, whatever that says of itself.
  ParcelPost post("head-2", [&](std::string_view parcel) { return subjects.to_host.Send(parcel); });
  cluster::ToHost asked;
  asked.set_protocol(kLayerProtocol);
  asked.set_head("head-2");
  asked.set_host("garage-1");
  asked.set_number(1);
  asked.mutable_seat();
  std::mutex mutex;
  std::condition_variable changed;
  std::string refusal;
  ParcelCollector collector(1 << 20);
  subjects.to_head.Connect([&](std::string_view parcel) {
    const auto message = collector.Add(parcel);
    cluster::FromHost answer;
    if (!message.ok() || !message->has_value() || !answer.ParseFromString(**message)) return;
    if (!answer.has_refusal()) return;
    const std::lock_guard lock(mutex);
    refusal = answer.refusal().message();
    changed.notify_all();
  });
  ASSERT_TRUE(post.Send(asked.SerializeAsString(), 1 << 20).ok());
  {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, kPatience, [&] { return !refusal.empty(); });
    EXPECT_THAT(refusal, HasSubstr("another daemon that runs a network of this name"));
  }
  // Nothing was overwritten.
  EXPECT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
  EXPECT_EQ(host.host.status().head, "head-1");
  stepper.End();
  subjects.to_host.Close();
  subjects.to_head.Close();
}

// It ended, or was killed, and comes again as another.
TEST(Layers, AHeadThatStartsAgainIsGivenTheHostOnceTheOldOneIsSilent) {
  Subjects subjects;
  Host host(subjects, "garage");
  {
    Head first(subjects, Lossless());
    const Setting setting = With("Rehearsed", first.seat);
    Watcher watched(setting);
    watched.Run();
    subjects.to_head.Disconnect();
  }
  LayerSeatOptions options = Lossless();
  options.instance = "head-2";
  Head second(subjects, options);
  const Setting setting = With("Rehearsed", second.seat);
  Watcher again(setting);
  again.Run();
  EXPECT_EQ(host.host.status().head, "head-2");
  subjects.to_host.Close();
  subjects.to_head.Close();
}

// Well-formed, and not what a head would say.
TEST(Layers, WhatNoHeadWouldSayCostsNoHost) {
  Subjects subjects;
  Host host(subjects, "garage");
  ParcelPost post("head-9", [&](std::string_view parcel) { return subjects.to_host.Send(parcel); });
  std::mutex mutex;
  std::condition_variable changed;
  std::map<uint64_t, std::string> reasons;
  ParcelCollector collector(1 << 24);
  subjects.to_head.Connect([&](std::string_view parcel) {
    const auto message = collector.Add(parcel);
    cluster::FromHost answer;
    if (!message.ok() || !message->has_value() || !answer.ParseFromString(**message)) return;
    if (answer.number() == 0) return;
    const std::lock_guard lock(mutex);
    reasons[answer.number()] = answer.has_refusal() ? answer.refusal().reason() : "OK";
    changed.notify_all();
  });
  uint64_t number = 0;
  const auto ask = [&](const std::function<void(cluster::ToHost&)>& fill) {
    cluster::ToHost asked;
    asked.set_protocol(kLayerProtocol);
    asked.set_head("head-9");
    asked.set_host("garage-1");
    asked.set_number(++number);
    fill(asked);
    EXPECT_TRUE(post.Send(asked.SerializeAsString(), 1 << 20).ok());
    std::unique_lock lock(mutex);
    changed.wait_for(lock, kPatience, [&] { return reasons.contains(number); });
    return reasons[number];
  };
  const auto seat = [&](LearningRule rule, size_t batch = 0) {
    return ask([&](cluster::ToHost& asked) {
      FfLayerOptions layer{.below = 3, .above = 0, .units = 4};
      layer.batch = batch;
      LearningOptions learning;
      learning.rule = rule;
      auto made = FfLayer::Create(layer, learning, Rng(1));
      ASSERT_TRUE(made.ok());
      cluster::ToHost::Seat& given = *asked.mutable_seat();
      ToWire(LayerPlan{2, layer, learning}, *given.mutable_plan());
      given.set_plan_hash(HashOf(given.plan()));
      SaveState(*made, *given.mutable_state());
    });
  };
  const auto step = [&](std::vector<Phase> phases, size_t below = 3, bool finish = true) {
    return ask([&](cluster::ToHost& asked) {
      cluster::ToHost::Step& made = *asked.mutable_step();
      made.set_finish(finish);
      for (size_t i = 0; i < phases.size(); ++i) {
        const Matrix input(2, below);
        Tick tick;
        tick.lane = Lane{i};
        tick.start = TickStart::kReset;
        ToWire(RemoteTick{.tick = &tick, .phase = phases[i], .below = input, .above = {}},
               WireNumbers::kFloat32, *made.add_ticks());
      }
    });
  };
  EXPECT_EQ(step({Phase::kLook}), "NOT_SEATED");
  EXPECT_EQ(seat(LearningRule::kRehearsed, 1), "POISONED");
  EXPECT_EQ(seat(LearningRule::kRehearsed), "OK");
  EXPECT_EQ(step({Phase::kPositive}), "OK");
  EXPECT_EQ(step({Phase::kNegative}), "WRONG_PHASE");
  EXPECT_EQ(seat(LearningRule::kInterleaved), "OK");
  EXPECT_EQ(step({Phase::kPositive, Phase::kNegative}), "OK");
  EXPECT_EQ(step({Phase::kPositive, Phase::kPositive, Phase::kNegative}), "WRONG_PHASE");
  EXPECT_EQ(seat(LearningRule::kInterleaved), "OK");
  EXPECT_EQ(step({Phase::kPositive}, 3, /*finish=*/false), "POISONED");
  EXPECT_EQ(seat(LearningRule::kInterleaved), "OK");
  EXPECT_EQ(step({Phase::kPositive}, 5), "WRONG_SHAPE");
  EXPECT_EQ(seat(LearningRule::kLooking), "OK");
  EXPECT_EQ(step({Phase::kPositive}), "WRONG_PHASE");
  // It goes on.
  EXPECT_EQ(seat(LearningRule::kLooking), "OK");
  EXPECT_EQ(step({Phase::kLook}), "OK");
  subjects.to_host.Close();
  subjects.to_head.Close();
}

TEST(Layers, AnotherProtocolIsRefusedAtBothEnds) {
  Subjects subjects;
  Host host(subjects, "garage");
  Head head(subjects, Live());
  ParcelPost old_head("old-head", [&](std::string_view p) { return subjects.to_host.Send(p); });
  cluster::ToHost asked;
  asked.set_protocol(0);
  asked.set_head("old-head");
  asked.set_host("garage-1");
  ASSERT_TRUE(old_head.Send(asked.SerializeAsString(), 1 << 20).ok());
  EXPECT_THAT(host.news.Await(LayerNews::Kind::kRefused), HasSubstr("version 0"));
  ParcelPost old_host("old-host", [&](std::string_view p) { return subjects.to_head.Send(p); });
  cluster::FromHost offer;
  offer.set_protocol(9);
  offer.set_host("old-host");
  offer.set_host_name("attic");
  ASSERT_TRUE(old_host.Send(offer.SerializeAsString(), 1 << 20).ok());
  EXPECT_THAT(head.news.Await(LayerNews::Kind::kRefused), HasSubstr("'attic'"));
  subjects.to_host.Close();
  subjects.to_head.Close();
}

TEST(Layers, NonsenseCostsNothing) {
  Subjects subjects;
  Host host(subjects, "garage");
  Head head(subjects, Live());
  {
    Stepper stepper(With("Rehearsed", head.seat).options);
    Rng rng(1);
    for (int i = 0; i < 200; ++i) {
      std::string noise(rng.Below(60), ' ');
      for (char& c : noise) c = static_cast<char>(rng.Below(256));
      (void)subjects.to_host.Send(noise);
      (void)subjects.to_head.Send(noise);
      if (i % 20 == 0) (void)stepper.Show();
    }
    EXPECT_TRUE(ShowUntil(stepper, [](const StepStatistics& said) { return !said.late; }));
  }
  EXPECT_GT(host.host.status().refused, 0u);
  EXPECT_GT(head.seat.status().refused, 0u);
  subjects.to_host.Close();
  subjects.to_head.Close();
}

}  // namespace
}  // namespace hypnos
