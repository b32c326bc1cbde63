#include "daemon/daemon_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/service_fixture.h"
#include "hypnos/imaging/codecs.h"

namespace hypnos {
namespace {

using control::Request;
using control::Response;
using telemetry::Phase;
using testing::ElementsAre;
using testing::HasSubstr;

// Requests, by what they ask for.
template <class Fill>
Request Asking(Fill fill) {
  Request request;
  fill(request);
  return request;
}
Request Status() {
  return Asking([](Request& r) { r.mutable_status(); });
}
Request SetLearning(bool on) {
  return Asking([&](Request& r) { r.mutable_set_learning()->set_on(on); });
}
Request SleepNow(uint64_t steps) {
  return Asking([&](Request& r) { r.mutable_sleep_now()->set_steps(steps); });
}
Request AbortSleep() {
  return Asking([](Request& r) { r.mutable_abort_sleep(); });
}
Request Wake() {
  return Asking([](Request& r) { r.mutable_wake(); });
}
Request Pause(const std::string& name) {
  return Asking([&](Request& r) { r.mutable_pause_source()->set_name(name); });
}
Request Resume(const std::string& name) {
  return Asking([&](Request& r) { r.mutable_resume_source()->set_name(name); });
}
Request Inspect(uint32_t layer, uint32_t bins = 0, uint32_t units = 0) {
  return Asking([&](Request& r) {
    r.mutable_inspect_layer()->set_layer(layer);
    r.mutable_inspect_layer()->set_bins(bins);
    r.mutable_inspect_layer()->set_top_units(units);
  });
}
Request Dream(uint32_t steps, uint64_t seed = 0) {
  return Asking([&](Request& r) {
    r.mutable_dream()->set_steps(steps);
    r.mutable_dream()->set_seed(seed);
  });
}
Request Predict(uint32_t steps) {
  return Asking([&](Request& r) { r.mutable_predict()->set_steps(steps); });
}
Request Snapshot() {
  return Asking([](Request& r) { r.mutable_snapshot(); });
}
Request Reload() {
  return Asking([](Request& r) { r.mutable_reload_config(); });
}
Request Shutdown() {
  return Asking([](Request& r) { r.mutable_shutdown(); });
}

Image Decoded(const control::Picture& picture) {
  auto image =
      DecodeImage({reinterpret_cast<const uint8_t*>(picture.png().data()), picture.png().size()});
  HYPNOS_CHECK(image.ok());
  return *std::move(image);
}

class DaemonServiceTest : public testing::Test {
 protected:
  Response Must(const Request& request) {
    auto answer = daemon_.Ask(request);
    if (!answer.ok()) ADD_FAILURE() << answer.error().message;
    return answer.ok() ? *answer : Response();
  }
  std::string ReasonOf(const Request& request) {
    const auto answer = daemon_.Ask(request);
    return answer.ok() ? "" : answer.error().reason;
  }
  Phase::State State() { return Must(Status()).status().phase().state(); }

