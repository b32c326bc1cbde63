#include "hypnos/base/state_copy.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "support/memory_archive.h"

namespace hypnos {
namespace {

constexpr uint64_t kMuch = 1 << 20;

// Something to keep: values of several types, one of them in two places.
struct Thing {
  std::vector<float> weights = {1, 2, 3, 4, 5, 6};
  std::array<std::vector<float>, 2> split = {{{7, 8}, {9}}};
  uint64_t steps = 42;
  std::string name = "thing";
  bool awake = true;

  void ExchangeState(StateArchive& archive) {
    archive.Values("weights", std::span(weights), {2, 3});
    {
      const StateArchive::Scope scope(archive, "inner");
      archive.Tensor("split", ElementType::kF32, {3},
                     {std::as_writable_bytes(std::span(split[0])),
                      std::as_writable_bytes(std::span(split[1]))});
    }
    archive.Number("steps", steps);
    archive.Text("name", name);
    archive.Number("awake", awake);
  }
};

Thing Other() {
  return {.weights = std::vector<float>(6),
          .split = {{std::vector<float>(2), std::vector<float>(1)}},
          .steps = 0,
          .name = "",
          .awake = false};
}

StateCopy CopyOf(Thing& thing) {
  StateCopy::Saver saver(kMuch);
  thing.ExchangeState(saver);
  return saver.Take().value();
}

TEST(StateCopy, GivesBackWhatWasThere) {
  Thing thing;
  const StateCopy copy = CopyOf(thing);
  const SavedState before = StateOf(thing);
  thing.weights.assign(6, -1);
  thing.steps = 1;
  Thing other = Other();
  StateCopy::Loader loader(copy);
  other.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  EXPECT_TRUE(Differences(StateOf(other), before).empty());
  EXPECT_EQ(copy.bytes(), 9 * sizeof(float) + sizeof(uint64_t) + 5 + 1);
}

TEST(StateCopy, CanItselfBeSavedAndLoaded) {
  Thing thing;
  StateCopy copy = CopyOf(thing);
  const SavedState saved = StateOf(copy);
  MemoryLoader loader(saved);
  Thing other = Other();
  StateCopy loaded = CopyOf(other);
  loaded.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  EXPECT_TRUE(loader.left().empty());
  EXPECT_TRUE(Differences(StateOf(loaded), saved).empty());
  StateCopy::Loader from(loaded);
  other.ExchangeState(from);
  EXPECT_TRUE(from.status().ok());
  EXPECT_TRUE(Differences(StateOf(other), StateOf(thing)).empty());
}

TEST(StateCopy, TakesNoMoreThanItMay) {
  Thing thing;
  const uint64_t bytes = CopyOf(thing).bytes();
  StateCopy::Saver enough(bytes), less(bytes - 1), none(0);
  for (StateCopy::Saver* saver : {&enough, &less, &none}) thing.ExchangeState(*saver);
  EXPECT_TRUE(enough.Take());
  EXPECT_FALSE(less.Take());
  EXPECT_EQ(less.bytes(), bytes);
  EXPECT_FALSE(none.Take());
}

TEST(StateCopy, WhatDoesNotFitIsRefused) {
  Thing thing;
  const StateCopy copy = CopyOf(thing);
  Thing larger = Other();
  larger.split[1].resize(2);
  StateCopy::Loader loader(copy);
  loader.Values("weights", std::span(larger.weights), {3, 2});
  EXPECT_EQ(loader.status().error().reason, "STATE_DOES_NOT_FIT");
  StateCopy::Loader again(copy);
  again.Number("nothing of the kind", larger.steps);
  EXPECT_FALSE(again.status().ok());
}

TEST(StateCopy, NonsenseIsRefused) {
  Thing thing;
  StateCopy copy = CopyOf(thing);
  const SavedState saved = StateOf(copy);
  const auto is_refused = [](const SavedState& nonsense) {
    MemoryLoader loader(nonsense);
    StateCopy loaded;
    loaded.ExchangeState(loader);
    return !loader.status().ok();
  };
  EXPECT_FALSE(is_refused(saved));
  for (const auto& [name, part] : saved) {
    SavedState without = saved;
    without.erase(name);
    EXPECT_TRUE(is_refused(without)) << name;
    // Other values are as good as any; other names, types and numbers of parts are not.
    if (name.starts_with("of.") && !name.ends_with(".type")) continue;
    SavedState other = saved;
    for (char& byte : other[name].bytes) byte = static_cast<char>(byte ^ 0x7f);
    EXPECT_TRUE(is_refused(other)) << name;
  }
}

}  // namespace
}  // namespace hypnos
