#include "lab/boring_video.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "lab/boring_video_cell.h"
#include "lab/image_set.h"
#include "lab/options.h"

namespace hypnos::lab {
namespace {

constexpr size_t kLayers = 2;

constexpr const char* kPlain = "plain";
constexpr const char* kRms = "rms";

const Row kKeyColumns = {"data",
                         "judged_on",
                         "units",
                         "seed",
                         "batches",
                         "steps",
                         "shift",
                         "own_share",
                         "optimiser",
                         "rate",
                         "velocity",
                         "weight_decay",
                         "temperature_per_unit",
                         "peer_normalisation"};

// The share of the updates with the full rate; over the others it falls to zero.
constexpr double kHeldShare = 0.5;

struct Flags {
  size_t units = 1000;
  double epochs = 10;
  size_t steps = 8;
  size_t shift = 1;
  float own_share = 0.5f;
  std::string optimiser = kRms;
  float rate = 3e-4f;
  float velocity = 0;
  float weight_decay = 3e-4f;
  float temperature_per_unit = 0.1f;
  float peer_normalisation = 0;
  bool validate = false;
};

Row ResultColumns() {
  Row columns = {"error_percent", "read_out_error_percent"};
  for (size_t l = 1; l <= kLayers; ++l) columns.push_back(Format("layer_{}_error_percent", l));
  for (size_t steps = 1; steps <= kJudgedSteps; ++steps) {
    columns.push_back(Format("error_after_{}_percent", steps));
  }
  return columns;
}

Result<Row> RunCell(const BoringVideoCell& cell, const ImageSet& set, const GoOn& go_on) {
  const BoringVideoWatch watch{
      .learned = [&] { return go_on(1); },
      .judged =
          [&](size_t passes, double error) {
            log::Info("'{}', seed {}: {} passes, {} % of the first images judged named wrongly",
                      set.name, cell.seed, passes, Percent(error));
          }};
  HYPNOS_ASSIGN_OR_RETURN(const BoringVideoScore score, RunBoringVideoCell(cell, set, watch));
  Row row = {Percent(score.error), Percent(score.read_out_error)};
  for (const double share : score.layer_errors) row.push_back(Percent(share));
  for (const double share : score.error_by_steps) row.push_back(Percent(share));
  return row;
}

class BoringVideo final : public Experiment {
 public:
  void Declare(CLI::App& app) override;
  Result<Plan> MakePlan(const LabOptions& options, FileSystem& files) override;

 private:
  void AddCells(const ImageSet& set, const LabOptions& options, Plan& plan) const;
  BoringVideoCell MakeCell(size_t batches) const;
  Row KeyOf(const ImageSet& set, const BoringVideoCell& cell) const;
  std::string Describe(const LabOptions& options) const;