  RunningDaemon daemon_;
};

using BeforeTheFirstFrame = DaemonServiceTest;

TEST_F(BeforeTheFirstFrame, StatusAnswersAndWhatNeedsANetworkSaysSo) {
  const auto status = Must(Status()).status();
  EXPECT_EQ(status.daemon_version(), "1.2.3");
  EXPECT_EQ(status.frames(), 0u);
  EXPECT_EQ(status.phase().state(), Phase::WAITING);
  EXPECT_EQ(status.layers_size(), 0);
  EXPECT_FALSE(status.has_prediction_error());
  for (const Request& request : {Inspect(1), Dream(1), Predict(1), Snapshot(), SleepNow(1)}) {
    EXPECT_EQ(ReasonOf(request), "NO_NETWORK") << request.DebugString();
  }
  // The same while the pipeline waits for a frame.
  daemon_.Run();
  for (const Request& request : {Inspect(1), Dream(1), Predict(1), Snapshot(), SleepNow(1)}) {
    EXPECT_EQ(ReasonOf(request), "NO_NETWORK") << request.DebugString();
  }
}

TEST_F(BeforeTheFirstFrame, AfterOneFrameThereIsAPredictionButNoDream) {
  daemon_.Run();
  daemon_.Watch(1);
  EXPECT_EQ(ReasonOf(Dream(1)), "NO_NETWORK");
  EXPECT_EQ(Must(Predict(1)).predict().frames_size(), 1);
}

class WatchingService : public DaemonServiceTest {
 protected:
  // Far enough to have slept twice, and to be awake now.
  void SetUp() override {
    daemon_.Run();
    daemon_.Watch(25);
  }
};

TEST_F(WatchingService, StatusSaysWhatIsWatchedAndLearned) {
  const auto status = Must(Status()).status();
  EXPECT_EQ(status.frames(), 25u);
  EXPECT_GT(status.dream_steps(), 0u);
  EXPECT_GT(status.prediction_error(), 0);
  EXPECT_EQ(status.prediction_error_unit(), "variances of the input");
  EXPECT_EQ(status.phase().state(), Phase::AWAKE);
  EXPECT_EQ(status.phase().length(), 10u);
  EXPECT_EQ(status.phase().sleeps(), 2u);
  EXPECT_TRUE(status.phase().learning());
  EXPECT_EQ(status.discontinuities().at("start"), 1u);
  EXPECT_FALSE(status.stopping());
  ASSERT_EQ(status.sources_size(), 1);
  const telemetry::Source& source = status.sources(0);
  EXPECT_EQ(source.name(), "square");
  EXPECT_EQ(source.description(), "a square, as shown");
  EXPECT_EQ(source.state(), telemetry::Source::WATCHED);
  EXPECT_EQ(source.kind(), telemetry::Source::PICTURES);
  EXPECT_FALSE(source.live());
  EXPECT_EQ(source.frames(), 25u);
  EXPECT_EQ(source.frames_in_all(), 1000u);
  EXPECT_EQ(source.clip(), "square");
  EXPECT_EQ(source.frame(), 24u);
  ASSERT_EQ(status.layers_size(), 2);
  EXPECT_EQ(status.layers(0).units(), 16u);
  EXPECT_EQ(status.layers(0).constraint_units(), 4u);
  EXPECT_TRUE(status.layers(1).has_goodness_dream());
  EXPECT_TRUE(status.layers(1).has_contrast());
  EXPECT_NE(status.layers(1).learning(), telemetry::Layer::UNKNOWN);
}

TEST_F(WatchingService, ListsAreThoseOfTheStatus) {
  const auto status = Must(Status()).status();
  const auto sources = Must(Asking([](Request& r) { r.mutable_list_sources(); })).list_sources();
  ASSERT_EQ(sources.sources_size(), 1);
  EXPECT_EQ(sources.sources(0).DebugString(), status.sources(0).DebugString());
  const auto layers = Must(Asking([](Request& r) { r.mutable_list_layers(); })).list_layers();
  ASSERT_EQ(layers.layers_size(), 2);
  EXPECT_EQ(layers.layers(1).DebugString(), status.layers(1).DebugString());
}

TEST_F(WatchingService, APausedSourceGivesNothingUntilItIsResumed) {
  EXPECT_TRUE(Must(Pause("square")).pause_source().changed());
  EXPECT_FALSE(Must(Pause("square")).pause_source().changed());
  EXPECT_EQ(Must(Status()).status().sources(0).state(), telemetry::Source::PAUSED);
  daemon_.frames->Show(3);
  // A command is done between two frames: had there been one, it would have come before.
  Must(SetLearning(true));
  EXPECT_EQ(Must(Status()).status().frames(), 25u);
  EXPECT_TRUE(Must(Resume("square")).resume_source().changed());
  EXPECT_FALSE(Must(Resume("square")).resume_source().changed());
  daemon_.observers.WaitForFrames(28);
  EXPECT_EQ(ReasonOf(Pause("yard")), "SOURCE_NOT_FOUND");
}

TEST_F(WatchingService, TellsWhatALayerIsMadeOf) {
  const auto layer = Must(Inspect(1, 7, 3)).inspect_layer();
  EXPECT_EQ(layer.layer().layer(), 1u);
  EXPECT_EQ(layer.damping(), static_cast<double>(0.7f));
  EXPECT_EQ(layer.reads_below(), 64u);
  EXPECT_EQ(layer.reads_above(), 12u);
  EXPECT_EQ(layer.reads_self(), 16u);
  EXPECT_EQ(layer.weights(), 16u * (64 + 12 + 16));
  EXPECT_EQ(layer.locations(), 12u);
  const auto sum = [](const control::Histogram& histogram) {
    uint64_t all = 0;
    for (const uint64_t count : histogram.counts()) all += count;
    return all;
  };
  EXPECT_EQ(layer.weight_histogram().counts_size(), 7);
  EXPECT_EQ(sum(layer.weight_histogram()), layer.weights());
  EXPECT_LT(layer.weight_histogram().low(), 0);
  EXPECT_GT(layer.weight_histogram().high(), 0);
  EXPECT_EQ(sum(layer.activity_histogram()), 16u * 12);
  EXPECT_GE(layer.activity_histogram().low(), 0);
  ASSERT_EQ(layer.top_units_size(), 3);
  EXPECT_GE(layer.top_units(0).mean_activity(), layer.top_units(1).mean_activity());
  EXPECT_GE(layer.top_units(1).mean_activity(), layer.top_units(2).mean_activity());
  for (const auto& unit : layer.top_units()) {
    EXPECT_GT(unit.weight_norm(), 0);
    EXPECT_EQ(unit.constraint(), unit.unit() >= 12);
  }
  EXPECT_EQ(layer.activity().layer(), 1u);
  EXPECT_GT(layer.activity().mean(), 0);
  EXPECT_EQ(layer.activity().largest(), layer.activity_histogram().high());
}

TEST_F(WatchingService, RefusesLayersAndSizesThatAreNotThere) {
  EXPECT_EQ(ReasonOf(Inspect(0)), "LAYER_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Inspect(3)), "LAYER_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Inspect(1, 1001)), "BINS_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Inspect(1, 1, 1001)), "UNITS_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Dream(257)), "STEPS_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Predict(257)), "STEPS_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(SleepNow(1'000'000'001)), "STEPS_OUT_OF_RANGE");
}

TEST_F(WatchingService, ASnapshotShowsWhatItSees) {
  const auto snapshot = Must(Snapshot()).snapshot();
  EXPECT_EQ(snapshot.clip(), "square");
  EXPECT_EQ(snapshot.frame(), 24u);
  std::vector<std::string> names;
  for (const auto& picture : snapshot.pictures()) {
    names.push_back(picture.name());
    EXPECT_EQ(picture.width(), 32u);
    EXPECT_EQ(picture.height(), 24u);
    EXPECT_EQ(Decoded(picture).width(), 32);
  }
  EXPECT_THAT(names, ElementsAre("frame", "prediction", "surprise", "goodness 1", "goodness 2"));
  // The scaling is that of the frame before: a grey value may be off by a few.
  const Image shown = MakeFrame(24).image;
  const Image seen = Decoded(snapshot.pictures(0));
  for (size_t i = 0; i < shown.bytes().size(); ++i) {
    EXPECT_NEAR(seen.bytes()[3 * i], shown.bytes()[i], 6) << i;
  }
  for (int map = 2; map < 5; ++map) {
    EXPECT_EQ(snapshot.pictures(map).map_rows(), 3u);
    EXPECT_EQ(snapshot.pictures(map).map_columns(), 4u);
    EXPECT_EQ(snapshot.pictures(map).map_size(), 12);
  }
}

TEST_F(WatchingService, TheSameSeedFromTheSameMomentIsTheSameDream) {
  const auto dream = Must(Dream(4, 1)).dream();
  ASSERT_EQ(dream.frames_size(), 4);
  EXPECT_EQ(dream.frames(0).width(), 32u);
  EXPECT_EQ(dream.SerializeAsString(), Must(Dream(4, 1)).dream().SerializeAsString());
  EXPECT_NE(dream.SerializeAsString(), Must(Dream(4, 2)).dream().SerializeAsString());
  EXPECT_EQ(Must(Dream(0)).dream().frames_size(), 16);
}

TEST_F(WatchingService, PredictsTheNextFrames) {
  const auto prediction = Must(Predict(3)).predict();
  EXPECT_EQ(prediction.frames_size(), 3);
  EXPECT_GT(prediction.prediction_error(), 0);
  const auto snapshot = Must(Snapshot()).snapshot();
  EXPECT_EQ(prediction.frames(0).png(), snapshot.pictures(1).png())
      << "its first frame is what the snapshot shows as the prediction";
}

TEST_F(WatchingService, WhatIsNotBuiltSaysSo) {
  const auto reason = [&](const char* name) {
    return ReasonOf(RequestOf(Request::descriptor()->FindFieldByName(name)));
  };
  for (const char* name :
       {"save_checkpoint", "list_checkpoints", "verify_checkpoint", "restore_checkpoint"}) {
    EXPECT_EQ(reason(name), "NO_CHECKPOINTS");
  }
}

TEST_F(WatchingService, WhatHasHappenedIsRememberedAndTold) {
  Request query;
  query.mutable_query_events();
  EXPECT_EQ(Must(query).query_events().events_size(), 0);
  Request pause;
  pause.mutable_pause_source()->set_name("square");
  Must(pause);
  Must(pause);  // changes nothing, and is no event
  daemon_.read_again = Error{Code::kInvalidArgument, "CONFIG_INVALID", "there is a mistake"};
  Request reload;
  reload.mutable_reload_config();
  EXPECT_EQ(ReasonOf(reload), "CONFIG_INVALID");
  const auto told = Must(query).query_events();
  ASSERT_EQ(told.events_size(), 2);
  EXPECT_EQ(told.events(0).kind(), control::Event::SOURCE_PAUSED);
  EXPECT_EQ(told.events(0).source(), "square");
  EXPECT_EQ(told.events(1).kind(), control::Event::CONFIG_REFUSED);
  EXPECT_NE(told.events(1).message().find("there is a mistake"), std::string::npos);
  ASSERT_TRUE(daemon_.service.CheckTopic(control::EVENTS).ok());
  EXPECT_EQ(daemon_.service.Sample({control::EVENTS}).events_size(), 2);
  Request resolve;
  resolve.mutable_resolve_event()->set_id(1);
  resolve.mutable_resolve_event()->set_verdict(control::Event::CONFIRMED);
  EXPECT_EQ(ReasonOf(resolve), "NOTHING_TO_JUDGE");
}

TEST_F(WatchingService, EveryRequestButASubscriptionIsKnown) {
  for (const auto* kind : EveryRequest()) {
    if (kind->name() == "subscribe") continue;  // the server's
    EXPECT_NE(ReasonOf(RequestOf(kind)), "UNKNOWN_REQUEST") << kind->name();
  }
}

TEST_F(WatchingService, SaysWhatIsInEffectAndTheLogLevel) {
  const auto yaml = Must(Asking([](Request& r) { r.mutable_show_config(); })).show_config().yaml();
  EXPECT_THAT(yaml, HasSubstr("wake_steps: 10\n"));
  EXPECT_THAT(yaml, HasSubstr("status_interval_seconds: 5\n"));
  const auto set = [](control::SetLogLevelRequest::Level level) {
    return Asking([&](Request& r) { r.mutable_set_log_level()->set_level(level); });
  };
  EXPECT_EQ(Must(set(control::SetLogLevelRequest::ERROR)).set_log_level().before(),
            control::SetLogLevelRequest::INFO);
  EXPECT_EQ(log::CurrentLevel(), log::Level::kError);
  EXPECT_EQ(Must(set(control::SetLogLevelRequest::INFO)).set_log_level().before(),
            control::SetLogLevelRequest::ERROR);
  EXPECT_EQ(ReasonOf(set(control::SetLogLevelRequest::UNSPECIFIED)), "NO_LEVEL");
}

TEST_F(WatchingService, ReloadTakesOverWhatItCanAndNamesTheRest) {
  config::Config changed = daemon_.config();
  changed.mutable_output()->set_status_interval_seconds(60);
  changed.mutable_network()->mutable_layers(1)->set_units(99);
  daemon_.read_again = changed;
  const auto reloaded = Must(Reload()).reload_config();
  EXPECT_THAT(reloaded.changed(), ElementsAre("output.status_interval_seconds"));
  EXPECT_THAT(reloaded.need_restart(), ElementsAre("network.layers.1.units"));
  ASSERT_EQ(daemon_.applied.size(), 1u);
  EXPECT_EQ(daemon_.applied[0].output().status_interval_seconds(), 60);
  EXPECT_EQ(daemon_.applied[0].network().layers(1).units(), 12u) << "what is in effect";
  EXPECT_EQ(Must(Reload()).reload_config().changed_size(), 0);
}

TEST_F(WatchingService, AWrongConfigurationLeavesTheOldOne) {
  daemon_.read_again = Error{Code::kInvalidArgument, "CONFIG_INVALID", "line 3"};
  EXPECT_EQ(ReasonOf(Reload()), "CONFIG_INVALID");
  EXPECT_TRUE(daemon_.applied.empty());
}

TEST_F(WatchingService, SamplesWhatWasAskedFor) {
  const control::Update phase = daemon_.service.Sample({control::PHASE});
  EXPECT_EQ(phase.phase().state(), Phase::AWAKE);
  EXPECT_EQ(phase.layers_size() + phase.sources_size() + phase.activity_size(), 0);
  const control::Update rest = daemon_.service.Sample({control::GOODNESS, control::SOURCES});
  EXPECT_EQ(rest.layers_size(), 2);
  EXPECT_EQ(rest.sources_size(), 1);
  EXPECT_FALSE(rest.has_phase());
}

TEST_F(WatchingService, OfOneSourceSamplesWhatIsItsOwn) {
  Tell(daemon_.events, control::Event::CONFIG_REFUSED, "", "of all");
  Tell(daemon_.events, control::Event::SOURCE_PAUSED, "square", "its own");
  const auto update = daemon_.service.SampleOf("square", {control::PHASE, control::EVENTS});
  ASSERT_TRUE(update.ok());
  EXPECT_EQ(update->phase().state(), Phase::AWAKE);
  ASSERT_EQ(update->events_size(), 1);
  EXPECT_EQ(update->events(0).message(), "its own");
  EXPECT_EQ(daemon_.service.SampleOf("square", {control::PHASE})->events_size(), 0);
  EXPECT_EQ(daemon_.service.SampleOf("yard", {control::PHASE}).error().reason, "SOURCE_NOT_FOUND");
}

TEST_F(WatchingService, ActivityComesWithTheNextUpdate) {
  EXPECT_EQ(daemon_.service.Sample({control::ACTIVITY}).activity_size(), 0);
  Must(Snapshot());  // which the worker does after it
  const control::Update update = daemon_.service.Sample({control::ACTIVITY});
  ASSERT_EQ(update.activity_size(), 2);
  EXPECT_EQ(update.activity(1).layer(), 2u);
  EXPECT_GT(update.activity(1).mean(), 0);
  EXPECT_GE(update.activity(1).largest(), update.activity(1).mean());
}

TEST_F(WatchingService, WithoutLearningItLooks) {
  EXPECT_TRUE(Must(SetLearning(false)).set_learning().changed());
  const std::string weights = daemon_.Weights();
  daemon_.Watch(20);
  EXPECT_EQ(State(), Phase::LOOKING);
  EXPECT_FALSE(Must(Status()).status().phase().learning());
  EXPECT_EQ(daemon_.Weights(), weights);
  EXPECT_EQ(ReasonOf(SleepNow(0)), "LEARNING_IS_OFF");
}

// Asleep, with no frame to wake it.
class SleepingService : public WatchingService {
 protected:
  void SetUp() override {
    WatchingService::SetUp();
    const auto sleep = Must(SleepNow(1'000'000'000)).sleep_now();
    EXPECT_TRUE(sleep.changed());
    EXPECT_EQ(sleep.phase().state(), Phase::ASLEEP);
    daemon_.observers.WaitForDreams(2);
  }
};

TEST_F(SleepingService, EverythingIsAnswered) {
  EXPECT_EQ(State(), Phase::ASLEEP);
  const auto asleep = Must(Asking([](Request& r) { r.mutable_sleep_status(); })).sleep_status();
  EXPECT_EQ(asleep.phase().state(), Phase::ASLEEP);
  EXPECT_EQ(asleep.phase().length(), 1'000'000'000u);
  EXPECT_GT(asleep.dream_steps(), 0u);
  EXPECT_EQ(asleep.phase().cause(), "command");
  EXPECT_EQ(asleep.last().number(), asleep.phase().sleeps()) << "this one goes on";
  EXPECT_EQ(Must(Dream(2)).dream().frames_size(), 2);
  EXPECT_EQ(Must(Inspect(2)).inspect_layer().reads_below(), 16u);
  const auto snapshot = Must(Snapshot()).snapshot();
  EXPECT_EQ(snapshot.frame(), 24u) << "the last one that was seen";
  EXPECT_EQ(snapshot.pictures(2).name(), "surprise") << "of that frame, too";
  EXPECT_EQ(State(), Phase::ASLEEP);
}

TEST_F(SleepingService, ASecondSleepGoesOnAsItWas) {
  EXPECT_FALSE(Must(SleepNow(5)).sleep_now().changed());
  EXPECT_EQ(Must(Status()).status().phase().length(), 1'000'000'000u);
}

TEST_F(SleepingService, CanBeAbortedOrWoken) {
  EXPECT_TRUE(Must(AbortSleep()).abort_sleep().changed());
  EXPECT_EQ(State(), Phase::AWAKE);
  const auto last =
      Must(Asking([](Request& r) { r.mutable_sleep_status(); })).sleep_status().last();
  EXPECT_EQ(last.number(), Must(Status()).status().phase().sleeps());
  EXPECT_EQ(last.began(), "command");
  EXPECT_EQ(last.ended(), "command");
  EXPECT_GT(last.steps(), 0u);
  EXPECT_FALSE(Must(AbortSleep()).abort_sleep().changed());
  EXPECT_FALSE(Must(Wake()).wake().changed());
  EXPECT_TRUE(Must(SleepNow(1'000'000'000)).sleep_now().changed());
  EXPECT_TRUE(Must(Wake()).wake().changed());
  daemon_.Watch(1);  // comes when the dream has ended
  EXPECT_EQ(State(), Phase::AWAKE);
}

TEST_F(SleepingService, EndsWhenLearningIsSwitchedOff) {
  EXPECT_TRUE(Must(SetLearning(false)).set_learning().changed());
  EXPECT_EQ(State(), Phase::LOOKING);
}

TEST_F(SleepingService, APauseDoesNotEndIt) {
  Must(Pause("square"));
  daemon_.observers.WaitForDreams(2);
  EXPECT_EQ(State(), Phase::ASLEEP);
}

TEST_F(SleepingService, AShutdownEndsIt) {
  EXPECT_TRUE(Must(Shutdown()).shutdown().changed());
  daemon_.End();
  EXPECT_EQ(State(), Phase::ENDED);
}

TEST_F(WatchingService, TwoWhoContradictEachOtherAreDoneInTurn) {
  daemon_.Listen(control::CONTROL);
  const auto one = daemon_.Client(), other = daemon_.Client();
  const auto changed = [](const std::unique_ptr<ControlClient>& client, const Request& request) {
    const auto answer = client->Call(request, kPatience);
    HYPNOS_CHECK(answer.ok());
    switch (answer->kind_case()) {
      case Response::kSetLearning:
        return answer->set_learning().changed();
      case Response::kPauseSource:
        return answer->pause_source().changed();
      case Response::kResumeSource:
        return answer->resume_source().changed();
      case Response::kSleepNow:
        return answer->sleep_now().changed();
      default:
        return answer->abort_sleep().changed();
    }
  };
  // The last one wins, and each is told whether it was the one to change it.
  EXPECT_TRUE(changed(one, SleepNow(1'000'000'000)));
  EXPECT_FALSE(changed(other, SleepNow(1)));
  EXPECT_TRUE(changed(other, AbortSleep()));
  EXPECT_FALSE(changed(one, AbortSleep()));
  EXPECT_EQ(State(), Phase::AWAKE);
  EXPECT_TRUE(changed(one, Pause("square")));
  EXPECT_TRUE(changed(other, Resume("square")));
  EXPECT_FALSE(changed(one, Resume("square")));
  EXPECT_EQ(Must(Status()).status().sources(0).state(), telemetry::Source::WATCHED);
  EXPECT_TRUE(changed(one, SetLearning(false)));
  EXPECT_FALSE(changed(other, SetLearning(false)));
  EXPECT_TRUE(changed(other, SetLearning(true)));
  EXPECT_TRUE(Must(Status()).status().phase().learning());
  EXPECT_EQ(Must(Status()).status().clients(), 2u);
}

TEST_F(WatchingService, TwoWhoContradictEachOtherAtOnceLeaveOneOfTheTwoStates) {
  daemon_.Listen(control::CONTROL);
  const auto insist = [&](bool on) {
    const auto client = daemon_.Client();
    int changes = 0;
    for (int i = 0; i < 50; ++i) {
      const auto answer = client->Call(SetLearning(on), kPatience);
      HYPNOS_CHECK(answer.ok());
      changes += answer->set_learning().changed();
    }
    return changes;
  };
  int switched_off = 0;
  std::thread off([&] { switched_off = insist(false); });
  const int switched_on = insist(true);
  off.join();
  // It was on at first: each change but the last is answered by one of the other.
  const bool on = Must(Status()).status().phase().learning();
  EXPECT_EQ(switched_off - switched_on, on ? 0 : 1);
}

TEST_F(WatchingService, WhileItStopsNothingIsChangedAnyMore) {
  EXPECT_TRUE(Must(Shutdown()).shutdown().changed());
  EXPECT_FALSE(Must(Shutdown()).shutdown().changed()) << "it was stopping already";
  for (const auto* kind : EveryRequest()) {
    SCOPED_TRACE(kind->name());
    if (AccessOf(kind) == control::VIEW || kind->name() == "shutdown") continue;
    const auto answer = daemon_.Ask(RequestOf(kind));
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, Code::kUnavailable);
    EXPECT_EQ(answer.error().reason, "STOPPING");
  }
  EXPECT_TRUE(Must(Status()).status().stopping());
}

TEST_F(WatchingService, AfterTheEndItStillAnswers) {
  daemon_.End();
  EXPECT_EQ(State(), Phase::ENDED);
  EXPECT_EQ(Must(Status()).status().sources(0).state(), telemetry::Source::ENDED);
  EXPECT_EQ(Must(Snapshot()).snapshot().frame(), 24u);
  EXPECT_EQ(Must(Dream(2)).dream().frames_size(), 2);
  EXPECT_EQ(Must(Inspect(1)).inspect_layer().locations(), 12u);
  EXPECT_EQ(ReasonOf(SleepNow(1)), "ENDED");
  EXPECT_FALSE(Must(Wake()).wake().changed());
}

TEST_F(WatchingService, WhoAsksForTooMuchIsToldToComeAgain) {
  // Nothing is done meanwhile: the worker waits for the pipeline, and that for the test.
  std::promise<void> go_on;
  daemon_.pipeline.Post([&](PipelineControl&) { go_on.get_future().wait(); });
  std::mutex mutex;
  std::condition_variable all_told;
  int told = 0, refused = 0;
  constexpr int kAsked = 40;
  for (int i = 0; i < kAsked; ++i) {
    daemon_.service.Handle(Dream(1), std::make_shared<CallState>(),
                           [&](const Result<Response>& answer) {
                             const std::lock_guard lock(mutex);
                             if (!answer.ok() && answer.error().reason == "BUSY_DREAMING")
                               ++refused;
                             ++told;
                             all_told.notify_all();
                           });
  }
  {
    const std::lock_guard lock(mutex);
    EXPECT_GE(refused, kAsked - 17) << "one under way, and sixteen that wait";
    EXPECT_LE(refused, kAsked - 16);
  }
  go_on.set_value();
  std::unique_lock lock(mutex);
  all_told.wait(lock, [&] { return told == kAsked; });
}

TEST_F(WatchingService, WhatNobodyWaitsForIsNotDone) {
  auto call = std::make_shared<CallState>();
  std::promise<void> go_on;
  daemon_.pipeline.Post([&](PipelineControl&) { go_on.get_future().wait(); });
  daemon_.service.Handle(SetLearning(false), call, [](const Result<Response>&) {});
  call->Cancel();
  go_on.set_value();
  EXPECT_FALSE(Must(SetLearning(true)).set_learning().changed()) << "it was never off";
}

TEST_F(WatchingService, ProbesAndTellsWhatTheLayersMakeOfTheSet) {
  Request last, now;
  last.mutable_probe();
  now.mutable_probe()->set_now(true);
  const auto before = Must(last).probe().probe();
  EXPECT_EQ(before.sequences(), 2u);
  EXPECT_EQ(before.locations(), 12u);
  ASSERT_EQ(before.layers_size(), 2);
  EXPECT_EQ(before.layers(1).layer(), 2u);
  EXPECT_EQ(before.layers(1).units(), 12u);
  EXPECT_EQ(before.layers(0).histogram_real_size(), 10);
  EXPECT_GT(before.seconds(), 0);
  EXPECT_EQ(Must(last).probe().probe().scored(), before.scored()) << "told, and not scored again";
  EXPECT_EQ(Must(now).probe().probe().scored(), before.scored() + 1);
  EXPECT_EQ(Must(Status()).status().layers(1).probe_accuracy(),
            Must(last).probe().probe().layers(1).pairwise_accuracy());
}

TEST_F(BeforeTheFirstFrame, ProbesAreNotCollectedYet) {
  Request request;
  request.mutable_probe();
  EXPECT_EQ(ReasonOf(request), "NO_NETWORK");
  daemon_.Run();
  daemon_.Watch(3);
  EXPECT_EQ(ReasonOf(request), "PROBES_NOT_COLLECTED");
}

TEST_F(WatchingService, TellsHowFarItsSourceSettles) {
  const auto source = Must(Status()).status().sources(0);
  ASSERT_EQ(source.settling_size(), 2);
  EXPECT_GT(source.settling(0), 0);
  EXPECT_LT(source.settling(0), 1.5);
}

Request AddSource(const std::string& yaml) {
  return Asking([&](Request& r) { r.mutable_add_source()->set_yaml(yaml); });
}
Request RemoveSource(const std::string& name) {
  return Asking([&](Request& r) { r.mutable_remove_source()->set_name(name); });
}

// Of the size of what is shown.
constexpr const char* kYard = "{name: yard, synthetic: {scene: glyphs, width: 32, height: 24}}";

const telemetry::Source* Find(const control::StatusResponse& status, const std::string& name) {
  for (const telemetry::Source& source : status.sources()) {
    if (source.name() == name) return &source;
  }
  return nullptr;
}

TEST_F(WatchingService, WatchesASourceThatIsAddedAndLeavesOneThatIsRemoved) {
  const auto added = Must(AddSource(kYard)).add_source();
  EXPECT_EQ(added.source().name(), "yard");
  EXPECT_THAT(added.source().description(), HasSubstr("glyphs"));
  EXPECT_EQ(ReasonOf(AddSource(kYard)), "CONFIG_INVALID") << "the name is taken";
  // They take turns: one that is shown, one of the yard, ...
  daemon_.frames->Show(10);
  daemon_.observers.WaitForFrames(45);
  auto status = Must(Status()).status();
  ASSERT_EQ(status.sources_size(), 2);
  ASSERT_NE(Find(status, "yard"), nullptr);
  EXPECT_EQ(Find(status, "yard")->clip(), "yard");
  EXPECT_NEAR(static_cast<double>(Find(status, "yard")->frames()), 10, 1.5);
  EXPECT_GT(Find(status, "yard")->prediction_error(), 0);
  EXPECT_THAT(Must(Asking([](Request& r) { r.mutable_show_config(); })).show_config().yaml(),
              HasSubstr("name: yard\n"));
  EXPECT_TRUE(Must(Pause("yard")).pause_source().changed());
  EXPECT_EQ(Find(Must(Status()).status(), "yard")->state(), telemetry::Source::PAUSED);
  EXPECT_EQ(Find(Must(Status()).status(), "square")->state(), telemetry::Source::WATCHED);
  Must(RemoveSource("yard"));
  EXPECT_EQ(ReasonOf(RemoveSource("yard")), "SOURCE_NOT_FOUND");
  status = Must(Status()).status();
  ASSERT_EQ(status.sources_size(), 1);
  EXPECT_EQ(status.sources(0).name(), "square");
  daemon_.Watch(0);
  daemon_.frames->Show(3);
  daemon_.observers.WaitForFrames(static_cast<size_t>(status.frames()) + 3);
}

TEST_F(WatchingService, LooksAtOneOfSeveralSources) {
  Must(AddSource(kYard));
  daemon_.frames->Show(2);
  daemon_.observers.WaitForFrames(28);
  const auto snapshot_of = [&](const std::string& source) {
    return Must(Asking([&](Request& r) { r.mutable_snapshot()->set_source(source); })).snapshot();
  };
  EXPECT_EQ(snapshot_of("yard").clip(), "yard");
  EXPECT_EQ(snapshot_of("yard").source(), "yard");
  EXPECT_EQ(snapshot_of("").clip(), "square");
  EXPECT_EQ(ReasonOf(Asking([](Request& r) { r.mutable_snapshot()->set_source("attic"); })),
            "SOURCE_NOT_FOUND");
}

TEST_F(WatchingService, RefusesASourceThatIsNone) {
  const auto refused = [&](const std::string& yaml) {
    const auto answer = daemon_.Ask(AddSource(yaml));
    EXPECT_FALSE(answer.ok());
    return answer.ok() ? "" : answer.error().reason + ": " + answer.error().message;
  };
  EXPECT_EQ(refused("{name: yard, synthetic: {scene: gliphs}}"),
            "CONFIG_INVALID: source:1:33: 'scene' must be one of potato, glyphs, digits, found "
            "'gliphs'; did you mean 'glyphs'?");
  EXPECT_EQ(refused("{name: yard, file: {path: /nowhere.avi}}"),
            "NO_SUCH_FILE: source 'yard': file '/nowhere.avi' does not exist");
  EXPECT_THAT(refused("{name: page, text: {path: x}}"),
              HasSubstr("one network reads either texts, series or pictures"));
  EXPECT_THAT(refused("nonsense"), HasSubstr("CONFIG_INVALID"));
  EXPECT_THAT(refused(""), HasSubstr("CONFIG_INVALID"));
  EXPECT_EQ(Must(Status()).status().sources_size(), 1);
}

// Also where nothing else is left that it would have to go with.
TEST_F(WatchingService, ItsNetworkWasMadeForPictures) {
  Must(RemoveSource("square"));
  EXPECT_EQ(ReasonOf(AddSource("{name: page, text: {path: x}}")), "NEEDS_RESTART");
  Must(AddSource(kYard));
}

TEST_F(WatchingService, ASourceOfAnotherSizeBreaksOffAndSaysWhy) {
  Must(AddSource("{name: wide, synthetic: {width: 64, height: 24}}"));
  daemon_.Watch(3);
  const auto status = Must(Status()).status();
  EXPECT_EQ(Find(status, "wide")->state(), telemetry::Source::ENDED);
  EXPECT_THAT(Find(status, "wide")->why(), HasSubstr("of 64x24, and those of 'square'"));
  EXPECT_EQ(Find(status, "square")->state(), telemetry::Source::WATCHED);
}

TEST_F(WatchingService, AReloadTouchesOnlySourcesThatHaveChanged) {
  Must(AddSource("{name: guest, synthetic: {width: 32, height: 24, frames: 0}}"));
  const auto reload = [&](const std::string& sources) {
    config::Config read = daemon_.config();
    read.clear_sources();
    daemon_.read_again =
        config::Parse(kSquareConfig, "test", {.sets = {"sources=" + sources}, .environment = {}});
    HYPNOS_CHECK(daemon_.read_again.ok());
    const auto answer = Must(Asking([](Request& r) { r.mutable_reload_config(); }));
    return std::vector<std::string>(answer.reload_config().changed().begin(),
                                    answer.reload_config().changed().end());
  };
  const std::string square = "{name: square, synthetic: {}}";
  const std::string shed = "{name: shed, synthetic: {width: 32, height: 24, frames: 0}}";
  const std::string other = "{name: shed, synthetic: {width: 32, height: 24, frames: 7}}";
  EXPECT_THAT(reload("[" + square + "," + shed + "]"), ElementsAre("sources.shed"));
  EXPECT_EQ(Must(Status()).status().sources_size(), 3) << "who was added by a command stays";
  EXPECT_THAT(reload("[" + square + "," + shed + "]"), testing::IsEmpty());
  daemon_.frames->Show(4);
  daemon_.observers.WaitForFrames(25 + 12);
  const uint64_t before = Find(Must(Status()).status(), "shed")->frames();
  EXPECT_GT(before, 0u);
  EXPECT_THAT(reload("[" + square + "," + other + "]"), ElementsAre("sources.shed"));
  EXPECT_EQ(Find(Must(Status()).status(), "shed")->frames_in_all(), 7u);
  EXPECT_THAT(reload("[" + square + "]"), ElementsAre("sources.shed"));
  EXPECT_EQ(Find(Must(Status()).status(), "shed"), nullptr);
  EXPECT_EQ(Find(Must(Status()).status(), "square")->frames(), 29u) << "did not notice";
  // One that cannot be opened changes nothing.
  daemon_.read_again =
      config::Parse(kSquareConfig, "test",
                    {.sets = {"sources=[" + square + ", {name: x, file: {path: /nowhere.avi}}]"},
                     .environment = {}});
  EXPECT_EQ(ReasonOf(Asking([](Request& r) { r.mutable_reload_config(); })), "NO_SUCH_FILE");
  EXPECT_EQ(Must(Status()).status().sources_size(), 2);
}

TEST_F(WatchingService, ASourceThatIsAddedAfterTheEndGoesOn) {
  daemon_.End();
  EXPECT_EQ(State(), Phase::ENDED);
  Must(AddSource("{name: yard, synthetic: {scene: glyphs, width: 32, height: 24, frames: 9}}"));
  daemon_.Run();
  daemon_.observers.WaitForFrames(25 + 9);
  EXPECT_EQ(Find(Must(Status()).status(), "square")->state(), telemetry::Source::ENDED);
}

}  // namespace
}  // namespace hypnos
