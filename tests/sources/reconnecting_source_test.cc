#include "sources/reconnecting_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "sources/read_all.h"
#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SourceIdentity kDoor = {.name = "door"};

// What happens on one connection: numbers are pictures.
constexpr int kDamaged = -1, kSilent = -2, kBroken = -3, kInterrupted = -4, kTooSoon = -5;
struct Connection {
  std::deque<int> script;
  VideoProperties properties = {.frame_rate_hz = 10};
  int64_t passed_over = 0;       // before the first picture
  int64_t passed_over_last = 0;  // after the last one
  double seconds = 0.1;          // that a picture takes
  std::deque<int> times = {};    // of the stream, in milliseconds; then it has none
};

class Scripted final : public VideoCapture {
 public:
  Scripted(Connection connection, SimulatedClock& clock)
      : connection_(std::move(connection)), clock_(clock) {}

  const VideoProperties& properties() const override { return connection_.properties; }
  Result<bool> Grab() override {
    if (connection_.script.empty()) {
      passed_over_ = connection_.passed_over_last;
      return false;
    }
    current_ = connection_.script.front();
    connection_.script.pop_front();
    if (current_ == kInterrupted) return Error{Code::kCancelled, "INTERRUPTED", "enough"};
    if (current_ == kBroken) return Error{Code::kUnavailable, "CAPTURE_DIED", "it died"};
    clock_.AdvanceSeconds(current_ == kSilent ? 1 : connection_.seconds);
    time_.reset();
    if (!connection_.times.empty()) {
      time_ = std::chrono::milliseconds(connection_.times.front());
      connection_.times.pop_front();
    }
    if (current_ == kSilent) return Error{Code::kDeadlineExceeded, "SILENT", "no picture comes"};
    passed_over_ = std::exchange(connection_.passed_over, 0);
    return true;
  }
  Status Retrieve(Image* image) override {
    if (current_ == kDamaged) return Error{Code::kDataLoss, "PICTURE_DAMAGED", "damaged"};
    *image = NumberedImage(current_);
    return {};
  }
  std::optional<Duration> time() const override { return time_; }
  bool over_rate() const override { return current_ == kTooSoon; }
  int64_t passed_over() const override { return passed_over_; }

 private:
  Connection connection_;
  SimulatedClock& clock_;
  int current_ = 0;
  std::optional<Duration> time_;
  int64_t passed_over_ = 0;
};

// A camera that can be connected to as often as there are connections, and then is interrupted. An
// empty one is refused.
class ReconnectingTest : public ::testing::Test {
 protected:
  ReconnectingSource Camera(std::deque<std::optional<Connection>> connections) {
    connections_ = std::move(connections);
    return ReconnectingSource(
        kDoor, {.description = "camera '0'",
                .connect = [this] { return Connect(); },
                .wait =
                    [this](Duration time) {
                      waits.push_back(Seconds(time));
                      clock.Advance(time);
                      return true;
                    },
                .interrupt = [] {},
                .stall = std::chrono::seconds(3),
                .clock = &clock,
                .rng = Rng(7),
                .on_change = [this](const SourceHealth& health) { told.push_back(health); }});
  }

  std::vector<std::string> States() const {
    std::vector<std::string> states;
    for (const SourceHealth& health : told) states.emplace_back(ToString(health.state));
    return states;
  }

  SimulatedClock clock;
  std::vector<double> waits;
  std::vector<SourceHealth> told;

 private:
  Result<std::unique_ptr<VideoCapture>> Connect() {
    if (connections_.empty()) return Error{Code::kCancelled, "INTERRUPTED", "enough"};
    const auto connection = std::exchange(connections_.front(), std::nullopt);
    connections_.pop_front();
    if (!connection) return Error{Code::kUnavailable, "STREAM_UNAVAILABLE", "it is not there"};
    return std::unique_ptr<VideoCapture>(std::make_unique<Scripted>(*connection, clock));
  }

  std::deque<std::optional<Connection>> connections_;
};

TEST_F(ReconnectingTest, ComesBackAfterALossAndBeginsAnewOnce) {
  ReconnectingSource camera = Camera({Connection{{1, 2, kBroken}}, Connection{{3, 4}}});
  const Seen seen = ReadAll(&camera);
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_THAT(seen.Discontinuities(), ElementsAre(Discontinuity::kStart, Discontinuity::kNone,
                                                  Discontinuity::kReconnect, Discontinuity::kNone));
  EXPECT_EQ(camera.health().connections, 2);
  EXPECT_EQ(camera.health().losses, 2);
}

