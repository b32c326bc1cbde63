#include "daemon/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace hypnos {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr size_t kWide = 200;

RunDescription Clip() { return {.source = "file 'a.avi', 64x48, 10 frames/s", .frames = 200}; }

StatusSnapshot Status() {
  StatusSnapshot status;
  status.source = "yard";
  status.clip = "door";
  status.frame = 49;
  status.frames = 50;
  status.frames_per_second = 10;
  status.prediction_error = 0.25;
  status.phase = {32, 128};
  status.layers.resize(2);
  status.layers[0].real_goodness = 1.5;
  status.layers[0].real_probability = 0.75;
  return status;
}

TEST(StatusLine, TellsOfATextInBits) {
  StatusSnapshot status = Status();
  EXPECT_THAT(StatusLine(status, {}), HasSubstr("prediction error 0.2500"));
  EXPECT_THAT(StatusLine(status, {}), Not(HasSubstr("bits")));
  status.in_bits = true;
  EXPECT_THAT(StatusLine(status, {}), HasSubstr("prediction error 0.2500 bits a symbol"));
}

StatusSnapshot Slept() {
  StatusSnapshot status = Status();
  status.has_dreamed = true;
  status.sleeps = 2;
  status.dream_steps = 128;
  status.layers[0].dream_goodness = 0.5;
  status.layers[0].dream_probability = 0.125;
  status.layers[0].contrast = 0.3;
  status.layers[1].contrast = 0.0005;
  status.layers[1].real_probability = 0.75;
  status.layers[1].dream_probability = 0.25;
  return status;
}

std::vector<std::string> Block(const StatusSnapshot& status, const RunDescription& run = Clip(),
                               size_t width = kWide) {
  return StatusBlock(run, status, {}, width);
}

// Two layers, of which the first changes by that share.
Settling Changing(double share) {
  Settling settling;
  std::vector<StepStatistics> layers(2);
  layers[0].change = share;
  layers[1].change = 0.04;
  settling.Add(layers);
  return settling;
}

RunSummary Summary() {
  RunSummary summary;
  summary.frames = 50;
  summary.learned_frames = 40;
  summary.sleeps = 2;
  summary.dream_steps = 128;
  summary.elapsed = std::chrono::seconds(100);
  return summary;
}

