#include "lab/relations.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "hypnos/base/format.h"
#include "lab/nab_arms.h"
#include "lab/nab_cell.h"
#include "lab/plant.h"
#include "lab/roc.h"

namespace hypnos::lab {
namespace {

const Row kKeyColumns = {"arm", "seed", "times"};

// After a fault: so long some windows still look back at it.
constexpr size_t kAfterRows = 120;
// Of the stretches in which nothing is wrong, so many may be told.
constexpr double kFalseShare = 0.05;

double Highest(const std::vector<NabRow>& rows, size_t begin, size_t end) {
  double highest = 0;
  for (size_t i = begin; i < end; ++i) highest = std::max(highest, rows[i].score);
  return highest;
}

// The highest scores of stretches as long as a fault in which nothing is wrong.
std::vector<double> PlainScores(const std::vector<NabRow>& rows,
                                const std::vector<FaultMoment>& moments, const PlantPlan& plan) {
  std::vector<double> scores;
  size_t begin = plan.warm_up_rows;
  for (const FaultMoment& moment : moments) {
    for (; begin + plan.lasts_rows <= moment.begin; begin += plan.lasts_rows) {
      scores.push_back(Highest(rows, begin, begin + plan.lasts_rows));
    }
    begin = moment.end + kAfterRows;
  }
  return scores;
}

Row ResultOf(const std::vector<NabRow>& rows, const std::vector<FaultMoment>& moments,
             const PlantPlan& plan) {
  std::vector<double> plain = PlainScores(rows, moments, plan);
  std::ranges::sort(plain, std::greater());
  const auto told = static_cast<size_t>(kFalseShare * static_cast<double>(plain.size()));
  const double threshold = plain[told];
  std::map<Fault, size_t> found;
  std::vector<JudgedScore> judged;
  judged.reserve(plain.size() + moments.size());
  for (const double score : plain) judged.push_back({.score = score, .unusual = false});
  size_t all = 0;
  for (const FaultMoment& moment : moments) {
    const double score = Highest(rows, moment.begin, moment.end);
    judged.push_back({.score = score, .unusual = true});
    const size_t is_found = score > threshold ? 1 : 0;
    found[moment.fault] += is_found;
    all += is_found;
  }
  Row row;
  for (const Fault fault : kAllFaults) row.push_back(Format("{}", found[fault]));
  row.push_back(Format("{}", all));
  row.push_back(Format("{}", moments.size()));
  row.push_back(Format("{:.4f}", AreaUnderRoc(judged)));
  return row;
}

class Relations final : public Experiment {
 public:
  void Declare(CLI::App& app) override {
    DeclareNabArms(app, arms_);
    app.add_option("--times", plan_.times, "How often there is each fault")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
  }

  Result<Plan> MakePlan(const LabOptions& options, FileSystem& /*files*/) override {
    Plan plan;
    plan.key_columns = kKeyColumns;
    for (const Fault fault : kAllFaults) plan.result_columns.emplace_back(ToString(fault));
    for (const char* name : {"found", "of", "auc"}) plan.result_columns.emplace_back(name);
    plan.configuration = Format(
        "{} sensors; after {} rows without any, each of {} faults {} times, for {} rows, one every "
        "{}; found at a threshold above which one plain stretch of as many rows in 20 lies.\n",
        kMachines * kSensors, plan_.warm_up_rows, kAllFaults.size(), plan_.times, plan_.lasts_rows,
        plan_.apart_rows);
    for (const std::string& name : arms_) {
      const NabArm arm = NabArmNamed(name);
      for (unsigned i = 0; i < options.seeds; ++i) {
        const uint64_t seed = options.seed + i;
        plan.cells.push_back(
            {{name, Format("{}", seed), Format("{}", plan_.times)},
             plan_.rows(),
             [this, arm, seed](const GoOn& go_on) { return Run(arm, seed, go_on); }});
      }
    }
    return plan;
  }

 private:
  Result<Row> Run(NabArm arm, uint64_t seed, const GoOn& go_on) const {
    NabCell cell = MakeNabCell(arm, seed);
    std::get<SeriesEncoderOptions>(cell.pipeline.encoder).bumps = 8;
    auto source = std::make_unique<PlantSource>(plan_, Rng(seed).Fork("plant"));
    const std::vector<FaultMoment> moments = source->moments();
    HYPNOS_ASSIGN_OR_RETURN(
        const std::vector<NabRow> rows,
        WatchRows(cell, std::move(source), plan_.rows(), [&] { return go_on(1); }));
    return ResultOf(rows, moments, plan_);
  }

  std::vector<std::string> arms_;
  PlantPlan plan_;
};

}  // namespace

std::unique_ptr<Experiment> MakeRelations() { return std::make_unique<Relations>(); }

}  // namespace hypnos::lab
