#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cli/samples.h"
#include "cli/table.h"
#include "cli/top_layout.h"
#include "cli/top_state.h"

namespace hypnos::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

control::Update UpdateOf(telemetry::Phase::State state, double real = 1, double dream = 0.5) {
  control::Update update;
  update.set_time(1764056425.25);
  update.mutable_phase()->set_state(state);
  update.mutable_phase()->set_step(32);
  update.mutable_phase()->set_length(128);
  update.mutable_phase()->set_learning(true);
  telemetry::Layer& layer = *update.add_layers();
  layer.set_layer(1);
  layer.set_goodness_real(real);
  layer.set_goodness_dream(dream);
  for (const char* name : {"door", "attic"}) {
    telemetry::Source& source = *update.add_sources();
    source.set_name(name);
    source.set_state(telemetry::Source::WATCHED);
  }
  return update;
}

std::vector<std::string> Texts(const std::vector<TopLine>& lines) {
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (const TopLine& line : lines) texts.push_back(line.text);
  return texts;
}

TEST(Sparkline, GoesFromTheLowestBlockToTheHighest) {
  EXPECT_EQ(Sparkline({0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0}, 0, 7, 8), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(Sparkline({-5.0, 5.0}, 0, 1, 8), "▁█") << "beyond the scale is at its end";
}

TEST(Sparkline, ShowsTheLastValuesAndLeavesOutWhatIsNotKnown) {
  EXPECT_EQ(Sparkline({7.0, 0.0, std::nullopt, NAN, 7.0}, 0, 7, 4), "▁  █");
  EXPECT_EQ(Sparkline({}, 0, 1, 4), "");
  EXPECT_EQ(Sparkline({1.0}, 0, 1, 0), "");
}

TEST(Sparkline, WhatNeverMovesLiesInTheMiddle) { EXPECT_EQ(Sparkline({2.0, 2.0}, 2, 2, 4), "▅▅"); }

TEST(Top, NeverHasMoreLinesOrColumnsThanTheTerminal) {
  TopState state;
  state.daemon = "hypnosd 0.1.0 at /run/hypnos/control.sock";
  for (int filled = 0; filled < 3; ++filled) {
    for (size_t rows = 0; rows < 40; ++rows) {
      for (const size_t columns : {0, 1, 2, 10, 59, 60, 61, 80, 200, 1000}) {
        const auto lines = TopLines(state, rows, columns);
        for (const TopLine& line : lines) EXPECT_LE(Columns(line.text), columns);
        EXPECT_EQ(lines.size(), rows) << "the keys stand at the bottom";
      }
    }
    for (uint64_t i = 0; i < 600; ++i) Apply(SampleUpdate(i), &state);
  }
}

TEST(Top, SaysThatItWaits) {
  TopState state;
  state.daemon = "hypnosd 0.1.0";
  const auto texts = Texts(TopLines(state, 24, 80));
  EXPECT_EQ(texts[0], "hypnosd 0.1.0");
  EXPECT_EQ(texts[1], "waiting for the first update");
  EXPECT_THAT(texts.back(), HasSubstr("q quit"));
}

TEST(Top, ShowsPhaseSourcesLayersAndEvents) {
  TopState state;
  state.daemon = "hypnosd 0.1.0";
  Apply(UpdateOf(telemetry::Phase::AWAKE, 1, 0.5), &state);
  Apply(UpdateOf(telemetry::Phase::ASLEEP, 2, 0.5), &state);
  control::Update last = UpdateOf(telemetry::Phase::AWAKE, 3, 0.5);
  internal::Fill(last.add_events());
  Apply(last, &state);
  state.message = "door is paused";
  const auto texts = Texts(TopLines(state, 24, 80));
  EXPECT_EQ(texts[0], "hypnosd 0.1.0  2025-11-25 07:40:25Z");
  EXPECT_EQ(texts[1], "awake, step 32 of 128, slept never  █████░░░░░░░░░░░░░░░");
  EXPECT_EQ(texts[2], "█▂█") << "a timeline, asleep below awake";
  EXPECT_THAT(texts, Contains(StartsWith("> door")));
  EXPECT_THAT(texts, Contains(StartsWith("  attic")));
  EXPECT_THAT(texts, Contains(HasSubstr("    1     3.00 ▂▅█            0.50 ▁▁▁")));
  EXPECT_THAT(texts, Contains(StartsWith("event 1 of the source")));
  EXPECT_EQ(texts[22], "door is paused");
}

TEST(Top, SaysWhatWasMissedAndWhatIsNotOffered) {
  TopState state;
  control::Update update = UpdateOf(telemetry::Phase::AWAKE);
  update.set_dropped(3);
  Apply(update, &state);
  state.events_offered = false;
  const auto texts = Texts(TopLines(state, 24, 80));
  EXPECT_THAT(texts[0], HasSubstr("3 updates missed"));
  EXPECT_THAT(texts, Contains("not offered by this daemon"));
}

TEST(Top, NothingFromTheDaemonControlsTheTerminal) {
  TopState state;
  control::Update update = UpdateOf(telemetry::Phase::AWAKE);
  update.mutable_sources(0)->set_name("\x1b[2J");
  Apply(update, &state);
  state.message = "\x1b[2J";
  for (const TopLine& line : TopLines(state, 24, 80)) {
    EXPECT_EQ(line.text.find('\x1b'), std::string::npos) << line.text;
  }
}

TEST(Top, AnEventThatIsToldAgainIsShownOnceAsItIsNow) {
  TopState state;
  control::Update update = UpdateOf(telemetry::Phase::AWAKE);
  update.add_events()->set_id(7);
  Apply(update, &state);
  update.mutable_events(0)->set_verdict(control::Event::CONFIRMED);
  Apply(update, &state);
  ASSERT_EQ(state.events.size(), 1u);
  EXPECT_EQ(state.events[0].verdict(), control::Event::CONFIRMED);
}

TEST(Top, KeepsNoMoreHistoryThanATerminalHasColumns) {
  TopState state;
  for (size_t i = 0; i < 2 * kHistoryLength; ++i) {
    control::Update update = UpdateOf(telemetry::Phase::AWAKE);
    update.add_events()->set_id(i);
    Apply(update, &state);
  }
  EXPECT_EQ(state.networks[""].phases.size(), kHistoryLength);
  EXPECT_EQ(state.networks[""].layers[1].real.size(), kHistoryLength);
  EXPECT_EQ(state.events.size(), kMostEvents);
}

TEST(Top, TheArrowsChooseTheSourceThatIsPausedOrResumed) {
  TopState state;
  EXPECT_FALSE(RequestOf('p', state)) << "there is none yet";
  Apply(UpdateOf(telemetry::Phase::AWAKE), &state);
  EXPECT_EQ(RequestOf('p', state)->pause_source().name(), "door");
  Select(kKeyUp, &state);
  EXPECT_EQ(RequestOf('p', state)->pause_source().name(), "door");
  for (int i = 0; i < 3; ++i) Select(kKeyDown, &state);
  EXPECT_EQ(RequestOf('p', state)->pause_source().name(), "attic");
  control::Update paused = UpdateOf(telemetry::Phase::AWAKE);
  paused.mutable_sources(1)->set_state(telemetry::Source::PAUSED);
  Apply(paused, &state);
  EXPECT_EQ(RequestOf('p', state)->resume_source().name(), "attic");
  control::Update fewer = UpdateOf(telemetry::Phase::AWAKE);
  fewer.mutable_sources()->RemoveLast();
  Apply(fewer, &state);
  EXPECT_EQ(RequestOf('p', state)->pause_source().name(), "door") << "the chosen one is gone";
  fewer.clear_sources();
  Apply(fewer, &state);
  EXPECT_FALSE(RequestOf('p', state));
}

TEST(Top, KeysAskForSleepWakeAndCheckpoint) {
  const TopState state;
  EXPECT_TRUE(RequestOf('s', state)->has_sleep_now());
  EXPECT_TRUE(RequestOf('w', state)->has_wake());
  EXPECT_TRUE(RequestOf('c', state)->has_save_checkpoint());
  EXPECT_FALSE(RequestOf('x', state));
}

TEST(Top, EveryRequestOfAKeyHasAnOutcomeInWords) {
  TopState state;
  Apply(UpdateOf(telemetry::Phase::AWAKE), &state);
  for (const char key : {'p', 's', 'w', 'c'}) {
    const control::Request request = *RequestOf(static_cast<unsigned char>(key), state);
    EXPECT_NE(Outcome(request, SampleResponse(request.kind_case())), "") << key;
  }
}

TEST(Ascii, HasSomethingForEveryBlockAndAQuestionMarkForTheRest) {
  EXPECT_EQ(InAscii("a ▁▂▃▄▅▆▇█░↑↓ ä"), "a _.,-=+*#:^v ?");
}

// Two networks, of which the second one's layer has a goodness of 5.
control::Update ApartUpdate() {
  control::Update update;
  for (const char* name : {"door", "yard"}) {
    update.add_sources()->set_name(name);
    control::NetworkUpdate& each = *update.add_of_each();
    each.set_source(name);
    each.mutable_update()->mutable_phase()->set_state(telemetry::Phase::AWAKE);
    each.mutable_update()->mutable_phase()->set_learning(true);
    telemetry::Layer& layer = *each.mutable_update()->add_layers();
    layer.set_layer(1);
    layer.set_goodness_real(update.of_each_size() == 1 ? 3 : 5);
  }
  return update;
}

TEST(TopApart, ShowsTheNetworkOfTheSelectedSourceAndAsksThat) {
  TopState state;
  Apply(ApartUpdate(), &state);
  const auto text = [&] {
    std::string all;
    for (const TopLine& line : TopLines(state, 30, 100)) all += line.text + "\n";
    return all;
  };
  EXPECT_THAT(text(), testing::HasSubstr("door: awake"));
  EXPECT_THAT(text(), testing::HasSubstr("3.00"));
  Select(kKeyDown, &state);
  EXPECT_THAT(text(), testing::HasSubstr("yard: awake"));
  EXPECT_THAT(text(), testing::HasSubstr("5.00"));
  EXPECT_EQ(RequestOf('s', state)->sleep_now().source(), "yard");
  EXPECT_EQ(RequestOf('w', state)->wake().source(), "yard");
  EXPECT_EQ(RequestOf('c', state)->save_checkpoint().source(), "yard");
}

TEST(TopApart, OfASourceThatIsGoneNothingIsKept) {
  TopState state;
  Apply(ApartUpdate(), &state);
  control::Update one = ApartUpdate();
  one.mutable_of_each()->RemoveLast();
  Apply(one, &state);
  EXPECT_EQ(state.networks.count("yard"), 0u);
  EXPECT_EQ(state.networks["door"].phases.size(), 2u);
}

}  // namespace
}  // namespace hypnos::cli
