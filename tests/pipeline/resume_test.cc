// A run that is saved somewhere, and another one that goes on from there: the same reports, the
// same weights, the same bits, as if nothing had happened. And whoever is saved does not notice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline/settings.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Resume : public testing::TestWithParam<Setting> {};

TEST_P(Resume, GoesOnAsIfNothingHadHappened) {
  const Setting& setting = GetParam();
  Watcher whole(setting);
  whole.Run();
  const SavedState end = whole.State();
  for (const size_t after : {1, 2, 8, 17, 25, 34, 48, 57, 71, 88, 103}) {
    SCOPED_TRACE(Format("saved after {} reports", after));
    Watcher watched(setting, after);
    watched.Run();
    // Whoever is saved does not notice.
    ASSERT_EQ(watched.text(), whole.text());
    ASSERT_THAT(Differences(watched.State(), end), IsEmpty());
    if (!watched.saved()) continue;

    Watcher resumed(setting);
    resumed.Run(&watched.saved()->state);
    EXPECT_EQ(watched.saved()->text + resumed.text(), whole.text());
    EXPECT_THAT(Differences(resumed.State(), end), IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, Resume, testing::ValuesIn(AllSettings()),
                         [](const auto& tested) { return tested.param.name; });

Setting Rehearsed() { return Settings().front(); }

TEST(ResumeAsleep, IsAmongWhatIsTested) {
  size_t asleep = 0;
  for (size_t after = 1; after < 60; ++after) {
    const Setting setting = Rehearsed();
    Watcher watched(setting, after);
    watched.Run();
    asleep += watched.saved() && watched.saved()->asleep ? 1 : 0;
  }
  EXPECT_GT(asleep, 10u);
}

// Another number of threads, and of steps under way, changes nothing.
TEST(ResumeElsewhere, GoesOnWithOtherThreads) {
  Setting setting = Rehearsed();
  Watcher watched(setting, 40);
  watched.Run();
  setting.options.threads = 1;
  setting.options.frames_in_flight = 1;
  Watcher resumed(setting);
  resumed.Run(&watched.saved()->state);
  EXPECT_EQ(watched.saved()->text + resumed.text(), watched.text());
}

TEST(Load, RefusesAnotherNetworkAndStaysAsItWas) {
  Setting setting = Rehearsed();
  Watcher watched(setting, 40);
  watched.Run();
  setting.options.network.layers[1].layer.units = 17;
  Watcher other(setting);
  MemoryLoader loader(watched.saved()->state);
  const Status loaded = other.pipeline.Load(loader);
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(loaded.error().message, HasSubstr("layers.1"));
  EXPECT_EQ(other.pipeline.network(), nullptr);
  other.Run();
}

TEST(Load, GoesOnWithoutWhatWasRemembered) {
  const Setting setting = Rehearsed();
  for (const size_t after : {30, 33, 36, 60}) {
    Watcher watched(setting, after);
    watched.Run();
    SavedState state = watched.saved()->state;
    std::erase_if(state, [](const auto& part) { return part.first.starts_with("memory."); });
    Watcher resumed(setting);
    resumed.Run(&state);
    EXPECT_FALSE(resumed.text().empty());
  }
}

TEST(SaveState, WantsANetwork) {
  const Setting setting = Rehearsed();
  Watcher watched(setting);
  watched.pipeline.Post([](PipelineControl& control) {
    MemorySaver saver;
    EXPECT_EQ(control.SaveState(saver).error().reason, "NO_NETWORK");
  });
}

// Back to the middle of a run at its end: weights are those of then, and it goes on.
TEST(RestoreState, GoesBackWhileItRuns) {
  const Setting setting = Rehearsed();
  for (const size_t after : {20, 35, 50}) {
    Watcher watched(setting, after);
    watched.Run();
    const SavedState& then = watched.saved()->state;
    watched.pipeline.Post([&](PipelineControl& control) {
      MemoryLoader loader(then);
      const Status restored = control.RestoreState(loader);
      EXPECT_TRUE(restored.ok()) << restored.error().message;
      EXPECT_EQ(control.phase().asleep, watched.saved()->asleep);
    });
    SavedState now = watched.State();
    for (const std::string& name : Differences(now, then)) {
      // Streams go on where they are, and so does whose turn it is.
      EXPECT_TRUE(name.starts_with("streams.") || name == "turn" || name.starts_with("summary.") ||
                  name.starts_with("probes."))
          << name;
    }
    watched.Run();
    EXPECT_THAT(Differences(watched.State(), then), testing::Not(IsEmpty()));
  }
}

TEST(RestoreState, WantsFramesOfTheSameSize) {
  const Setting setting = Rehearsed();
  Setting other = setting;
  other.clips = {{"", std::vector<Frame>(20, Frame{})}};
  for (size_t i = 0; i < 20; ++i) {
    Frame& frame = other.clips[""][i];
    frame = MakeFrame(static_cast<int64_t>(i));
    frame.image = Image(frame.image.width() * 2, frame.image.height(), frame.image.channels());
  }
  Watcher watched(setting, 20), larger(other, 10);
  watched.Run();
  larger.Run();
  const SavedState before = watched.State();
  watched.pipeline.Post([&](PipelineControl& control) {
    MemoryLoader loader(larger.saved()->state);
    EXPECT_EQ(control.RestoreState(loader).error().reason, "FRAME_SIZE");
  });
  EXPECT_THAT(Differences(watched.State(), before), IsEmpty());
}

TEST(RestoreState, ChangesNothingWhereItFails) {
  const Setting setting = Rehearsed();
  Watcher watched(setting, 20);
  watched.Run();
  const SavedState before = watched.State();
  SavedState damaged = watched.saved()->state;
  damaged.erase("layers.3.bias");
  watched.pipeline.Post([&](PipelineControl& control) {
    MemoryLoader loader(damaged);
    EXPECT_EQ(control.RestoreState(loader).error().reason, "STATE_DOES_NOT_FIT");
  });
  EXPECT_THAT(Differences(watched.State(), before), IsEmpty());
}

}  // namespace
}  // namespace hypnos
