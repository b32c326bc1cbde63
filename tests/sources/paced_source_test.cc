#include "sources/paced_source.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "hypnos/sources/capture_thread.h"
#include "hypnos/sources/source_options.h"
#include "sources/read_all.h"
#include "support/simulated_clock.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

// Frames with these times, in milliseconds.
class Timed final : public Source {
 public:
  explicit Timed(std::deque<int> times) : times_(std::move(times)) {}
  Result<FrameOrEnd> Next() override {
    if (times_.empty()) return FrameOrEnd(EndOfStream{});
    Frame frame;
    frame.index = index_++;
    frame.presentation_time = std::chrono::milliseconds(times_.front());
    times_.pop_front();
    return FrameOrEnd(std::move(frame));
  }
  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return 3; }
  int64_t unreadable_frames() const override { return 2; }
  std::string Describe() const override { return "timed"; }

 private:
  std::deque<int> times_;
  int64_t index_ = 0;
};

class PacedTest : public ::testing::Test {
 protected:
  PacedSource Paced(std::deque<int> times) {
    return PacedSource(std::make_unique<Timed>(std::move(times)),
                       {.clock = &clock,
                        .wait =
                            [this](Duration time) {
                              clock.Advance(time);
                              return !interrupted;
                            },
                        .interrupt = [this] { interrupted = true; }});
  }
  // Milliseconds of the clock since the first frame; `work` is how long each takes to learn from.
  std::vector<int64_t> Given(PacedSource& source, std::deque<int> work = {}) {
    std::vector<int64_t> given;
    std::optional<Instant> first;
    while (std::holds_alternative<Frame>(source.Next().value())) {
      if (!first) first = clock.Now();
      given.push_back((clock.Now() - *first).count() / 1'000'000);
      if (work.empty()) continue;
      clock.Advance(std::chrono::milliseconds(work.front()));
      work.pop_front();
    }
    return given;
  }

  SimulatedClock clock;
  bool interrupted = false;
};

TEST_F(PacedTest, GivesEachFrameAtItsTime) {
  PacedSource source = Paced({500, 540, 600, 1000});
  EXPECT_EQ(Given(source), (std::vector<int64_t>{0, 40, 100, 500}));
}

TEST_F(PacedTest, CatchesUpWithALittleAndLosesNothing) {
  PacedSource source = Paced({0, 100, 200, 300, 400});
  EXPECT_EQ(Given(source, {250, 0, 0, 0}), (std::vector<int64_t>{0, 250, 250, 300, 400}));
}

TEST_F(PacedTest, DoesNotHurryAfterALongPause) {
  PacedSource source = Paced({0, 100, 200, 300});
  EXPECT_EQ(Given(source, {5000}), (std::vector<int64_t>{0, 5000, 5100, 5200}));
}

TEST_F(PacedTest, AnotherRoundGoesOnAFrameLater) {
  PacedSource source = Paced({0, 40, 80, 0, 40});
  EXPECT_EQ(Given(source), (std::vector<int64_t>{0, 40, 80, 120, 160}));
}

TEST_F(PacedTest, EndsWhenInterrupted) {
  PacedSource source = Paced({0, 40, 80});
  EXPECT_TRUE(std::holds_alternative<Frame>(source.Next().value()));
  source.Interrupt();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(std::holds_alternative<EndOfStream>(source.Next().value()));
  }
}

TEST_F(PacedTest, IsOtherwiseTheSourceItself) {
  PacedSource source = Paced({0});
  EXPECT_FALSE(source.live());
  EXPECT_EQ(source.frame_count(), 3);
  EXPECT_EQ(source.unreadable_frames(), 2);
  EXPECT_EQ(source.Describe(), "timed, in its own time");
}

TEST(PaceOfSources, AWaitOfAnHourEndsAtOnce) {
  CaptureThread capture(
      Must(OpenSource({.identity = {.name = "door"},
                       .kind = SyntheticSourceOptions{.frame_rate_hz = 1.0 / 3600, .frames = 2},
                       .pace = Pace::kRealtime})),
      4, OnFull::kBlock);
  ASSERT_TRUE(std::holds_alternative<Frame>(capture.queue().Pop().value()));
  EXPECT_TRUE(capture.Stop(std::chrono::seconds(60)));
}

TEST(PaceOfSources, FastAndRealtimeGiveTheSameFrames) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 4, 100);
  SourceOptions options = {.identity = {.name = "door"}, .kind = FileSourceOptions{.path = path}};
  const Seen fast = ReadAll(Must(OpenSource(options)).get());
  options.pace = Pace::kRealtime;
  const SystemClock clock;
  const Instant begin = clock.Now();
  const Seen realtime = ReadAll(Must(OpenSource(options)).get());
  EXPECT_GE(clock.Now() - begin, std::chrono::milliseconds(30));
  EXPECT_EQ(realtime.Numbers(), fast.Numbers());
  EXPECT_EQ(realtime.Milliseconds(), fast.Milliseconds());
  EXPECT_EQ(realtime.frames.size(), 4u);
}

}  // namespace
}  // namespace hypnos
