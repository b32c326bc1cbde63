// Layers that are computed elsewhere. Where every answer is waited for, the same reports, the same
// weights, the same bits as of one process, awake and asleep, saved, gone back and gone on with.
#include "pipeline/local_layer_host.h"
#include "pipeline/settings.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Labels above the top layer are read there: that layer stays here.
bool LabelsStandAbove(const Setting& setting) {
  return setting.options.network.labels.shown &&
         setting.options.network.labels.place == LabelPlace::kTop;
}
bool LabelsStandBelow(const Setting& setting) {
  return setting.options.network.labels.shown && !LabelsStandAbove(setting);
}

// All layers that may be, or the one in the middle alone.
Setting Spread(Setting setting, std::deque<LocalLayerHost>& hosts, bool all) {
  const size_t layers = setting.options.network.layers.size();
  std::vector<RemoteLayer*> remotes(layers, nullptr);
  for (size_t l = 0; l < layers; ++l) {
    if (l == 0 && LabelsStandBelow(setting)) continue;
    if (l + 1 == layers && LabelsStandAbove(setting)) continue;
    if (!all && l != 1) continue;
    remotes[l] = &hosts.emplace_back();
  }
  setting.options.remote_layers = [remotes] { return remotes; };
  return setting;
}

class Remote : public testing::TestWithParam<Setting> {};

TEST_P(Remote, IsTheSameBitsAsOneProcess) {
  Watcher whole(GetParam());
  whole.Run();
  const SavedState end = whole.State();
  for (const bool all : {false, true}) {
    std::deque<LocalLayerHost> hosts;
    const Setting setting = Spread(GetParam(), hosts, all);
    Watcher spread(setting);
    spread.Run();
    EXPECT_EQ(spread.text(), whole.text());
    EXPECT_THAT(Differences(spread.State(), end), IsEmpty());
    for (const LocalLayerHost& host : hosts) EXPECT_GT(host.steps(), 0);
  }
}

// By what was saved where the layers were elsewhere, in one process, and the other way round.
TEST_P(Remote, GoesOnFromWhatWasSaved) {
  Watcher whole(GetParam());
  whole.Run();
  const SavedState end = whole.State();
  for (const size_t after : {8, 25, 57}) {
    SCOPED_TRACE(Format("saved after {} reports", after));
    std::deque<LocalLayerHost> hosts;
    const Setting setting = Spread(GetParam(), hosts, true);
    Watcher watched(setting, after);
    watched.Run();
    ASSERT_EQ(watched.text(), whole.text());
    if (!watched.saved()) continue;

    Watcher here(GetParam());
    here.Run(&watched.saved()->state);
    EXPECT_EQ(watched.saved()->text + here.text(), whole.text());
    EXPECT_THAT(Differences(here.State(), end), IsEmpty());

    std::deque<LocalLayerHost> others;
    const Setting elsewhere = Spread(GetParam(), others, true);
    Watcher there(elsewhere);
    there.Run(&watched.saved()->state);
    EXPECT_EQ(watched.saved()->text + there.text(), whole.text());
    EXPECT_THAT(Differences(there.State(), end), IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, Remote, testing::ValuesIn(AllSettings()),
                         [](const auto& tested) { return tested.param.name; });

// Goes back while it runs: what was learned is put there again.
TEST(RemoteLayers, GoBackWithTheRest) {
  const Setting here = Settings().front();
  std::deque<LocalLayerHost> hosts;
  const Setting elsewhere = Spread(here, hosts, true);
  Watcher early(here, 30);
  early.Run();
  const auto run = [&](const Setting& setting) {
    Watcher late(setting, 0);
    late.Run();
    late.pipeline.Post([&](PipelineControl& control) {
      MemoryLoader loader(early.saved()->state);
      const Status restored = control.RestoreState(loader);
      EXPECT_TRUE(restored.ok()) << restored.error().message;
    });
    return late.State();
  };
  for (const std::string& name : Differences(run(elsewhere), run(here))) {
    // Of streams that were cut, so that nothing is read of it any more.
    EXPECT_TRUE(name.starts_with("streams.") && name.ends_with(".h")) << name;
  }
}

TEST(RemoteLayers, EndTheRunWhereTheyAreGone) {
  std::deque<LocalLayerHost> hosts;
  const Setting setting = Spread(Settings().front(), hosts, false);
  SystemClock clock;
  class Killer final : public PipelineObserver {
   public:
    explicit Killer(LocalLayerHost& host) : host_(host) {}
    void OnFrame(const FrameReport& report) override {
      if (report.index == 20) host_.Die();
    }

   private:
    LocalLayerHost& host_;
  } killer(hosts.front());
  Pipeline pipeline(setting.options, clock, killer);
  FrameQueue queue(100, OnFull::kBlock);
  Fill(queue, MakeClip(60));
  const auto result = pipeline.Run(queue);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason, "LAYER_LOST");
  EXPECT_THAT(result.error().message, HasSubstr("layer 2"));
}

// Where nobody waits for answers, what was said last stands in, and that is told.
TEST(RemoteLayers, ThatAreLateSayWhatTheySaidBefore) {
  std::deque<LocalLayerHost> hosts;
  const Setting setting = Spread(Settings().front(), hosts, false);
  hosts.front().WillBeLate(1 << 20);
  Watched watched(setting.options, MakeClip(30));
  ASSERT_TRUE(watched.result->ok());
  for (const FrameReport& report : watched.recorder.frames) {
    EXPECT_FALSE(report.layers[0].late);
    EXPECT_TRUE(report.layers[1].late);
    EXPECT_FALSE(report.layers[2].late);
  }
}

TEST(RemoteLayers, AreSeatedAgainWhereTheyAskForIt) {
  std::deque<LocalLayerHost> hosts;
  const Setting setting = Spread(Settings().front(), hosts, false);
  class Restarter final : public PipelineObserver {
   public:
    explicit Restarter(LocalLayerHost& host) : host_(host) {}
    void OnFrame(const FrameReport& report) override {
      if (report.index == 20) host_.WantSeat();
    }

   private:
    LocalLayerHost& host_;
  } restarter(hosts.front());
  SystemClock clock;
  Pipeline pipeline(setting.options, clock, restarter);
  FrameQueue queue(100, OnFull::kBlock);
  Fill(queue, MakeClip(60));
  ASSERT_TRUE(pipeline.Run(queue).ok());
  EXPECT_EQ(hosts.front().begun(), 2);
}

}  // namespace
}  // namespace hypnos
