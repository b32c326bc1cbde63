#include "lab/nab.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <utility>

#include "hypnos/base/clock.h"
#include "hypnos/base/format.h"
#include "lab/nab_arms.h"
#include "lab/nab_cell.h"
#include "lab/nab_data.h"
#include "lab/nab_score.h"

namespace hypnos::lab {
namespace {

const Row kKeyColumns = {"arm", "seed"};
const Row kResultColumns = {"standard",     "low_false_alarms", "low_misses",     "found",
                            "false_alarms", "threshold",        "rows_per_second"};

// Decades of what is told are written as a share of so many.
constexpr double kMostDecades = 50;

size_t RowsOf(const std::vector<NabFile>& files) {
  return std::accumulate(files.begin(), files.end(), size_t{0},
                         [](size_t sum, const NabFile& file) { return sum + file.rows.size(); });
}

class NabExperiment final : public Experiment {
 public:
  void Declare(CLI::App& app) override {
    DeclareNabArms(app, arms_);
    app.add_option("--scores", scores_,
                   "Folder for the scores of each row, in the benchmark's own format: a folder for "
                   "each arm and seed, with timestamp,value,anomaly_score");
  }

  Result<Plan> MakePlan(const LabOptions& options, FileSystem& files) override {
    if (options.data.size() != 1) {
      return Error{Code::kNotFound, "NO_DATA",
                   "nab needs --data FOLDER with data and labels/combined_windows.json, as in the "
                   "Numenta Anomaly Benchmark"};
    }
    files_ = &files;
    HYPNOS_ASSIGN_OR_RETURN(data_, ReadNab(files, options.data.front()));
    const size_t rows = RowsOf(data_);
    Plan plan;
    plan.key_columns = kKeyColumns;
    plan.result_columns = kResultColumns;
    plan.configuration =
        Format("{} files, {} rows; one configuration, each file read once.\n", data_.size(), rows);
    for (const std::string& name : arms_) {
      const NabArm arm = NabArmNamed(name);
      for (unsigned i = 0; i < options.seeds; ++i) {
        const uint64_t seed = options.seed + i;
        const Row key = {name, Format("{}", seed)};
        plan.cells.push_back(
            {key, rows, [this, key, cell = MakeNabCell(arm, seed)](const GoOn& go_on) {
               return Run(cell, key, go_on);
             }});
      }
    }
    return plan;
  }

 private:
  Result<Row> Run(const NabCell& cell, const Row& key, const GoOn& go_on) const {
    const SystemClock clock;
    const Instant begin = clock.Now();
    std::vector<NabScored> scored;
    for (const NabFile& file : data_) {
      HYPNOS_ASSIGN_OR_RETURN(
          const std::vector<NabRow> rows,
          WatchSeries(cell, file.path, file.rows.size(), [&] { return go_on(1); }));
      NabScored& one = scored.emplace_back(NabScored{.scores = {}, .windows = file.windows});
      for (const NabRow& row : rows) one.scores.push_back(row.told);
      if (!scores_.empty()) HYPNOS_RETURN_IF_ERROR(Write(file, rows, key));
    }
    const double seconds = Seconds(clock.Now() - begin);
    const NabResult standard = ScoreNab(scored, kNabStandard);
    return Row{Format("{:.2f}", standard.score),
               Format("{:.2f}", ScoreNab(scored, kNabLowFalseAlarms).score),
               Format("{:.2f}", ScoreNab(scored, kNabLowMisses).score),
               Format("{}", standard.found),
               Format("{}", standard.false_alarms),
               Format("{:.3f}", standard.threshold),
               Format("{:.0f}", static_cast<double>(RowsOf(data_)) / seconds)};
  }

  Status Write(const NabFile& file, const std::vector<NabRow>& rows, const Row& key) const {
    const std::string path = Format("{}/{}-{}/{}", scores_, key[0], key[1], file.name);
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    std::string text = "timestamp,value,anomaly_score\n";
    for (size_t i = 0; i < rows.size(); ++i) {
      text += Format("{},{}\n", file.rows[i], std::min(1.0, rows[i].told / kMostDecades));
    }
    HYPNOS_ASSIGN_OR_RETURN(const auto out, files_->CreateFile(path));
    HYPNOS_RETURN_IF_ERROR(out->Append(text));
    return out->Close();
  }

  std::vector<std::string> arms_;
  std::string scores_;
  FileSystem* files_ = nullptr;
  std::vector<NabFile> data_;
};

}  // namespace

std::unique_ptr<Experiment> MakeNab() { return std::make_unique<NabExperiment>(); }

}  // namespace hypnos::lab
