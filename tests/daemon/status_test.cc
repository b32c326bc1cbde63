#include "daemon/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <limits>
#include <string>

#include "hypnos/base/log.h"
#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

StepStatistics Statistics(double goodness, double probability = 0.5) {
  StepStatistics statistics;
  statistics.goodness = goodness;
  statistics.probability = probability;
  return statistics;
}

FrameReport Frame(int64_t index, double goodness = 1) {
  FrameReport report;
  report.clip = "door";
  report.index = index;
  report.layers = {Statistics(goodness)};
  return report;
}

DreamReport Dream(double goodness) {
  DreamReport report;
  report.layers = {Statistics(goodness, 0.25)};
  return report;
}

class StatusBoardTest : public testing::Test {
 protected:
  SimulatedClock clock_;
  StatusBoard board_{clock_};
};

TEST_F(StatusBoardTest, CountsFramesAndDreams) {
  board_.OnFrame(Frame(5));
  board_.OnFrame(Frame(6));
  board_.OnDream(Dream(1));
  const StatusSnapshot status = board_.Snapshot();
  EXPECT_EQ(status.clip, "door");
  EXPECT_EQ(status.frame, 6);
  EXPECT_EQ(status.frames, 2);
  EXPECT_EQ(status.dream_steps, 1);
  EXPECT_TRUE(status.has_dreamed);
}

TEST_F(StatusBoardTest, KeepsWhatIsRealAndWhatIsDreamedApart) {
  board_.OnFrame(Frame(0, 3));
  board_.OnDream(Dream(2));
  const LayerStatus layer = board_.Snapshot().layers.at(0);
  EXPECT_EQ(layer.real_goodness, 3);
  EXPECT_EQ(layer.dream_goodness, 2);
  EXPECT_EQ(layer.real_probability, 0.5);
  EXPECT_EQ(layer.dream_probability, 0.25);
}

TEST_F(StatusBoardTest, AveragesOverAboutFiftySteps) {
  board_.OnFrame(Frame(0, 1));
  for (int i = 1; i <= 50; ++i) board_.OnFrame(Frame(i, 0));
  EXPECT_NEAR(board_.Snapshot().layers[0].real_goodness, 0.364, 0.001);
}

TEST_F(StatusBoardTest, ThePredictionErrorIsOfFramesThatSomethingLedUpTo) {
  FrameReport compared = Frame(1);
  compared.prediction_error = 0.5;
  board_.OnFrame(Frame(0));
  EXPECT_FALSE(board_.Snapshot().prediction_error);
  board_.OnFrame(compared);
  EXPECT_EQ(board_.Snapshot().prediction_error, 0.5);
  for (int i = 0; i < 50; ++i) board_.OnFrame(Frame(0));  // each after a cut
  EXPECT_EQ(board_.Snapshot().prediction_error, 0.5);
}

TEST_F(StatusBoardTest, MeasuresHowLongFramesTakeFromCapture) {
  clock_.AdvanceSeconds(100);
  // 1 to 200 ms, the longest ones first; and one that nobody knows of.
  for (int i = 200; i > 0; --i) {
    FrameReport frame = Frame(i);
    frame.captured = clock_.Now() - std::chrono::milliseconds(i);
    board_.OnFrame(frame);
  }
  board_.OnFrame(Frame(201));
  Latency latency = board_.Snapshot().sources.at("").latency;
  EXPECT_EQ(latency.Quantile(0.5), std::chrono::milliseconds(100));
  EXPECT_EQ(latency.Quantile(0.99), std::chrono::milliseconds(198));
  EXPECT_EQ(latency.Quantile(1), std::chrono::milliseconds(200));
  EXPECT_DOUBLE_EQ(board_.Snapshot().sources.at("").latencies.sum(), 20.1);
  // What is long ago counts no more.
  for (size_t i = 0; i < Latency::kFrames; ++i) latency.Count(std::chrono::seconds(1));
  EXPECT_EQ(latency.Quantile(0.001), std::chrono::seconds(1));
}

TEST_F(StatusBoardTest, KeepsStepsAwakeAndAsleepApart) {
  board_.OnStep({.asleep = false, .took = std::chrono::milliseconds(2)});
  board_.OnStep({.asleep = true, .took = std::chrono::milliseconds(3)});
  board_.OnStep({.asleep = true, .took = std::chrono::milliseconds(4)});
  EXPECT_DOUBLE_EQ(board_.Snapshot().awake_steps.sum(), 0.002);
  EXPECT_DOUBLE_EQ(board_.Snapshot().asleep_steps.sum(), 0.007);
}

