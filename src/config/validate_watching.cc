#include <cstdint>
#include <string>

#include "config/checker.h"
#include "config/validate_parts.h"
#include "config/watched.h"
#include "hypnos/base/format.h"

namespace hypnos::config {
namespace {

// A sequence of each takes some dozen kilobytes at each place: so many take about a gigabyte.
constexpr uint64_t kMostProbedPlaces = 100'000;

class WatchingCheck final : public Checker {
 public:
  using Checker::Checker;

  void Check(const Config& config) {
    CheckProbe(config);
    CheckGuard(config);
    CheckNovelty(config);
  }

 private:
  void CheckProbe(const Config& config) {
    const Probe& probe = config.probe();
    const std::string sequences = "probe.sequences", locations = "probe.locations";
    if (!Known({sequences, locations})) return;
    if (probe.sequences() == 1) {
      Complain(
          sequences,
          "a jump cut leads from one sequence to another: give two or more, or 0 for no probing");
    }
    const uint64_t places = uint64_t{probe.sequences()} * probe.locations();
    if (places <= kMostProbedPlaces) return;
    Complain(locations, Format("{} places of each of {} sequences are {}, and may be at most {}: "
                               "choose fewer of either, some dozens of places say what more would",
                               probe.locations(), probe.sequences(), places, kMostProbedPlaces));
  }

  // Switched on, and never to say anything.
  void CheckGuard(const Config& config) {
    const Guard& guard = config.guard();
    const std::string path = "guard.enabled";
    if (!guard.enabled() || !Known({"guard", "probe", "learning.rule"})) return;
    const Learning::Rule rule = config.learning().rule();
    const bool sleeps = rule != Learning::INTERLEAVED && rule != Learning::LOOKING;
    const bool after_sleep = sleeps && config.probe().after_sleep();
    if (rule == Learning::LOOKING) {
      Complain(path, "learning.rule is looking, of which nothing can be lost: leave it off");
    } else if (config.probe().sequences() == 0) {
      Complain(path,
               "the guard judges by the probe set, and there is none: give two or more "
               "probe.sequences");
    } else if (config.probe().every_steps() == 0 && !after_sleep) {
      Complain(path,
               "the guard judges whenever the probe set is scored, and it never is: set "
               "probe.every_steps, or probe.after_sleep where the rule sleeps");
    }
    if (guard.auc() > 0 && sleeps && !after_sleep) {
      Complain("guard.auc", "it is looked at after each sleep: set probe.after_sleep");
    }
    CheckGuardLimits(guard);
  }

  // What can never be sound by the margin is never looked at.
  void CheckGuardLimits(const Guard& guard) {
    if (guard.auc() * (1 + guard.margin()) >= 1) {
      Complain("guard.auc",
               Format("with guard.margin {} no AUC would be sound by the margin: choose less of "
                      "either",
                      guard.margin()));
    }
    if (guard.weight_norm() > 0 && guard.weight_norm() * (1 - guard.margin()) < 1) {
      Complain("guard.weight_norm",
               Format("norms are counted in multiples of the first ones, and with guard.margin {} "
                      "those would not be sound: choose more than {:.4g}",
                      guard.margin(), 1 / (1 - guard.margin())));
    }
  }

  void CheckNovelty(const Config& config) {
    const Novelty& novelty = config.novelty();
    if (!novelty.enabled() || !Known({"novelty"})) return;
    if (ReadsText(config)) {
      Complain("novelty.enabled",
               "it is watched for in pictures, and this is a text: leave it off");
      return;
    }
    if (Known({"encoding"}) && !config.encoding().has_patches() && !ReadsSeries(config)) {
      Complain("novelty.enabled",
               "it compares the places of a picture, and without encoding.patches there is one "
               "only: give encoding.patches");
    }
    if (Known({"learning.rule"}) && config.learning().rule() == Learning::LOOKING) {
      Complain("novelty.enabled",
               "what is usual is learned from the frames that the network learns from, and the "
               "rule looking learns from none: choose another learning.rule");
    }
    const bool gives_share = novelty.scene_share() != Novelty::default_instance().scene_share();
    if (gives_share && Known({"encoding"}) && !config.encoding().motion()) {
      Complain("novelty.scene_share",
               "it is measured by what moves: switch encoding.motion on, or leave it out");
    }
    if (novelty.end_score() > novelty.begin_score()) {
      Complain("novelty.end_score",
               Format("an event that begins at a score of {} cannot end above it, at {}",
                      novelty.begin_score(), novelty.end_score()));
    }
  }
};

}  // namespace

void ValidateWatching(const Config& config, const Places& places, Report* report) {
  WatchingCheck(places, report).Check(config);
}

}  // namespace hypnos::config
