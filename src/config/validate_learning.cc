#include <string>

#include "config/checker.h"
#include "config/validate_parts.h"
#include "config/watched.h"
#include "hypnos/base/format.h"

namespace hypnos::config {
namespace {

class LearningCheck final : public Checker {
 public:
  using Checker::Checker;

  void Check(const Config& config) {
    for (int i = 0; i < config.network().layers_size(); ++i) {
      CheckLayer(config.network().layers(i), Join("network.layers", i));
    }
    CheckOptimiser(config.learning());
    CheckThresholdShare(config.learning());
    CheckNegatives(config);
  }

 private:
  void CheckLayer(const Layer& layer, const std::string& path) {
    const std::string units = Join(path, "units"), part = Join(path, "constraint_units");
    if (layer.constraint_units() <= layer.units() || !Known({units, part})) return;
    Complain(part, Format("{} constraint units are more than all {} units",
                          layer.constraint_units(), layer.units()));
  }

  void CheckOptimiser(const Learning& learning) {
    const std::string optimiser = "learning.optimiser";
    if (learning.optimiser() != Learning::RMS || learning.rule() == Learning::INTERLEAVED ||
        learning.rule() == Learning::LOOKING || !Known({optimiser, "learning.rule"})) {
      return;
    }
    Complain(optimiser,
             "rms goes with learning.rule: interleaved only: where wake and sleep are apart it "
             "scales gradients that should vanish up to full steps again; choose that rule, or "
             "optimiser: plain");
  }

  void CheckThresholdShare(const Learning& learning) {
    const std::string share = "learning.threshold_share";
    const bool sleeps =
        learning.rule() != Learning::INTERLEAVED && learning.rule() != Learning::LOOKING;
    if (learning.threshold_share() <= 0 || sleeps || !Known({share, "learning.rule"})) return;
    Complain(share,
             "a threshold moves between phases, and this rule has none: choose a rule that sleeps, "
             "or leave the share at 0");
  }

  void CheckNegatives(const Config& config) {
    const Negatives& weights = config.learning().negatives();
    const std::string path = "learning.negatives";
    const std::string hybrid = Join(path, "hybrid"), splice = Join(path, "splice");
    const std::string random = Join(path, "random_label"), guessed = Join(path, "predicted_label");
    const std::string hurried = Join(path, "hurried");
    if (!Known({Join(path, "dream"), Join(path, "one_step"), hybrid, splice, random, guessed,
                hurried})) {
      return;
    }
    const double recalled = weights.hybrid() + weights.splice();
    const double wrong_labels = weights.random_label() + weights.predicted_label();
    if (weights.dream() + weights.one_step() + recalled + wrong_labels + weights.hurried() == 0) {
      Complain(
          path,
          "all weights are 0, so that there is nothing to learn against: give dream, one_step, "
          "hybrid, splice, random_label, predicted_label or hurried a weight above 0");
    }
    if (weights.hurried() > 0) CheckHurried(config, hurried);
    if (wrong_labels > 0) CheckWrongLabels(config, weights.random_label() > 0 ? random : guessed);
    if (weights.hybrid() > 0 && ReadsText(config)) {
      Complain(hybrid,
               "a hybrid mixes two pictures, and a text has none: leave the weight at 0; splice "
               "cuts from one text to another");
    }
    if (weights.hybrid() > 0 && ReadsSeries(config)) {
      Complain(hybrid,
               "a hybrid mixes two pictures, and a row of a series is none: leave the weight at 0; "
               "splice cuts from one stretch to another");
    }
    if (recalled == 0 || !Known({"memory.sequences"}) || config.memory().sequences() >= 2) return;
    Complain(weights.splice() > 0 ? splice : hybrid,
             Format("it is made of two remembered sequences, and memory.sequences is {}: remember "
                    "more, or leave the weight at 0",
                    config.memory().sequences()));
  }

  void CheckHurried(const Config& config, const std::string& path) {
    const Encoding& encoding = config.encoding();
    if (ReadsText(config)) {
      return Complain(path, "a text does not move: leave the weight at 0");
    }
    if (ReadsSeries(config)) {
      return Complain(path, "it is made of pictures, and a series has none: leave the weight at 0");
    }
    if (Known({"learning.rule"}) && config.learning().rule() != Learning::INTERLEAVED) {
      Complain(
          path,
          "what is hurried is made of the frame that has just come, beside which it is learned "
          "against: choose learning.rule: interleaved, or leave the weight at 0");
    }
    const bool changes =
        encoding.temporal_difference() || encoding.optical_flow() || encoding.motion();
    if (changes ||
        !Known({"encoding.temporal_difference", "encoding.optical_flow", "encoding.motion"})) {
      return;
    }
    Complain(
        path,
        "the encoding tells nothing of change, so that what is hurried would be as it was: set "
        "encoding.motion, temporal_difference or optical_flow, or leave the weight at 0");
  }

  // `path`: of the weight that asks for them.
  void CheckWrongLabels(const Config& config, const std::string& path) {
    const std::string rule = "learning.rule";
    if (Known({"labels.classes"}) && config.labels().classes_size() < 2) {
      Complain(path, Format("labels.classes names {}, and a wrong label is another one: name two "
                            "at the least, or leave the weight at 0",
                            config.labels().classes_size()));
    }
    if (Known({rule}) && (config.learning().rule() == Learning::DEFERRED_CONTRAST ||
                          config.learning().rule() == Learning::CARRIED_VELOCITY)) {
      Complain(path,
               "a wrong label is told from the right one side by side, which only the rules "
               "rehearsed and interleaved show: choose one of them, or leave the weight at 0");
    }
    if (config.network().layers().empty()) return;
    const std::string top_down =
        Join(Join("network.layers", config.network().layers_size() - 1), "top_down");
    if (config.labels().place() != Labels::TOP || !Known({"labels.place", top_down}) ||
        config.network().layers().rbegin()->top_down()) {
      return;
    }
    Complain(top_down,
             "labels stand above the top layer, which then has to read from above: leave top_down "
             "on, or choose labels.place: input");
  }
};

}  // namespace

void ValidateLearning(const Config& config, const Places& places, Report* report) {
  LearningCheck(places, report).Check(config);
}

}  // namespace hypnos::config
