#include "lab/potato.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "hypnos/base/format.h"
#include "lab/options.h"
#include "lab/potato_cell.h"

namespace hypnos::lab {
namespace {

struct NetworkName {
  std::string_view name;
  PotatoNetwork network;
};

constexpr std::array kNetworks = {
    NetworkName{"recurrent", PotatoNetwork::kRecurrent},
    NetworkName{"feed_forward", PotatoNetwork::kFeedForward},
    NetworkName{"untrained", PotatoNetwork::kUntrained},
    NetworkName{"input", PotatoNetwork::kInput},
};

const Row kKeyColumns = {"network", "learned_at", "tested_at", "steps_per_frame", "seed",
                         "shapes",  "noise",      "frames",    "damping",         "rate"};
const Row kResultColumns = {"shape_percent", "side_percent", "change_1", "change_2"};

std::vector<std::string> NetworkNames() {
  std::vector<std::string> names;
  names.reserve(kNetworks.size());
  for (const NetworkName& row : kNetworks) names.emplace_back(row.name);
  return names;
}

Result<Row> RunCell(const PotatoCell& cell, const PotatoViews& views, const GoOn& go_on) {
  HYPNOS_ASSIGN_OR_RETURN(const PotatoScore score,
                          RunPotatoCell(cell, views, [&] { return go_on(1); }));
  Row row = {Percent(score.accuracy), Percent(score.side_accuracy)};
  for (const double change : score.change) row.push_back(Format("{:.4f}", change));
  row.resize(kResultColumns.size());
  return row;
}

class Potato final : public Experiment {
 public:
  void Declare(CLI::App& app) override {
    const auto list = [&](const char* name, auto& values, const char* what) {
      return app.add_option(name, values, what)->delimiter(',')->capture_default_str();
    };
    list("--networks", networks_, "With recurrence, without, as drawn, and none at all")
        ->check(CLI::IsMember(NetworkNames()));
    list("--speeds", speeds_, "Revolutions a second, at 25 frames a second")
        ->check(CLI::Range(0.0, 100.0));
    app.add_option("--learned-at", learned_at_,
                   "Revolutions a second while layers and read-out learn; 0: as when tested")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    list("--steps-per-frame", steps_, "For how many steps a frame is held")
        ->check(CLI::Range(1, 1000));
    app.add_option("--shapes", cell_.shapes, "How many solids")
        ->check(CLI::Range(2, 256))
        ->capture_default_str();
    app.add_option("--noise", cell_.noise, "Of the camera, in deviations of the pictures")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    app.add_option("--damping", cell_.damping, "k of the recurrent networks; 1 has no memory")
        ->check(CLI::Range(0.001, 1.0))
        ->capture_default_str();
    app.add_option("--rate", cell_.rate, "Learning rate of the layers")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
  }

  Result<Plan> MakePlan(const LabOptions& options, FileSystem& /*files*/) override {
    const auto scaled = [&](size_t frames) {
      const double share = std::round(options.scale * static_cast<double>(frames));
      return std::max<size_t>(1, static_cast<size_t>(share));
    };
    cell_.learning_frames = scaled(cell_.learning_frames);
    cell_.read_out_frames = scaled(cell_.read_out_frames);
    cell_.test_frames = scaled(cell_.test_frames);
    for (unsigned i = 0; i < options.seeds; ++i) {
      // Other solids for another seed.
      HYPNOS_ASSIGN_OR_RETURN(
          PotatoViews views,
          PotatoViews::Render(cell_.shapes, 1000 * (options.seed + i), cell_.side));
      views_.push_back(std::move(views));
    }
    Plan plan;
    plan.key_columns = kKeyColumns;
    plan.result_columns = kResultColumns;
    plan.configuration = Format(
        "{} solids, {} streams of each, {} x {} pixels, layers of {} and {} units; {} frames to "
        "learn from, {} for the read-out, {} to test.\n",
        cell_.shapes, cell_.streams_per_shape, cell_.side, cell_.side, cell_.units[0],
        cell_.units[1], cell_.learning_frames, cell_.read_out_frames, cell_.test_frames);
    for (const std::string& name : networks_) {
      for (const double speed : speeds_) AddCells(name, speed, options, plan);
    }
    return plan;
  }

 private:
  void AddCells(const std::string& name, double speed, const LabOptions& options,
                Plan& plan) const {
    const auto named = std::ranges::find(kNetworks, name, &NetworkName::name);
    for (const int steps : steps_) {
      for (unsigned i = 0; i < options.seeds; ++i) {
        PotatoCell cell = cell_;
        cell.network = named->network;
        cell.tested_at = speed;
        if (learned_at_ == 0) cell.learned_at = speed;
        cell.steps_per_frame = steps;
        cell.seed = options.seed + i;
        Row key = {name,
                   Format("{:g}", cell.learned_at),
                   Format("{:g}", speed),
                   Format("{}", steps),
                   Format("{}", cell.seed),
                   Format("{}", cell.shapes),
                   Format("{:g}", cell.noise),
                   Format("{}", cell.frames()),
                   Number(cell.damping),
                   Number(cell.rate)};
        plan.cells.push_back(
            {std::move(key), cell.frames(), [cell, &views = views_[i]](const GoOn& go_on) {
               return RunCell(cell, views, go_on);
             }});
      }
    }
  }

  PotatoCell cell_;
  std::vector<PotatoViews> views_;  // by seed
  std::vector<std::string> networks_ = NetworkNames();
  std::vector<double> speeds_ = {0.1, 0.2, 0.5, 1, 2, 5, 10};
  double learned_at_ = 0.1;
  std::vector<int> steps_ = {2};
};

}  // namespace

std::unique_ptr<Experiment> MakePotato() { return std::make_unique<Potato>(); }

}  // namespace hypnos::lab
