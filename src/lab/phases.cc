#include "lab/phases.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "hypnos/base/format.h"
#include "lab/image_set.h"
#include "lab/options.h"
#include "lab/phase_rules.h"
#include "lab/phases_cell.h"
#include "lab/turn.h"

namespace hypnos::lab {
namespace {

// Wake and sleep of the same length, and shorter and shorter sleeps.
constexpr const char* kTurns[] = {"1:1", "8:8", "32:32", "128:128", "32:16", "32:4", "32:2"};

constexpr const char* kLabel = "label";
constexpr const char* kMask = "mask";

constexpr const char* kFloat32 = "float32";
constexpr const char* kBfloat16 = "bf16";

const Row kKeyColumns = {"data",         "judged_on",
                         "negatives",    "rule",
                         "wake",         "sleep",
                         "seed",         "batches",
                         "rate",         "velocity",
                         "online_share", "weight_decay",
                         "temperature",  "peer_normalisation",
                         "storage"};
const Row kResultColumns = {"accuracy_percent", "layer_1_percent", "layer_2_percent"};

struct Flags {
  std::vector<std::string> negatives = {kLabel, kMask};
  std::vector<std::string> rules;
  std::vector<std::string> turns{std::begin(kTurns), std::end(kTurns)};
  double epochs = 20;
  bool validate = false;
  std::optional<float> rate, velocity, online_share, temperature;
  float weight_decay = 3e-4f;
  float peer_normalisation = 0;
  std::string storage = kFloat32;
};

std::vector<std::string> RuleNames() {
  std::vector<std::string> names;
  for (const PhaseRule& rule : PhaseRules()) names.emplace_back(rule.name);
  return names;
}

Result<Row> RunCell(const PhasesCell& cell, const ImageSet& set, const GoOn& go_on) {
  HYPNOS_ASSIGN_OR_RETURN(const PhasesScore score,
                          RunPhasesCell(cell, set, [&] { return go_on(1); }));
  Row row = {Percent(score.accuracy)};
  for (const double share : score.layer_accuracy) row.push_back(Percent(share));
  row.resize(kResultColumns.size());
  return row;
}

class Phases final : public Experiment {
 public:
  void Declare(CLI::App& app) override;
  Result<Plan> MakePlan(const LabOptions& options, FileSystem& files) override;

 private:
  void AddCells(const ImageSet& set, const LabOptions& options, Plan& plan) const;
  std::vector<Turn> TurnsOf(const PhaseRule& rule) const;
  PhasesCell MakeCell(const PhaseRule& rule, const Turn& turn, const std::string& negatives) const;
  Row KeyOf(const ImageSet& set, const PhaseRule& rule, const PhasesCell& cell) const;
  std::string Describe(const LabOptions& options) const;

  Flags flags_;
  std::vector<ImageSet> sets_;
};

void Phases::Declare(CLI::App& app) {
  flags_.rules = RuleNames();
  const CLI::Validator positive(CheckPositive, "POSITIVE");
  const auto list = [&](const char* name, auto& values, const char* what) {
    return app.add_option(name, values, what)->delimiter(',')->capture_default_str();
  };
  list("--negatives", flags_.negatives, "Kinds of negatives")
      ->check(CLI::IsMember({kLabel, kMask}));
  list("--rules", flags_.rules, "Learning rules")->check(CLI::IsMember(RuleNames()));
  list("--turns", flags_.turns, "WAKE:SLEEP, in batches, for the rules that sleep")
      ->check(CLI::Validator(CheckTurn, "WAKE:SLEEP"));
  app.add_option("--epochs", flags_.epochs, "Passes over the training images, awake")
      ->check(positive)
      ->capture_default_str();
  app.add_flag("--validate", flags_.validate,
               "Judges by the last 10000 training images, then not learned from, instead of the "
               "test images: to choose settings by");
  app.add_option("--rate", flags_.rate, "Learning rate, instead of the rule's own")
      ->check(positive);
  app.add_option("--velocity", flags_.velocity, "Share of the velocity kept, instead of the rule's")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--online-share", flags_.online_share,
                 "Share of the rate that acts at once, instead of the rule's")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--weight-decay", flags_.weight_decay, "Of the rate, for each batch")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--temperature", flags_.temperature,
                 "T of p = sigmoid((G - theta) / T), instead of the rule's")
      ->check(positive);
  app.add_option("--peer-normalisation", flags_.peer_normalisation, "lambda; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--storage", flags_.storage, "How weights are kept")
      ->check(CLI::IsMember({kFloat32, kBfloat16}))
      ->capture_default_str();
}