TEST_F(ReconnectingTest, ItsTimesNeverRunBackwardsWhateverTheStreamSays) {
  ReconnectingSource camera =
      Camera({Connection{.script = {1, 2, 3, 4, kBroken}, .times = {9000, 9100, 9050, 9200}},
              Connection{.script = {5, 6, 7}, .times = {400, 100, 500}}});
  const auto times = ReadAll(&camera).Milliseconds();
  ASSERT_EQ(times.size(), 7u);
  EXPECT_EQ((std::vector(times.begin(), times.begin() + 4)),
            (std::vector<int64_t>{0, 100, 100, 200}));
  EXPECT_TRUE(std::ranges::is_sorted(times));
  EXPECT_EQ(times[6] - times[4], 100);
}

TEST_F(ReconnectingTest, WhatComesTooSoonIsCountedAndIsNoSilence) {
  ReconnectingSource camera =
      Camera({Connection{{1, kTooSoon, kTooSoon, 2, kSilent, kSilent, kTooSoon, 3}}});
  const Seen seen = ReadAll(&camera, 3);
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2, 3}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 3, 5}));
  EXPECT_EQ(camera.health().over_rate, 3);
  EXPECT_EQ(camera.health().stalls, 1);
  EXPECT_EQ(States(), (std::vector<std::string>{"connecting", "live", "stalled", "live"}));
}

TEST_F(ReconnectingTest, ItsTimesGoOnByTheClock) {
  ReconnectingSource camera = Camera({Connection{{1, 2, kBroken}}, Connection{{3, 4}}});
  const auto times = ReadAll(&camera).Milliseconds();
  ASSERT_EQ(times.size(), 4u);
  EXPECT_EQ(times[1], 100);
  // The wait, and until the first picture came.
  EXPECT_NEAR(static_cast<double>(times[2] - times[1]), 1000 * waits[0] + 100, 1);
  EXPECT_EQ(times[3] - times[2], 100);
}

TEST_F(ReconnectingTest, DamagedPicturesAtTheStartCostNoMoreTimeThanTheyTake) {
  const std::deque<int> script = {kDamaged, kDamaged, kDamaged, 1, 2};
  ReconnectingSource camera = Camera({Connection{script}, Connection{script}});
  const auto times = ReadAll(&camera).Milliseconds();
  ASSERT_EQ(times.size(), 4u);
  EXPECT_EQ(times[0], 300);
  EXPECT_EQ(times[1], 400);
  EXPECT_NEAR(static_cast<double>(times[2] - times[1]), 1000 * waits[0] + 400, 1);
  EXPECT_EQ(times[3] - times[2], 100);
}

TEST_F(ReconnectingTest, ToldStatesFollowWhatHappens) {
  ReconnectingSource camera = Camera({std::nullopt, Connection{{1, kSilent, 2, kBroken}}});
  ReadAll(&camera);
  EXPECT_THAT(States(), ElementsAre("connecting", "lost", "connecting", "live", "stalled", "live",
                                    "lost", "connecting", "ended"));
  EXPECT_EQ(told[1].why, "it is not there");
  EXPECT_GT(told[1].retry_in, Duration::zero());
  EXPECT_EQ(told[1].losses, 0) << "what was never there was not lost";
  EXPECT_EQ(told[6].why, "it died");
  EXPECT_EQ(told[6].losses, 1);
}

TEST_F(ReconnectingTest, SilentForTooLongItIsLost) {
  ReconnectingSource camera =
      Camera({Connection{{1, kSilent, kSilent, 2, kSilent, kSilent, kSilent, 3}}});
  const Seen seen = ReadAll(&camera);
  // Two seconds are a stall, three are the end.
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2}));
  EXPECT_EQ(camera.health().stalls, 2);
  const auto lost = std::ranges::find(told, SourceState::kLost, &SourceHealth::state);
  ASSERT_NE(lost, told.end());
  EXPECT_EQ(lost->why, "no picture for 3 s");
}

TEST_F(ReconnectingTest, WhoIsSlowIsNotStalledBetweenPictures) {
  // Two seconds a picture, as the first ones show.
  ReconnectingSource camera = Camera({Connection{
      .script = {1, 2, 3, 4, 5, 6, kSilent, kSilent, 7, 8}, .properties = {}, .seconds = 1.9}});
  EXPECT_EQ(ReadAll(&camera).frames.size(), 8u);
  EXPECT_EQ(camera.health().stalls, 0);
}

