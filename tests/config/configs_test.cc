// The examples in configs/, whichever there are.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "config/support.h"
#include "hypnos/config/print.h"

namespace hypnos::config {
namespace {

std::vector<std::string> Examples() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(HYPNOS_CONFIGS_FOLDER)) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(Configs, EveryExampleLoadsAndPrintsAndLoadsAgain) {
  PosixFileSystem files;
  const std::vector<std::string> paths = Examples();
  EXPECT_GE(paths.size(), 8u);
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    EXPECT_TRUE(path.ends_with(".yaml"));
    const Result<Config> config = Load(files, path);
    ASSERT_TRUE(config.ok()) << config.error().message;
    const Result<Config> again = Parse(Print(*config), "printed");
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_THAT(*again, SameAs(Defaulted(*config)));
  }
}

TEST(Configs, RemoteControlIsEncryptedAndNeedsATokenAndACertificate) {
  PosixFileSystem files;
  const Result<Config> config = Load(files, HYPNOS_CONFIGS_FOLDER "/remote-control.yaml");
  ASSERT_TRUE(config.ok());
  EXPECT_FALSE(config->control().tokens().empty());
  EXPECT_FALSE(config->control().tcp().tls().certificate().empty());
  EXPECT_FALSE(config->control().tcp().tls().client_authority().empty());
}

TEST(Configs, TheDemoIsWhatTheDocumentationSays) {
  PosixFileSystem files;
  const Result<Config> config = Load(files, HYPNOS_CONFIGS_FOLDER "/demo.yaml");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->sources(0).name(), "vtest");
  EXPECT_EQ(config->sources(0).playlist().rounds(), 2u);
  EXPECT_FALSE(config->sources(0).playlist().entries(1).learn());
  EXPECT_EQ(config->encoding().patches().size(), 16u);
  EXPECT_EQ(config->network().layers_size(), 2);
  EXPECT_TRUE(config->encoding().temporal_difference());
  EXPECT_EQ(config->learning().rule(), Learning::REHEARSED);
  EXPECT_EQ(config->schedule().wake_steps(), 128u);
  EXPECT_EQ(config->schedule().sleep_steps(), 32u);
}

}  // namespace
}  // namespace hypnos::config