  Flags flags_;
  std::vector<ImageSet> sets_;
};

void BoringVideo::Declare(CLI::App& app) {
  const CLI::Validator positive(CheckPositive, "POSITIVE");
  const auto add = [&](const char* name, auto& value, const char* what) {
    return app.add_option(name, value, what)->capture_default_str();
  };
  add("--units", flags_.units, "Of each of the two layers")->check(CLI::Range(1, 100'000));
  add("--epochs", flags_.epochs, "Passes over the training images")->check(positive);
  add("--steps", flags_.steps, "For which an image is held and learned")
      ->check(CLI::Range(1, 1000));
  add("--shift", flags_.shift, "Pixels by which training images are moved at random, at the most")
      ->check(CLI::Range(0, 1000));
  add("--own-share", flags_.own_share,
      "Share of the negatives whose label is drawn from what the read-out holds for likely; the "
      "others' labels are any wrong ones")
      ->check(CLI::Range(0.0, 1.0));
  add("--optimiser", flags_.optimiser, "Whether gradients are normalised")
      ->check(CLI::IsMember({kPlain, kRms}));
  add("--rate", flags_.rate, "Learning rate; it falls to zero in the second half")->check(positive);
  add("--velocity", flags_.velocity, "Share of the velocity kept")->check(CLI::Range(0.0, 1.0));
  add("--weight-decay", flags_.weight_decay, "Of the rate, for each step")
      ->check(CLI::NonNegativeNumber);
  add("--temperature-per-unit", flags_.temperature_per_unit,
      "T / units, of p = sigmoid((G - theta) / T)")
      ->check(positive);
  add("--peer-normalisation", flags_.peer_normalisation, "lambda; 0: none")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--validate", flags_.validate,
               "Judges by the last 10000 training images, then not learned from, instead of the "
               "test images: to choose settings by");
}

Result<Plan> BoringVideo::MakePlan(const LabOptions& options, FileSystem& files) {
  HYPNOS_ASSIGN_OR_RETURN(sets_, LoadImageSets(files, options.data, flags_.validate));
  Plan plan;
  plan.key_columns = kKeyColumns;
  plan.result_columns = ResultColumns();
  for (const ImageSet& set : sets_) AddCells(set, options, plan);
  plan.configuration = Describe(options);
  return plan;
}

void BoringVideo::AddCells(const ImageSet& set, const LabOptions& options, Plan& plan) const {
  const size_t per_pass = set.train.count() / kImagesPerBatch;
  const double batches =
      std::max(1.0, std::round(static_cast<double>(per_pass) * flags_.epochs * options.scale));
  BoringVideoCell cell = MakeCell(static_cast<size_t>(batches));
  for (unsigned i = 0; i < options.seeds; ++i) {
    cell.seed = options.seed + i;
    plan.cells.push_back({KeyOf(set, cell), cell.batches,
                          [cell, &set](const GoOn& go_on) { return RunCell(cell, set, go_on); }});
  }
}

BoringVideoCell BoringVideo::MakeCell(size_t batches) const {
  BoringVideoCell cell;
  cell.batches = batches;
  cell.steps = flags_.steps;
  cell.own_share = flags_.own_share;
  cell.shift = flags_.shift;
  cell.units = std::vector<size_t>(kLayers, flags_.units);
  const uint64_t updates = batches * flags_.steps;
  const auto held = static_cast<uint64_t>(kHeldShare * static_cast<double>(updates));
  cell.learning = {.rule = LearningRule::kInterleaved,
                   .optimiser = flags_.optimiser == kRms ? Optimiser::kRms : Optimiser::kPlain,
                   .rate = flags_.rate,
                   .hold_steps = held,
                   .fall_steps = updates - held,
                   .velocity = flags_.velocity,
                   .weight_decay = flags_.weight_decay};
  cell.temperature_per_unit = flags_.temperature_per_unit;
  cell.peer_normalisation = flags_.peer_normalisation;
  return cell;
}

Row BoringVideo::KeyOf(const ImageSet& set, const BoringVideoCell& cell) const {
  return {set.name,
          flags_.validate ? "validation" : "test",
          Format("{}", flags_.units),
          Format("{}", cell.seed),
          Format("{}", cell.batches),
          Format("{}", cell.steps),
          Format("{}", cell.shift),
          Number(cell.own_share),
          flags_.optimiser,
          Number(cell.learning.rate),
          Number(cell.learning.velocity),
          Number(cell.learning.weight_decay),
          Number(cell.temperature_per_unit),
          Number(cell.peer_normalisation)};
}

std::string BoringVideo::Describe(const LabOptions& options) const {
  std::string text =
      Format("{} recurrent layers of {} units, batches of {} images, {} steps each.\n", kLayers,
             flags_.units, kImagesPerBatch, flags_.steps);
  for (const ImageSet& set : sets_) {
    text += Format("Data '{}': {} training images, judged by {} {} images of {} x {}.\n", set.name,
                   set.train.count(), set.test.count(), flags_.validate ? "kept back" : "test",
                   set.width, set.height);
  }
  return text + Format("{} passes, of which the share {} is run.\n", flags_.epochs, options.scale);
}

}  // namespace

std::unique_ptr<Experiment> MakeBoringVideo() { return std::make_unique<BoringVideo>(); }

}  // namespace hypnos::lab