TEST_F(ReconnectingTest, TellsHowLongItStillWaits) {
  ReconnectingSource camera = Camera({std::nullopt});
  ReadAll(&camera);
  ASSERT_EQ(told[1].state, SourceState::kLost);
  EXPECT_NEAR(Seconds(told[1].retry_in), waits[0], 1e-6);
  EXPECT_EQ(told[2].retry_in, Duration::zero());
}

TEST_F(ReconnectingTest, WaitsLongerEachTimeUpToAMinute) {
  ReconnectingSource camera = Camera(std::deque<std::optional<Connection>>(12));
  ReadAll(&camera);
  ASSERT_EQ(waits.size(), 12u);
  double expected = 1;
  for (const double wait : waits) {
    EXPECT_GE(wait, 0.8 * expected);
    EXPECT_LE(wait, 1.2 * expected);
    expected = std::min(2 * expected, 60.0);
  }
  EXPECT_GT(waits.back(), 48);
}

TEST_F(ReconnectingTest, OnlyWhoStaysIsLetInSoonAgain) {
  // A hundred pictures take ten seconds.
  const Connection short_one = {{1, kBroken}};
  const Connection steady = {std::deque<int>(150, 1)};
  ReconnectingSource camera = Camera({short_one, short_one, short_one, steady, short_one});
  ReadAll(&camera);
  ASSERT_EQ(waits.size(), 5u);
  EXPECT_GE(waits[2], 3.2);
  EXPECT_LE(waits[3], 1.2);
}

TEST_F(ReconnectingTest, NoTwoWaitsAreAlike) {
  ReconnectingSource camera = Camera(std::deque<std::optional<Connection>>(3));
  ReadAll(&camera);
  EXPECT_NE(waits[1], 2 * waits[0]);
}

TEST_F(ReconnectingTest, DamagedPicturesArePassedOverAndTooManyAreALoss) {
  std::deque<int> script(100, kDamaged);
  script.push_front(kDamaged);
  script.push_front(1);
  ReconnectingSource camera = Camera({Connection{{1, kDamaged, 2, kBroken}}, Connection{script}});
  const Seen seen = ReadAll(&camera);
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2, 1}));
  EXPECT_EQ(seen.frames[1].discontinuity, Discontinuity::kGap);
  EXPECT_EQ(camera.unreadable_frames(), 101);
  EXPECT_EQ(told[told.size() - 3].why, "100 damaged pictures in a row");
}

TEST_F(ReconnectingTest, WhatNobodyHadRoomForIsCountedAndNoCut) {
  ReconnectingSource camera = Camera({Connection{.script = {1, 2, 3}, .passed_over = 4}});
  const Seen seen = ReadAll(&camera);
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{4, 5, 6}));
  EXPECT_EQ(seen.frames[1].discontinuity, Discontinuity::kNone);
}

TEST_F(ReconnectingTest, ARecordingThatIsServedComesToItsEnd) {
  ReconnectingSource camera =
      Camera({Connection{{1, 2, 3}, {.frame_rate_hz = 10, .frame_count = 3}}, Connection{{4}}});
  const Seen seen = ReadAll(&camera);
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2, 3}));
  EXPECT_EQ(camera.health().state, SourceState::kEnded);
  // And says so again.
  const auto again = camera.Next();
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(std::holds_alternative<EndOfStream>(*again));
}

TEST_F(ReconnectingTest, ARecordingsPicturesThatNobodySawBelongToIt) {
  ReconnectingSource camera =
      Camera({Connection{.script = {1, 2, kDamaged},
                         .properties = {.frame_rate_hz = 10, .frame_count = 40},
                         .passed_over = 10,
                         .passed_over_last = 27},
              Connection{{4}}});
  EXPECT_EQ(ReadAll(&camera).Numbers(), (std::vector{1, 2}));
  EXPECT_EQ(camera.health().losses, 0);
}

TEST_F(ReconnectingTest, AnInterruptionEndsIt) {
  ReconnectingSource camera = Camera({Connection{{1, kInterrupted, 2}}, Connection{{3}}});
  EXPECT_EQ(ReadAll(&camera).Numbers(), (std::vector{1}));
}

TEST_F(ReconnectingTest, SaysItsSizeOnceItKnows) {
  ReconnectingSource camera = Camera({Connection{{1}, {.width = 80, .height = 48}}});
  EXPECT_EQ(camera.Describe(), "camera '0'");
  ReadAll(&camera);
  EXPECT_EQ(camera.Describe(), "camera '0', 80x48");
}

}  // namespace
}  // namespace hypnos
