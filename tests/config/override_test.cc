// --set and the environment.
#include <gtest/gtest.h>

#include "config/support.h"

namespace hypnos::config {
namespace {

using ::testing::HasSubstr;

Overrides Sets(std::vector<std::string> sets) { return {std::move(sets), {}}; }
Overrides Environment(std::map<std::string, std::string> environment) {
  return {{}, std::move(environment)};
}

Config MustParse(const std::string& text, const Overrides& overrides) {
  Result<Config> config = Parse(text, "f", overrides);
  EXPECT_TRUE(config.ok()) << config.error().message;
  return config.ok() ? *std::move(config) : Config();
}

TEST(Override, ReplacesAndAdds) {
  const Config config = MustParse(
      Minimal(), Sets({"sources.0.name=door", "network.layers.0.units=8", "network.layers.1={}",
                       "network.layers.2.damping=0.5", "schedule.wake_steps=0"}));
  EXPECT_EQ(config.sources(0).name(), "door");
  EXPECT_EQ(config.network().layers(0).units(), 8u);
  ASSERT_EQ(config.network().layers_size(), 3);
  EXPECT_EQ(config.network().layers(2).damping(), 0.5);
  EXPECT_EQ(config.schedule().wake_steps(), 0u);
}

TEST(Override, MakesAWholeConfigurationFromNothing) {
  const Config config =
      MustParse("{}", Sets({"sources.0.name=a", "sources.0.synthetic={frames: 10, scene: glyphs}",
                            "encoding.patches={}", "network={layers: [{units: 3}]}"}));
  EXPECT_EQ(config.sources(0).synthetic().frames(), 10u);
  EXPECT_EQ(config.network().layers(0).units(), 3u);
}

TEST(Override, TheLaterFlagWinsOverTheEnvironmentOverTheFile) {
  Overrides overrides = Environment({{"HYPNOS_SEED", "2"}, {"HYPNOS_LEARNING__RATE", "0.5"}});
  EXPECT_EQ(MustParse(Minimal() + "seed: 1\n", overrides).seed(), 2u);
  overrides.sets = {"seed=3", "seed=4"};
  const Config config = MustParse(Minimal() + "seed: 1\n", overrides);
  EXPECT_EQ(config.seed(), 4u);
  EXPECT_EQ(config.learning().rate(), 0.5);
}

TEST(Override, FillsALongListFromTheEnvironmentInOrder) {
  std::map<std::string, std::string> environment = {{"PATH", "/bin"}, {"HYPNOSIS", "deep"}};
  for (int i = 0; i < 12; ++i) {
    environment["HYPNOS_NETWORK__LAYERS__" + std::to_string(i) + "__UNITS"] = std::to_string(i + 1);
  }
  environment["HYPNOS_SCHEDULE__WAKE_STEPS"] = "0";
  EXPECT_EQ(MustParse(Minimal(), Environment(environment)).network().layers(11).units(), 12u);
}

TEST(Override, ErrorsNameTheFlag) {
  EXPECT_EQ(Complaint(Minimal(), Sets({"network.layers.0.units=x", "seed", "=1", "sead=1",
                                       "network.layers.3.units=1", "network.layers.x=1",
                                       "seed.low=1", "sources.0.name=[", "seed="})),
            "--set network.layers.0.units=x: 'units' must be a whole number from 1 to 1048576, "
            "found 'x'\n"
            "--set seed: must be key=value\n"
            "--set =1: must be key=value\n"
            "--set sead=1: unknown key 'sead' in config; did you mean 'seed'?\n"
            "--set network.layers.3.units=1: 'layers' has no element 3 yet; the next is 1\n"
            "--set network.layers.x=1: 'layers' is a list: after it comes a number from 0, found "
            "'x'\n"
            "--set seed.low=1: 'seed' has nothing below it\n"
            "--set sources.0.name=[: not valid YAML: end of sequence flow not found\n"
            "--set seed=: 'seed' must be a whole number from 0 to 18446744073709551615, found "
            "nothing");
}

TEST(Override, ErrorsNameTheVariable) {
  EXPECT_EQ(Complaint(Minimal(), Environment({{"HYPNOS_SEDE", "1"},
                                              {"HYPNOS_NETWORK__LAYRES__0__UNITS", "1"},
                                              {"HYPNOS_LEARNING__RULE", "'looking '"},
                                              {"HYPNOS_MEMORY__SEQUENCES", "0"}})),
            "HYPNOS_SEDE: unknown key 'sede' in config; did you mean 'seed'?\n"
            "HYPNOS_MEMORY__SEQUENCES: 'sequences' must be a whole number from 1 to 100000, found "
            "'0'\n"
            "HYPNOS_NETWORK__LAYRES__0__UNITS: unknown key 'layres' in network; did you mean "
            "'layers'?\n"
            "HYPNOS_LEARNING__RULE: 'rule' must be one of rehearsed, deferred_contrast, "
            "interleaved, looking, carried_velocity, found the text \"looking \"; did you mean "
            "'looking'?");
  EXPECT_THAT(Complaint(Minimal(), Environment({{"HYPNOS_", "1"}})),
              HasSubstr("HYPNOS_: unknown key '' in config; the keys are seed, sources"));
}

TEST(Override, LeavesTheFilesOwnMistakesToTheFile) {
  EXPECT_EQ(Complaint(std::string(kSources) + kEncoding + "network: {layers: 5}\n",
                      Sets({"network.layers.0.units=3"})),
            "f:3:19: 'layers' must be a list, found '5'");
}

TEST(Override, MendsTheFile) {
  EXPECT_EQ(Complaint(Minimal() + "seed: x\n", Sets({"seed=1"})), "");
}

TEST(Override, IsCheckedAgainstOtherKeys) {
  EXPECT_EQ(Complaint(Minimal(), Sets({"schedule.dream_steps=2"})),
            "--set schedule.dream_steps=2: a dream of 2 steps is too short: it reaches layer l "
            "only l-1 steps later, so 1 layers need at least 3");
}

TEST(Override, NeverShowsPasswords) {
  const std::string complaint =
      Complaint(Minimal(), {{"sources.0.stream.url=rtsp://me:hush@host",
                             "sources.0.stream={a: "
                             "rtsp://me:hush@host}",
                             "sources.0.stream.url=hush"},
                            {{"HYPNOS_SOURCES__0__QUEUE_FRAMES", "rtsp://me:hush@host"}}});
  EXPECT_THAT(complaint, HasSubstr("rtsp://***@host"));
  EXPECT_THAT(complaint, Not(HasSubstr("hush")));
}

TEST(Override, EndlessPathsDoNotOverflowTheStack) {
  std::string path = "sources.0";
  for (int i = 0; i < 100000; ++i) path += ".playlist.entries.0";
  EXPECT_THAT(Complaint(Minimal(), Sets({path + "=1"})), HasSubstr("too many levels"));
}

}  // namespace
}  // namespace hypnos::config
