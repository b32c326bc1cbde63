// How figures, tables and answers read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "cli/figures.h"
#include "cli/lines.h"
#include "cli/table.h"
#include "cli/telemetry_text.h"
#include "cli/values.h"

namespace hypnos::cli {
namespace {

using ::testing::HasSubstr;

TEST(Figures, HaveTheirUnits) {
  EXPECT_EQ(Figure(std::nullopt), "-");
  EXPECT_EQ(Figure(1.005, 1), "1.0");
  EXPECT_EQ(Counted(1, "frame"), "1 frame");
  EXPECT_EQ(Counted(0, "frame"), "0 frames");
  EXPECT_EQ(Times(0), "never");
  EXPECT_EQ(Times(1), "once");
  EXPECT_EQ(Times(6), "6 times");
}

TEST(Figures, BytesChangeTheirUnitAt1024) {
  EXPECT_EQ(Bytes(0), "0 B");
  EXPECT_EQ(Bytes(1023), "1023 B");
  EXPECT_EQ(Bytes(1024), "1.0 KiB");
  EXPECT_EQ(Bytes((1 << 20) - 1), "1.0 MiB") << "and never 1024.0 KiB";
  EXPECT_EQ(Bytes(uint64_t{5} << 30), "5.0 GiB");
  EXPECT_EQ(Bytes(UINT64_MAX), "16.0 EiB");
}

TEST(Figures, SpansGrowToDays) {
  EXPECT_EQ(Span(7), "0:07");
  EXPECT_EQ(Span(3599.9), "59:59");
  EXPECT_EQ(Span(3723), "1:02:03");
  EXPECT_EQ(Span(3 * 86400 + 3723), "3 d 1:02:03");
  EXPECT_EQ(Span(-1), "-");
  EXPECT_EQ(Span(std::numeric_limits<double>::quiet_NaN()), "-");
}

TEST(Figures, TimesAreInUtc) {
  EXPECT_EQ(Utc(0), "1970-01-01 00:00:00Z");
  EXPECT_EQ(Utc(1764056425.25), "2025-11-25 07:40:25Z");
  EXPECT_EQ(Utc(1764056425.25, true), "2025-11-25 07:40:25.250Z");
  EXPECT_EQ(Utc(951782400), "2000-02-29 00:00:00Z");
  EXPECT_EQ(Utc(253402300799), "9999-12-31 23:59:59Z");
  EXPECT_EQ(Utc(253402300800), "-");
  EXPECT_EQ(Utc(-1), "-");
}

TEST(Figures, ATimeIsReadAsItIsShown) {
  const WallTime now{FromSeconds(1764056425)};
  for (const double seconds : {0.0, 951782400.0, 1764056425.0, 253402300799.0}) {
    EXPECT_EQ(*ParseTime(Utc(seconds), now), seconds);
  }
  EXPECT_EQ(*ParseTime("2025-11-25T07:40", now), 1764056400);
  EXPECT_EQ(*ParseTime("2025-11-25", now), 1764028800);
  EXPECT_EQ(*ParseTime("1764056425.5", now), 1764056425.5);
}

TEST(Figures, ATimeMayBeHowLongAgo) {
  const WallTime now{FromSeconds(1764056425)};
  EXPECT_EQ(*ParseTime("90s", now), 1764056425 - 90);
  EXPECT_EQ(*ParseTime("10m", now), 1764056425 - 600);
  EXPECT_EQ(*ParseTime("1.5h", now), 1764056425 - 5400);
  EXPECT_EQ(*ParseTime("3d", now), 1764056425 - 3 * 86400);
  EXPECT_EQ(*ParseTime("30000d", now), 0) << "before 1970";
}

TEST(Figures, WhatIsNoTimeIsRefused) {
  for (const char* text : {"", "now", "2025-13-01", "2025-02-29", "2025-11-25T24:00",
                           "2025-11-25T07", "2025-11-25x", "10w", "-5m", "nan", "inf", "1e400"}) {
    const auto time = ParseTime(text, WallTime{});
    ASSERT_FALSE(time.ok()) << text;
    EXPECT_EQ(time.error().reason, "NOT_A_TIME");
  }
}

TEST(Tables, AlignWordsLeftAndFiguresRight) {
  Table table({"name", ">count", "what"});
  table.Add({"ä", "1", "x"});
  table.Add({"longer", "12345", ""});
  EXPECT_EQ(table.Text(""),
            "name    count  what\n"
            "ä           1  x\n"
            "longer  12345\n");
}

TEST(Tables, SayThatTheyAreEmpty) { EXPECT_EQ(Table({"a"}).Text("nothing"), "nothing\n"); }

TEST(Tables, CutAtColumnsAndNeverInsideACharacter) {
  EXPECT_EQ(Cut("äöü", 2), "äö");
  EXPECT_EQ(Cut("ab", 5), "ab");
  EXPECT_EQ(Cut("ab", 0), "");
  EXPECT_EQ(Columns("äöü"), 3u);
  EXPECT_EQ(PadLeft("ä", 3), "  ä");
  EXPECT_EQ(PadRight("long", 3), "long");
}

TEST(Tables, FactsStandBesideTheirNames) {
  Facts facts;
  facts.Add("a", "1");
  facts.Add("longer", "");
  EXPECT_EQ(facts.Text(), "a       1\nlonger\n");
}

TEST(Lines, StayLinesAndControlNothing) {
  EXPECT_EQ(PrintableLines("a\nb"), "a\nb\n");
  EXPECT_EQ(PrintableLines("a\n\n\x1b[0m\n"), "a\n\n\\x1b[0m\n");
  EXPECT_EQ(PrintableLines(""), "");
}

TEST(TelemetryText, PhasesSayHowFarTheyHaveCome) {
  telemetry::Phase phase;
  phase.set_learning(true);
  EXPECT_EQ(PhaseText(phase), "waiting for the first frame");
  phase.set_state(telemetry::Phase::AWAKE);
  phase.set_step(64);
  phase.set_length(128);
  phase.set_sleeps(1);
  EXPECT_EQ(PhaseText(phase), "awake, step 64 of 128, slept once");
  phase.set_state(telemetry::Phase::ASLEEP);
  phase.set_length(0);
  EXPECT_EQ(PhaseText(phase), "asleep, step 64, slept once");
  phase.set_cause("steps");
  EXPECT_EQ(PhaseText(phase), "asleep, step 64, slept once");
  phase.set_cause("need");
  EXPECT_EQ(PhaseText(phase), "asleep, step 64 (by need), slept once");
  phase.set_state(telemetry::Phase::LOOKING);
  phase.set_learning(false);
  EXPECT_EQ(PhaseText(phase), "looking, slept once; learning is off");
}

TEST(TelemetryText, LayersSayWhatIsLeftToLearn) {
  telemetry::Layer layer;
  EXPECT_EQ(LearningWord(layer), "-");
  layer.set_learning(telemetry::Layer::LEARNING);
  EXPECT_EQ(LearningWord(layer), "learning");
  layer.set_contrast(0.03);
  EXPECT_EQ(LearningWord(layer), "3.0 % to learn");
  layer.set_learning(telemetry::Layer::FINISHED);
  EXPECT_EQ(LearningWord(layer), "finished");
  layer.set_learning(telemetry::Layer::CANNOT_TELL);
  EXPECT_EQ(LearningWord(layer), "cannot tell them apart");
  layer.set_learning(telemetry::Layer::STOPPED);
  EXPECT_EQ(LearningWord(layer), "stopped: its weights overflowed");
}

TEST(TelemetryText, UnknownFiguresAreDashes) {
  google::protobuf::RepeatedPtrField<telemetry::Layer> layers;
  layers.Add()->set_layer(1);
  layers[0].set_units(64);
  layers[0].set_goodness_real(1.126);
  EXPECT_EQ(LayersText(layers),
            "layer  units  goodness real  dream  p(real) real  dream  learning\n"
            "    1     64           1.13      -             -      -  -\n");
}

TEST(TelemetryText, LayersSayWhoComputesThemAndHowOftenHeIsLate) {
  google::protobuf::RepeatedPtrField<telemetry::Layer> layers;
  layers.Add()->set_layer(1);
  EXPECT_THAT(LayersText(layers), ::testing::Not(HasSubstr("computed by")));
  layers.Add()->mutable_elsewhere();
  EXPECT_THAT(LayersText(layers), HasSubstr("this daemon"));
  EXPECT_THAT(LayersText(layers), HasSubstr("nobody\n"));
  telemetry::LayerElsewhere& elsewhere = *layers[1].mutable_elsewhere();
  elsewhere.set_daemon("ga\x1brage");
  elsewhere.set_seated(true);
  elsewhere.set_steps(200);
  elsewhere.set_late_steps(25);
  EXPECT_THAT(LayersText(layers), HasSubstr("ga\\x1brage, 12.5 % of steps late\n"));
  elsewhere.set_seated(false);
  EXPECT_THAT(LayersText(layers), HasSubstr("ga\\x1brage (lost), 12.5 % of steps late\n"));
}

TEST(TelemetryText, SourcesSayWhatWasLostAndWhy) {
  google::protobuf::RepeatedPtrField<telemetry::Source> sources;
  telemetry::Source& source = *sources.Add();
  source.set_name("do\x1bor");
  source.set_state(telemetry::Source::PAUSED);
  source.set_live(true);
  source.set_frames(181);
  source.set_frames_in_all(1590);
  source.set_dropped_slow(4);
  source.set_unreadable(2);
  source.set_dropped_over_rate(7);
  const std::string text = SourcesText(sources);
  EXPECT_THAT(text,
              HasSubstr("do\\x1bor  paused  181 of 1590        0  4 too slow, 2 unreadable, 7 "
                        "over the rate"));
  EXPECT_THAT(text, HasSubstr("live"));
}

TEST(TelemetryText, TellsWhyACameraIsNotThere) {
  google::protobuf::RepeatedPtrField<telemetry::Source> sources;
  telemetry::Source& camera = *sources.Add();
  camera.set_name("door");
  camera.set_description("camera '0'");
  camera.set_live(true);
  camera.set_state(telemetry::Source::LOST);
  camera.set_latency_seconds(0.0124);
  camera.set_latency_p99_seconds(0.055);
  camera.set_why("no picture for \x1b[2J10 s");
  camera.set_retry_in_seconds(4.125);
  camera.set_losses(2);
  const std::string text = SourcesText(sources);
  EXPECT_THAT(text, HasSubstr("lost"));
  EXPECT_THAT(text, HasSubstr("live: camera '0'; no picture for "));
  EXPECT_THAT(text, HasSubstr("10 s; tried again in 4.1 s; lost 2 times; judged after "
                              "12 ms, 99 % within 55 ms"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(TelemetryText, AnInputThatChangesTooFastToSettleSaysSo) {
  google::protobuf::RepeatedPtrField<telemetry::Source> sources;
  telemetry::Source& source = *sources.Add();
  source.set_name("door");
  EXPECT_THAT(SourcesText(sources), Not(HasSubstr("settle")));
  source.add_settling(0.12);
  source.add_settling(0.09);
  EXPECT_THAT(SourcesText(sources), HasSubstr("door: at the end of a frame layer 1 is still 12 % "
                                              "from rest, layer 2 9 %\n"));
  source.set_too_fast(true);
  EXPECT_THAT(SourcesText(sources), HasSubstr("door: changes too fast to settle: at"));
}

TEST(Values, NumbersMustBeInTheirRangeAndWhole) {
  const Parameter count{
      .name = "N", .help = "", .kind = Parameter::Kind::kCount, .least = 1, .most = 10};
  for (const char* good : {"1", "10"}) EXPECT_EQ(Complaint(count, good), "") << good;
  for (const char* bad :
       {"", "0", "11", "1.5", "1 ", " 1", "+1", "-1", "0x1", "99999999999999999999"}) {
    EXPECT_NE(Complaint(count, bad), "") << bad;
  }
  const Parameter number{
      .name = "N", .help = "", .kind = Parameter::Kind::kNumber, .least = 0.5, .most = 2};
  for (const char* good : {"0.5", "2", "1e0"}) EXPECT_EQ(Complaint(number, good), "") << good;
  for (const char* bad : {"", "nan", "inf", "2.1", "0", "1,5"}) {
    EXPECT_NE(Complaint(number, bad), "") << bad;
  }
}

telemetry::Labels SomeLabels() {
  telemetry::Labels labels;
  labels.set_label("dog\x1b");
  for (const auto& [label, read_out, goodness] :
       {std::tuple("cat", 0.75, 0.25), std::tuple("dog\x1b", 0.25, 0.75)}) {
    telemetry::LabelGuess& guess = *labels.add_guesses();
    guess.set_label(label);
    guess.set_read_out(read_out);
    guess.set_goodness(goodness);
  }
  telemetry::LabelAccuracy& learned = *labels.mutable_learned();
  learned.set_frames(1200);
  learned.set_read_out(0.5);
  learned.set_recent_read_out(0.625);
  learned.set_recent_goodness(0.75);
  learned.set_recent_same_as_before(0.875);
  return labels;
}

TEST(LabelsLine, HoldsLabelGuessesAndAccuracy) {
  telemetry::Labels labels = SomeLabels();
  EXPECT_EQ(
      LabelsLine(labels),
      "dog\\x1b; read-out cat 0.75, goodness dog\\x1b 0.75; right of late 62.5 % by read-out, "
      "75.0 % by goodness; the label before: 87.5 %");
  labels.clear_label();
  labels.clear_learned();
  for (auto& guess : *labels.mutable_guesses()) guess.clear_goodness();
  EXPECT_EQ(LabelsLine(labels), "no label; read-out cat 0.75");
  EXPECT_EQ(LabelsLine({}), "");
}

TEST(LabelsText, IsATableOfGuessesAndOneOfAccuracies) {
  const std::string text = LabelsText(SomeLabels());
  EXPECT_THAT(text, HasSubstr("> dog\\x1b"));
  EXPECT_THAT(text, HasSubstr("learned"));
  EXPECT_THAT(text, HasSubstr("1200"));
  EXPECT_THAT(text, HasSubstr("62.5 %"));
  EXPECT_EQ(text.find("held out"), std::string::npos);
  EXPECT_THAT(LabelsText({}), HasSubstr("no labelled frame yet"));
}

}  // namespace
}  // namespace hypnos::cli