TEST_F(StatusBoardTest, CountsDiscontinuitiesByReason) {
  for (const auto reason :
       {Discontinuity::kStart, Discontinuity::kNone, Discontinuity::kGap, Discontinuity::kGap}) {
    FrameReport frame = Frame(0);
    frame.discontinuity = reason;
    board_.OnFrame(frame);
  }
  EXPECT_THAT(board_.Snapshot().discontinuities, ElementsAre(Pair("gap", 2), Pair("start", 1)));
}

TEST_F(StatusBoardTest, KnowsThePhaseFromWhateverWasReportedLast) {
  FrameReport frame = Frame(0);
  frame.phase = {127, 128};
  board_.OnFrame(frame);
  EXPECT_EQ(board_.Snapshot().phase.step, 127u);
  EXPECT_EQ(board_.Snapshot().phase.length, 128u);
  PhaseReport phase;
  phase.asleep = true;
  phase.sleeps = 4;
  phase.phase = {0, 64};
  phase.contrast = {0.25};
  board_.OnPhase(phase);
  EXPECT_TRUE(board_.Snapshot().asleep);
  EXPECT_EQ(board_.Snapshot().sleeps, 4u);
  EXPECT_EQ(board_.Snapshot().phase.step, 0u);
  EXPECT_EQ(board_.Snapshot().phase.length, 64u);
  EXPECT_EQ(board_.Snapshot().layers[0].contrast, 0.25);
  DreamReport dream = Dream(1);
  dream.phase = {1, 64};
  board_.OnDream(dream);
  EXPECT_EQ(board_.Snapshot().phase.step, 1u);
}

TEST_F(StatusBoardTest, KnowsWhetherItLearnsFromWhatItSees) {
  FrameReport frame = Frame(0);
  EXPECT_TRUE(board_.Snapshot().learning);
  frame.learn = false;
  board_.OnFrame(frame);
  EXPECT_FALSE(board_.Snapshot().learning);
}

TEST_F(StatusBoardTest, MeasuresTheRateByTheClock) {
  for (int i = 0; i < 100; ++i) {
    clock_.AdvanceSeconds(0.1);
    board_.OnFrame(Frame(i));
  }
  EXPECT_NEAR(board_.Snapshot().frames_per_second, 10, 0.5);
  for (int i = 0; i < 100; ++i) {
    clock_.AdvanceSeconds(0.5);
    board_.OnFrame(Frame(i));
  }
  EXPECT_NEAR(board_.Snapshot().frames_per_second, 2, 0.1);
}

TEST_F(StatusBoardTest, TheRateOfACameraThatHasStoppedFallsToNothing) {
  for (int i = 0; i < 200; ++i) {
    clock_.AdvanceSeconds(0.1);
    board_.OnFrame(Frame(i));
  }
  clock_.AdvanceSeconds(4);
  EXPECT_NEAR(board_.Snapshot().frames_per_second, 6, 0.2);
  clock_.AdvanceSeconds(6);
  EXPECT_EQ(board_.Snapshot().frames_per_second, 0);
}

TEST_F(StatusBoardTest, TheRateBeginsWithTheFirstFrame) {
  clock_.AdvanceSeconds(100);  // the camera was slow to open
  board_.OnFrame(Frame(0));
  EXPECT_EQ(board_.Snapshot().frames_per_second, 0) << "not known yet";
  for (int i = 1; i <= 10; ++i) {
    clock_.AdvanceSeconds(0.05);
    board_.OnFrame(Frame(i));
  }
  EXPECT_NEAR(board_.Snapshot().frames_per_second, 20, 0.01);
}

TEST_F(StatusBoardTest, SaysOnceForEachClipThatItIsResized) {
  FrameReport door = Frame(4);
  door.resized = true;
  FrameReport yard = door;
  yard.clip = "ya\x1b[rd";
  testing::internal::CaptureStderr();
  board_.OnFrame(Frame(3));
  for (const FrameReport& frame : {door, Frame(5), door, yard, door, yard}) board_.OnFrame(frame);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(log, '\n'), 2) << log;
  EXPECT_THAT(log, HasSubstr("source 'door': frame 4 is not of the size of the first one"));
  EXPECT_THAT(log, HasSubstr("source 'ya\\x1b[rd': frame 4 is not"));
}

