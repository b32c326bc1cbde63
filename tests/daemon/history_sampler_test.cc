#include "daemon/history_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace hypnos {
namespace {

using telemetry::Phase;
using testing::Contains;
using testing::Key;
using testing::Not;

constexpr WallTime kWall{std::chrono::milliseconds(1'764'150'000'250)};

MeasuredNetwork Network(const std::string& source = "") {
  MeasuredNetwork network{.source = source};
  telemetry::Layer& layer = *network.status.add_layers();
  layer.set_layer(1);
  layer.set_goodness_real(1.5);
  layer.set_probability_real(0.75);
  telemetry::Source& watched = *network.status.add_sources();
  watched.set_name(source.empty() ? "door" : source);
  watched.set_frames(100);
  watched.set_prediction_error(0.25);
  network.status.mutable_phase()->set_state(Phase::AWAKE);
  return network;
}

std::optional<double> ValueOf(const HistorySample& sample, const std::string& name) {
  const auto found = std::ranges::find(sample.values, name, &std::pair<std::string, double>::first);
  return found == sample.values.end() ? std::nullopt : std::optional(found->second);
}

TEST(HistorySampler, NamesFiguresByLayerAndSource) {
  const auto sample = HistorySampler().Sample(Instant(), kWall, {Network()});
  EXPECT_EQ(sample.time, 1'764'150'000);
  EXPECT_EQ(ValueOf(sample, "goodness_real/1"), 1.5);
  EXPECT_EQ(ValueOf(sample, "p_real/1"), 0.75);
  EXPECT_EQ(ValueOf(sample, "prediction_error@door"), 0.25);
  EXPECT_EQ(ValueOf(sample, "asleep"), 0);
  // Not known yet.
  for (const char* name : {"goodness_dream/1", "p_dream/1", "probe_auc/1", "accuracy_learned",
                           "frames_per_second@door"}) {
    EXPECT_THAT(sample.values, Not(Contains(Key(name))));
  }
}

TEST(HistorySampler, SaysWhoseNetworkItIsWhereThereAreSeveral) {
  const auto sample = HistorySampler().Sample(Instant(), kWall, {Network("door"), Network("yard")});
  EXPECT_EQ(ValueOf(sample, "goodness_real/1@door"), 1.5);
  EXPECT_EQ(ValueOf(sample, "goodness_real/1@yard"), 1.5);
  EXPECT_EQ(ValueOf(sample, "asleep@yard"), 0);
}

TEST(HistorySampler, KnowsProbesAndLabels) {
  MeasuredNetwork network = Network();
  network.snapshot.probe.emplace();
  network.snapshot.probe->figures.layers.resize(1);
  network.snapshot.probe->figures.layers[0].auc = 0.875;
  network.snapshot.probe->figures.layers[0].dead_units = 3;
  network.status.mutable_labels()->mutable_held_out()->set_recent_read_out(0.5);
  const auto sample = HistorySampler().Sample(Instant(), kWall, {network});
  EXPECT_EQ(ValueOf(sample, "probe_auc/1"), 0.875);
  EXPECT_EQ(ValueOf(sample, "dead_units/1"), 3);
  EXPECT_EQ(ValueOf(sample, "accuracy_held_out"), 0.5);
}

TEST(HistorySampler, CountsFramesASecondFromOneTimeToTheNext) {
  HistorySampler sampler;
  MeasuredNetwork network = Network();
  const auto after = [&](int seconds, uint64_t frames) {
    network.status.mutable_sources(0)->set_frames(frames);
    const auto sample = sampler.Sample(Instant(std::chrono::seconds(seconds)), kWall, {network});
    return ValueOf(sample, "frames_per_second@door");
  };
  EXPECT_EQ(after(1, 100), std::nullopt);
  EXPECT_EQ(after(3, 150), 25);
  EXPECT_EQ(after(4, 150), 0);
  // Another source of the same name.
  EXPECT_EQ(after(5, 10), std::nullopt);
  EXPECT_EQ(after(6, 12), 2);
}

TEST(HistorySampler, TellsAPhaseThatNobodyHasToldOnce) {
  HistorySampler sampler;
  MeasuredNetwork network = Network("door");
  auto changes = sampler.Changes(kWall, {network});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].state, Phase::AWAKE);
  EXPECT_EQ(changes[0].source, "door");
  EXPECT_EQ(changes[0].time, 1'764'150'000'250);
  EXPECT_TRUE(sampler.Changes(kWall, {network}).empty());
  // Told as it happened.
  sampler.Note({.source = "door", .state = Phase::ASLEEP});
  network.status.mutable_phase()->set_state(Phase::ASLEEP);
  EXPECT_TRUE(sampler.Changes(kWall, {network}).empty());
  network.status.mutable_phase()->set_state(Phase::LOOKING);
  EXPECT_EQ(sampler.Changes(kWall, {network}).size(), 1U);
}

TEST(HistorySampler, EndsThePhaseOfANetworkThatIsGone) {
  HistorySampler sampler;
  (void)sampler.Changes(kWall, {Network("door"), Network("yard")});
  const auto changes = sampler.Changes(kWall, {Network("yard")});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].source, "door");
  EXPECT_EQ(changes[0].state, HistoryChange::kNobody);
  EXPECT_TRUE(sampler.Changes(kWall, {Network("yard")}).empty());
  EXPECT_EQ(sampler.End(kWall).size(), 1U);
}

}  // namespace
}  // namespace hypnos
