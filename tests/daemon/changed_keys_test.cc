#include "daemon/changed_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hypnos/config/load.h"

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

config::Config With(const std::vector<std::string>& sets) {
  auto config = config::Parse(
      "sources: [{name: toy, synthetic: {}}]\nencoding: {patches: {}}\nnetwork: {layers: [{}]}\n",
      "f", {.sets = sets, .environment = {}});
  HYPNOS_CHECK(config.ok());
  return *config;
}

std::vector<std::string> Changed(const std::vector<std::string>& sets) {
  return ChangedKeys(With({}), With(sets));
}

TEST(ChangedKeys, NamesEachOneByItsPath) {
  EXPECT_THAT(Changed({"seed=2", "network.layers.0.units=8", "output.status_interval_seconds=9"}),
              ElementsAre("seed", "network.layers.0.units", "output.status_interval_seconds"));
}

TEST(ChangedKeys, ADefaultThatIsWrittenOutIsNoChange) {
  EXPECT_THAT(Changed({"seed=1", "learning.rule=rehearsed"}), IsEmpty());
}

TEST(ChangedKeys, WhatHasComeOrGoneIsNamedAsAWhole) {
  EXPECT_THAT(Changed({"network.layers.1.units=4", "control.tcp={}"}),
              ElementsAre("network.layers", "control.tcp"));
  EXPECT_THAT(ChangedKeys(With({"control.tcp={}"}), With({})), ElementsAre("control.tcp"));
}

TEST(ChangedKeys, ASourceOfAnotherKindIsBothKinds) {
  EXPECT_THAT(Changed({"sources.0={name: toy, camera: {}}"}),
              ElementsAre("sources.0.camera", "sources.0.synthetic"));
}

}  // namespace
}  // namespace hypnos