Result<Plan> Phases::MakePlan(const LabOptions& options, FileSystem& files) {
  HYPNOS_ASSIGN_OR_RETURN(sets_, LoadImageSets(files, options.data, flags_.validate));
  Plan plan;
  plan.key_columns = kKeyColumns;
  plan.result_columns = kResultColumns;
  for (const ImageSet& set : sets_) AddCells(set, options, plan);
  plan.configuration = Describe(options);
  return plan;
}

void Phases::AddCells(const ImageSet& set, const LabOptions& options, Plan& plan) const {
  const size_t per_pass = set.train.count() / kImagesPerBatch;
  const double batches =
      std::max(1.0, std::round(static_cast<double>(per_pass) * flags_.epochs * options.scale));
  for (const std::string& negatives : flags_.negatives) {
    for (const PhaseRule& rule : PhaseRules()) {
      if (std::ranges::find(flags_.rules, rule.name) == flags_.rules.end()) continue;
      for (const Turn& turn : TurnsOf(rule)) {
        PhasesCell cell = MakeCell(rule, turn, negatives);
        cell.batches = static_cast<size_t>(batches);
        for (unsigned i = 0; i < options.seeds; ++i) {
          cell.seed = options.seed + i;
          plan.cells.push_back(
              {KeyOf(set, rule, cell), cell.batches,
               [cell, &set](const GoOn& go_on) { return RunCell(cell, set, go_on); }});
        }
      }
    }
  }
}

std::vector<Turn> Phases::TurnsOf(const PhaseRule& rule) const {
  if (rule.order == Order::kMixed) return {{}};
  std::vector<Turn> turns;
  for (const std::string& text : flags_.turns) turns.push_back(*ParseTurn(text));
  return turns;
}

PhasesCell Phases::MakeCell(const PhaseRule& rule, const Turn& turn,
                            const std::string& negatives) const {
  PhasesCell cell;
  cell.negatives = negatives == kLabel ? NegativeKind::kLabel : NegativeKind::kMask;
  cell.order = rule.order;
  cell.wake = turn.wake;
  cell.sleep = turn.sleep;
  cell.learning = {.rule = rule.rule,
                   .rate = flags_.rate.value_or(rule.RateAt(turn.wake)),
                   .velocity = flags_.velocity.value_or(rule.velocity),
                   .weight_decay = flags_.weight_decay,
                   .online_share = flags_.online_share.value_or(rule.online_share)};
  cell.temperature = flags_.temperature.value_or(rule.temperature);
  cell.peer_normalisation = flags_.peer_normalisation;
  cell.storage = flags_.storage == kBfloat16 ? WeightStorage::kBfloat16 : WeightStorage::kFloat32;
  return cell;
}

Row Phases::KeyOf(const ImageSet& set, const PhaseRule& rule, const PhasesCell& cell) const {
  const auto number_or_nothing = [](size_t n) { return n > 0 ? Format("{}", n) : ""; };
  return {set.name,
          flags_.validate ? "validation" : "test",
          cell.negatives == NegativeKind::kLabel ? kLabel : kMask,
          std::string(rule.name),
          number_or_nothing(cell.wake),
          number_or_nothing(cell.sleep),
          Format("{}", cell.seed),
          Format("{}", cell.batches),
          Number(cell.learning.rate),
          Number(cell.learning.velocity),
          Number(cell.learning.online_share),
          Number(cell.learning.weight_decay),
          Number(cell.temperature),
          Number(cell.peer_normalisation),
          flags_.storage};
}

std::string Phases::Describe(const LabOptions& options) const {
  std::string text = "Two layers of 500 units, batches of 100 images.\n";
  for (const ImageSet& set : sets_) {
    text += Format("Data '{}': {} training images, judged by {} {} images of {} x {}.\n", set.name,
                   set.train.count(), set.test.count(), flags_.validate ? "kept back" : "test",
                   set.width, set.height);
  }
  return text +
         Format("{} passes awake, of which the share {} is run.\n", flags_.epochs, options.scale);
}

}  // namespace

std::unique_ptr<Experiment> MakePhases() { return std::make_unique<Phases>(); }

}  // namespace hypnos::lab