TEST_F(StatusBoardTest, WhoAsksNeedNotWaitForWhoReadsTheLog) {
  int told = 0;
  // Outlive the call: one that waits for the board would hold it up at its end.
  std::vector<std::future<int64_t>> answers;
  // As long as a line is not written, nobody could be answered who waits for it.
  log::SetBeforeWrite([&] {
    std::future<int64_t>& answer = answers.emplace_back(
        std::async(std::launch::async, [&] { return board_.Snapshot().frames; }));
    ASSERT_EQ(answer.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_EQ(answer.get(), ++told);
  });
  FrameReport resized = Frame(0);
  resized.resized = true;
  FrameReport broken = Frame(1);
  broken.layers[0].stopped = true;
  board_.OnFrame(resized);
  board_.OnFrame(broken);
  log::SetBeforeWrite({});
  EXPECT_EQ(told, 2);
}

TEST_F(StatusBoardTest, SaysOnceThatALayerIsNoLongerFinite) {
  FrameReport broken = Frame(1);
  broken.layers[0].goodness = std::numeric_limits<double>::quiet_NaN();
  broken.layers[0].finite = false;
  broken.layers[0].stopped = true;
  board_.OnFrame(Frame(0, 3));
  testing::internal::CaptureStderr();
  board_.OnFrame(broken);
  board_.OnFrame(broken);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("layer 1: its weights overflowed"));
  EXPECT_EQ(std::ranges::count(log, '\n'), 1);
  EXPECT_TRUE(board_.Snapshot().layers[0].stopped);
  EXPECT_EQ(board_.Snapshot().layers[0].real_goodness, 3) << "the last number there was";
}

TEST_F(StatusBoardTest, SettlingIsFollowedForEachClipAndBeginsAfterACut) {
  FrameReport report = Frame(0);
  report.discontinuity = Discontinuity::kStart;
  report.layers[0].change = 1;  // as after every reset
  board_.OnFrame(report);
  EXPECT_THAT(board_.Snapshot().sources.at("").settling, testing::IsEmpty());
  report.discontinuity = Discontinuity::kNone;
  for (int i = 1; i < 10; ++i) board_.OnFrame(report);
  EXPECT_THAT(board_.Snapshot().sources.at("").settling, testing::IsEmpty())
      << "states fill up at first";
  report.layers[0].change = 0.25;
  board_.OnFrame(report);
  report.clip = "swing";
  report.layers[0].change = 0.75;
  board_.OnFrame(report);
  const StatusSnapshot status = board_.WholeSnapshot();
  EXPECT_THAT(status.sources.at("").settling.at("door").changes(), ElementsAre(0.25));
  EXPECT_THAT(status.sources.at("").settling.at("swing").changes(), ElementsAre(0.75));
}

// A folder of a hundred thousand clips must not be copied each second.
TEST_F(StatusBoardTest, ALookHasNothingOfClipsThatWereShownBefore) {
  FrameReport report = Frame(0);
  for (int i = 0; i < 1000; ++i) {
    report.clip = std::to_string(i);
    board_.OnFrame(report);
  }
  const StatusSnapshot status = board_.Snapshot();
  EXPECT_THAT(status.sources.at("").settling, ElementsAre(Pair("999", testing::_)));
  EXPECT_EQ(board_.WholeSnapshot().sources.at("").settling.size(), 991U);
}

TEST_F(StatusBoardTest, FinishedIsALayerThatTellsTheProbeSetApartThoughDreamsLookReal) {
  board_.OnFrame(Frame(0));
  LayerStatus layer = board_.Snapshot().layers.at(0);
  layer.real_probability = layer.dream_probability = 0.5;
  EXPECT_FALSE(layer.tells_apart()) << "judged by present dreams where there is no probe set";
  ProbeReport report;
  report.figures.layers.resize(1);
  report.figures.layers[0].pairwise_accuracy = 0.8;
  report.took = std::chrono::milliseconds(30);
  board_.OnProbe(report);
  board_.OnProbe(report);
  const StatusSnapshot status = board_.Snapshot();
  EXPECT_TRUE(status.layers.at(0).tells_apart());
  EXPECT_EQ(status.probes, 2u);
  EXPECT_EQ(status.probes_took, std::chrono::milliseconds(60));
  report.figures.layers[0].pairwise_accuracy = 0.5;
  board_.OnProbe(report);
  EXPECT_FALSE(board_.Snapshot().layers.at(0).tells_apart());
}

}  // namespace
}  // namespace hypnos