size_t Columns(const std::string& line) {
  return static_cast<size_t>(
      std::ranges::count_if(line, [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

TEST(StatusBlock, SaysWhatIsWatchedAndHowItGoes) {
  const auto lines = Block(Status());
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[0], "  file 'a.avi', 64x48, 10 frames/s");
  EXPECT_EQ(lines[1], "  door  frame 49  10.0 frames/s  prediction error 0.2500");
  EXPECT_EQ(lines[2], "  awake ███░░░░░░░░░ 32/128  slept 0 times");
  EXPECT_EQ(lines[4], "      1            1.50       -           0.75       -   -");
}

TEST(StatusBlock, HasNoPredictionErrorBeforeTheSecondFrame) {
  StatusSnapshot status = Status();
  status.prediction_error.reset();
  EXPECT_THAT(Block(status)[1], EndsWith("prediction error -"));
  EXPECT_THAT(StatusLine(status, {}), HasSubstr(", prediction error -; "));
}

TEST(StatusBlock, ColumnsStandBelowTheirHeadings) {
  const auto lines = Block(Slept());
  const auto end = [&](const std::string& heading) {
    return lines[3].find(heading) + heading.size();
  };
  const std::string row = lines[4];
  EXPECT_EQ(row.substr(0, end("goodness real")).substr(end("goodness real") - 4), "1.50");
  EXPECT_EQ(row.substr(end("p(real) real") - 4, 4), "0.75");
  EXPECT_EQ(row.find("30.0 % to learn"), lines[3].find("learning"));
}

TEST(StatusBlock, ShowsTheSleepByItsOwnLength) {
  StatusSnapshot status = Slept();
  status.asleep = true;
  status.phase = {32, 64};
  EXPECT_EQ(Block(status)[2], "  asleep, dreaming ██████░░░░░░ 32/64  slept 2 times");
}

TEST(StatusBlock, HasNoPhaseWhereThereIsNoSleep) {
  StatusSnapshot status = Status();
  status.phase = {};
  EXPECT_EQ(Block(status)[2], "  awake  slept 0 times");
}

TEST(StatusBlock, SaysThatItOnlyLooks) {
  StatusSnapshot status = Status();
  status.learning = false;
  EXPECT_EQ(Block(status)[2], "  looking  slept 0 times");
  EXPECT_THAT(StatusLine(status, {}), HasSubstr(", looking, "));
  status.asleep = true;
  EXPECT_THAT(Block(status)[2], HasSubstr("asleep, dreaming ███"));
}

TEST(StatusBlock, SaysHowFarEachLayerHasLearned) {
  StatusSnapshot status = Slept();
  EXPECT_THAT(Block(status)[4], HasSubstr("30.0 % to learn"));
  EXPECT_THAT(Block(status)[5], EndsWith("   finished"));
  // As for an untrained layer: updates cancel because real and dream look the same to it.
  status.layers[1].dream_probability = 0.7;
  EXPECT_THAT(Block(status)[5], EndsWith("   cannot tell them apart"));
  status.layers[0].stopped = true;
  EXPECT_THAT(Block(status)[4], HasSubstr("stopped: its weights overflowed"));
}

TEST(StatusBlock, ShowsProgressWhereTheEndIsKnown) {
  EXPECT_EQ(Block(Status()).back(), "  ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  25 %  0:15 left");
  RunDescription endless = Clip();
  endless.frames.reset();
  EXPECT_EQ(Block(Status(), endless).size(), 6u);
}

TEST(StatusBlock, ProgressNeverRunsOverItsEnd) {
  StatusSnapshot status = Status();
  status.frames = 1000;
  EXPECT_THAT(Block(status).back(), AllOf(HasSubstr("█ 100 %"), HasSubstr("0:00 left")));
}

TEST(StatusBlock, TimeLeftIsUnknownBeforeThereIsARate) {
  StatusSnapshot status = Status();
  status.frames_per_second = 0;
  EXPECT_THAT(Block(status).back(), HasSubstr("-:-- left"));
  status.frames_per_second = 0.01;
  EXPECT_THAT(Block(status).back(), HasSubstr("4:10:00 left"));
}

TEST(StatusBlock, IsCutToTheTerminal) {
  for (const size_t width : {1u, 20u, 44u, 60u}) {
    for (const std::string& line : Block(Slept(), Clip(), width)) {
      EXPECT_LE(Columns(line), width) << line;
    }
  }
  EXPECT_EQ(Block(Status(), Clip(), 10)[2], "  awake ██") << "never in the middle of a sign";
}

TEST(StatusText, NeverHandsControlCharactersToATerminal) {
  RunDescription run = Clip();
  run.source = "file '\x1b]0;title\a.avi'";
  StatusSnapshot status = Status();
  status.clip = "a\x1b[31m\nb\x7f\u009b1mß";
  const auto lines = Block(status, run);
  EXPECT_EQ(lines[0], "  file '\\x1b]0;title\\x07.avi'");
  EXPECT_THAT(lines[1], StartsWith("  a\\x1b[31m\\x0ab\\x7f\\x9b1mß  frame 49"));
  EXPECT_THAT(StatusLine(status, {}), StartsWith("a\\x1b[31m\\x0ab\\x7f\\x9b1mß frame 49"));
}

TEST(StatusBlock, NamesDroppedFrames) {
  const auto lines = StatusBlock(Clip(), Status(), {.queue_full = 3, .closed = 5}, kWide);
  EXPECT_THAT(lines[1], HasSubstr("3 frames dropped (too slow)"));
  EXPECT_THAT(Block(Status()), Not(Contains(HasSubstr("dropped"))));
}

TEST(StatusLine, SaysItAllInOneLine) {
  EXPECT_EQ(StatusLine(Status(), {}),
            "door frame 49: 10.0 frames/s, awake, prediction error 0.2500; "
            "layer 1 goodness 1.50 real, - dream; layer 2 goodness 0.00 real, - dream");
  StatusSnapshot asleep = Slept();
  asleep.asleep = true;
  EXPECT_THAT(StatusLine(asleep, {.queue_full = 3}),
              AllOf(HasSubstr(", asleep, "), HasSubstr("1.50 real, 0.50 dream"),
                    HasSubstr("; 3 frames dropped")));
}

TEST(SummaryText, TellsOfATextInBits) {
  StatusSnapshot status = Slept();
  status.in_bits = true;
  EXPECT_THAT(SummaryText(Summary(), status, {}),
              HasSubstr("Prediction error 0.2500 bits a symbol (running mean).\n"));
}

TEST(SummaryText, SaysWhatWasDone) {
  const std::string text = SummaryText(Summary(), Slept(), {});
  EXPECT_THAT(text,
              HasSubstr("Saw 50 frames in 1:40 (0.5 a second), learned from 40, slept 2 times, "
                        "dreamed 128 steps.\n"));
  EXPECT_THAT(text,
              HasSubstr("Prediction error 0.2500 (running mean, in variances of the input).\n"));
  EXPECT_THAT(text, HasSubstr("Layer 1: goodness 1.50 real, 0.50 dream; p(real) 0.75 real, 0.12 "
                              "dream; 30.0 % to learn.\n"));
  EXPECT_THAT(text, HasSubstr("; finished.\n"));
  EXPECT_THAT(text, Not(HasSubstr("Dropped")));
  EXPECT_THAT(text, Not(HasSubstr("Did not watch")));
  EXPECT_THAT(text, Not(HasSubstr("reset")));
}

TEST(SummaryText, SaysWhatItLearnedAgainst) {
  RunSummary summary = Summary();
  NegativeTally& dreams = summary.negatives[static_cast<size_t>(NegativeKind::kDream)];
  dreams.steps = 64;
  dreams.probability.resize(2);
  dreams.probability[0].Add(0.25);
  EXPECT_THAT(SummaryText(summary, Slept(), {}), Not(HasSubstr("learned against")))
      << "of dreams the layers' lines tell";
  NegativeTally& splices = summary.negatives[static_cast<size_t>(NegativeKind::kSplice)];
  splices.steps = 8;
  splices.probability.resize(2);
  splices.probability[0].Add(0.5);
  splices.probability[1].Add(0.75);
  EXPECT_THAT(SummaryText(summary, Slept(), {}),
              HasSubstr("It learned against:\n"
                        "  dream: 64 steps; p(real) of late 0.25 in layer 1, - in layer 2.\n"
                        "  splice: 8 steps; p(real) of late 0.50 in layer 1, 0.75 in layer 2.\n"));
}

TEST(SummaryText, SurvivesARunWithoutTime) {
  EXPECT_THAT(SummaryText({}, {}, {}), HasSubstr("Saw 0 frames in 0:00 (0.0 a second)"));
}

TEST(SummaryText, NamesWhatWasLostAndWhy) {
  StatusSnapshot status = Status();
  status.discontinuities = {{"start", 1}, {"gap", 2}, {"loop", 1}};
  const std::string text = SummaryText(Summary(), status, {.queue_full = 3, .closed = 4});
  EXPECT_THAT(text,
              HasSubstr("Dropped 3 frames because the network was slower than the source.\n"));
  EXPECT_THAT(text,
              HasSubstr("Did not watch 4 more frames that were waiting when it was stopped.\n"));
  EXPECT_THAT(text, HasSubstr("State was reset 2 times: gap.\n"));
  EXPECT_THAT(text, HasSubstr("State was reset once: loop.\n"));
  EXPECT_THAT(text, Not(HasSubstr("start")));
}

TEST(StatusBlock, ClipThatChangesTooFastToSettleSaysSo) {
  StatusSnapshot status = Status();
  status.sources["yard"].settling["door"] = Changing(0.2);
  EXPECT_THAT(Block(status), Not(Contains(HasSubstr("settle"))));
  EXPECT_THAT(StatusLine(status, {}), Not(HasSubstr("settle")));
  status.sources["yard"].settling["door"] = Changing(0.9);
  const char* sentence =
      "changes too fast to settle: at the end of a frame layer 1 is still 90 % from rest, layer 2 "
      "4 %";
  EXPECT_THAT(Block(status), Contains(HasSubstr(sentence)));
  EXPECT_THAT(StatusLine(status, {}), HasSubstr(sentence));
  status.clip = "other";
  EXPECT_THAT(Block(status), Not(Contains(HasSubstr("settle"))));
}

TEST(SummaryText, TellsOfEachClipHowFarItSettled) {
  StatusSnapshot status = Status();
  status.sources["yard"].settling["door"] = Changing(0.9);
  status.sources["yard"].settling["lawn"] = Changing(0.2);
  const std::string text = SummaryText(Summary(), status, {});
  EXPECT_THAT(text, HasSubstr("door: changes too fast to settle: at the end of a frame"));
  EXPECT_THAT(text, HasSubstr("lawn: at the end of a frame layer 1 is still 20 % from rest"));
}

TEST(SummaryText, OfALongPlaylistOnlyWhatIsTooFast) {
  StatusSnapshot status = Status();
  for (int i = 0; i < 9; ++i)
    status.sources["yard"].settling[std::string(1, static_cast<char>('a' + i))] = Changing(0.2);
  status.sources["yard"].settling["swing"] = Changing(0.9);
  const std::string text = SummaryText(Summary(), status, {});
  EXPECT_THAT(text, HasSubstr("swing: changes too fast"));
  EXPECT_THAT(text, Not(HasSubstr("20 % from rest")));
}

TEST(SummaryText, ComparesTheFirstProbeWithTheLast) {
  RunSummary summary = Summary();
  EXPECT_THAT(SummaryText(summary, Status(), {}), Not(HasSubstr("Probed")));
  ProbeReport report;
  report.figures = {.sequences = 6, .locations = 64, .layers = std::vector<LayerProbe>(1)};
  LayerProbe& layer = report.figures.layers[0];
  layer.units = 256;
  layer.pairwise_accuracy = 0.55;
  layer.effective_rank = 20;
  summary.probes.first = report;
  layer.pairwise_accuracy = 0.85;
  layer.dead_units = 3;
  layer.effective_rank = 12.5;
  summary.probes.last = report;
  summary.probes.scored = 4;
  summary.probes.took = std::chrono::milliseconds(500);
  summary.elapsed = std::chrono::seconds(50);
  EXPECT_THAT(
      SummaryText(summary, Status(), {}),
      HasSubstr("Probed 4 times with learning off, on 6 fixed sequences, in 0.5 s (1.0 % of "
                "the time):\n  layer 1: told 55.0 % of pairs at first, 85.0 % at last (chance: "
                "50 %); 3 of 256 units dead; effective rank 20.0, 12.5\n"));
  EXPECT_THAT(SummaryText(summary, Status(), {}), Not(HasSubstr("learning.rate")));
  summary.probes.last->figures.layers[0].dead_units = 231;
  EXPECT_THAT(SummaryText(summary, Status(), {}),
              HasSubstr("Nearly all units are dead of layer 1: it probably learns too fast"));
}

}  // namespace
}  // namespace hypnos
