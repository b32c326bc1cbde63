#include "hypnos/base/state_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "support/memory_archive.h"

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Counter {
  void ExchangeState(StateArchive& archive) {
    const StateArchive::Scope scope(archive, "counter");
    archive.Number("steps", steps);
    archive.Number("share", share);
    archive.Number("label", label);
    archive.Number("mean", mean);
    archive.Number("on", on);
    archive.Number("hold", hold);
    archive.Text("name", name);
    archive.Generator("rng", rng);
    archive.Values("values", std::span(values), {values.size()});
  }

  uint64_t steps = 0;
  float share = 0;
  std::optional<size_t> label;
  std::optional<double> mean;
  bool on = false;
  int hold = 0;
  std::string name;
  Rng rng = Rng(0);
  std::array<float, 2> values{};
};

TEST(StateArchive, LoadsWhatWasSaved) {
  Counter counter;
  counter.steps = 1;
  counter.share = 0.1f;
  counter.label = 7;
  counter.mean = 0.2;
  counter.on = true;
  counter.hold = -3;
  counter.name = "door";
  counter.rng = Rng(5, 6);
  counter.values = {0.5f, 2};
  const SavedState saved = StateOf(counter);
  Counter other;
  other.name = "something longer";
  MemoryLoader loader(saved);
  other.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok()) << loader.status().error().message;
  EXPECT_THAT(loader.left(), ElementsAre());
  EXPECT_THAT(Differences(StateOf(other), saved), ElementsAre());
  EXPECT_EQ(other.rng.state(), 6u);
  counter.label.reset();
  counter.mean.reset();
  MemoryLoader again(StateOf(counter));
  other.ExchangeState(again);
  EXPECT_FALSE(other.label || other.mean);
}

TEST(StateArchive, NamesWhatDoesNotFitAndLeavesItAsItIs) {
  Counter counter;
  SavedState saved = StateOf(counter);
  saved.erase("counter.steps");
  counter.steps = 3;
  MemoryLoader loader(saved);
  counter.ExchangeState(loader);
  EXPECT_EQ(loader.status().error().reason, "STATE_DOES_NOT_FIT");
  EXPECT_THAT(loader.status().error().message, HasSubstr("counter.steps"));
  EXPECT_EQ(counter.steps, 3u);
}

TEST(StateArchive, RefusesWhatMakesNoSense) {
  Counter counter;
  SavedState saved = StateOf(counter);
  saved["counter.on"].bytes = "\x02";
  MemoryLoader loader(saved);
  counter.ExchangeState(loader);
  EXPECT_EQ(loader.status().error().message, "'counter.on' is neither true nor false");
}

TEST(StateArchive, CountsNoMoreThanFit) {
  MemorySaver saver;
  saver.Count("list", 5, 5);
  MemoryLoader loader(saver.saved());
  EXPECT_EQ(loader.Count("list", 0, 5), 5u);
  EXPECT_EQ(loader.Count("list", 2, 4), 2u);
  EXPECT_EQ(loader.status().error().message, "'list' is 5, and at most 4 fit");
}

}  // namespace
}  // namespace hypnos
