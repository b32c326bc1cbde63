#include "lab/replicas.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/imaging/transform.h"
#include "hypnos/sources/file_source.h"
#include "lab/options.h"
#include "lab/replicas_cell.h"
#include "lab/video_folder.h"

namespace hypnos::lab {
namespace {

// The rest is what is judged on.
constexpr double kLearnedShare = 0.6;
constexpr size_t kFewestFrames = 250;

struct RuleName {
  std::string_view name;
  LearningRule rule;
  bool rms = false;
};
constexpr std::array kRules = {RuleName{"rehearsed", LearningRule::kRehearsed},
                               RuleName{"deferred_contrast", LearningRule::kDeferredContrast},
                               RuleName{"interleaved", LearningRule::kInterleaved},
                               RuleName{"rms", LearningRule::kInterleaved, true}};

struct SharingName {
  std::string_view name;
  Sharing sharing;
};
constexpr std::array kSharings = {
    SharingName{"untrained", Sharing::kUntrained},    SharingName{"alone", Sharing::kAlone},
    SharingName{"together", Sharing::kTogether},      SharingName{"mean", Sharing::kMean},
    SharingName{"mean_layers", Sharing::kMeanLayers}, SharingName{"sum", Sharing::kSum},
    SharingName{"length", Sharing::kLength},          SharingName{"exp", Sharing::kExp},
    SharingName{"moment", Sharing::kMoment},          SharingName{"adam", Sharing::kAdam},
    SharingName{"strangers", Sharing::kStrangers},    SharingName{"once", Sharing::kOnce}};

template <class Table>
std::vector<std::string> NamesOf(const Table& table) {
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

template <class Table>
const auto& Named(const Table& table, const std::string& name) {
  return *std::ranges::find_if(table, [&](const auto& row) { return row.name == name; });
}

Result<Scene> ReadScene(const std::string& path, const ReplicasCell& cell, double scale) {
  HYPNOS_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                          OpenFileSource({path, true}, {.path = path}));
  std::vector<Frame> frames;
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd next, source->Next());
    if (std::holds_alternative<EndOfStream>(next)) break;
    Frame frame = std::get<Frame>(std::move(next));
    Image grey, small;
    ToGrey(frame.image, &grey);
    Resize(grey, cell.width, cell.height, &small);
    frame.image = std::move(small);
    frames.push_back(std::move(frame));
  }
  frames.resize(static_cast<size_t>(std::llround(scale * static_cast<double>(frames.size()))));
  if (frames.size() < kFewestFrames) {
    return Error{Code::kInvalidArgument, "CLIP_TOO_SHORT",
                 Format("'{}': {} frames are too few to learn from some and be judged by others; "
                        "it takes {}",
                        path, frames.size(), kFewestFrames)};
  }
  Scene scene{.name = std::filesystem::path(path).stem().string(), .learned = {}, .held_out = {}};
  const auto part =
      frames.begin() + std::llround(kLearnedShare * static_cast<double>(frames.size()));
  scene.learned.assign(std::make_move_iterator(frames.begin()), std::make_move_iterator(part));
  scene.held_out.assign(std::make_move_iterator(part), std::make_move_iterator(frames.end()));
  return scene;
}

class ReplicasExperiment final : public Experiment {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("--rules", rules_, "By which the networks learn")
        ->delimiter(',')
        ->check(CLI::IsMember(NamesOf(kRules)))
        ->capture_default_str();
    app.add_option("--sharing", sharings_, "How they share what they learn")
        ->delimiter(',')
        ->check(CLI::IsMember(NamesOf(kSharings)))
        ->capture_default_str();
    app.add_option("--rounds", rounds_, "Frames between two averages")
        ->delimiter(',')
        ->check(CLI::Range(10, 1000000))
        ->capture_default_str();
    app.add_option("--rates", rates_, "At which they learn")
        ->delimiter(',')
        ->check(CLI::Range(1e-6, 1.0))
        ->capture_default_str();
    app.add_option("--frames", cell_.frames, "That each network is shown")
        ->check(CLI::Range(10, 100000000))
        ->capture_default_str();
  }

  Result<Plan> MakePlan(const LabOptions& options, FileSystem& /*files*/) override {
    HYPNOS_RETURN_IF_ERROR(ReadScenes(options));
    Plan plan;
    plan.key_columns = {"rule", "sharing", "scene", "rate", "round", "frames", "seed"};
    plan.configuration = Format("{} x {} pixels; {} frames for each network.\n", cell_.width,
                                cell_.height, cell_.frames);
    for (size_t s = 0; s < scenes_.size(); ++s) {
      for (const char* figure : {"pairs", "auc", "splice", "hybrid", "dream"}) {
        plan.result_columns.push_back(Format("{}_{}_percent", figure, s + 1));
      }
      plan.configuration +=
          Format("Scene {}: '{}', {} frames to learn from, {} to be judged by.\n", s + 1,
                 scenes_[s].name, scenes_[s].learned.size(), scenes_[s].held_out.size());
    }
    for (unsigned i = 0; i < options.seeds; ++i) {
      for (const std::string& rule : rules_) {
        for (const int64_t round : rounds_) {
          for (const double rate : rates_) {
            cell_.round = round;
            cell_.rate = rate;
            for (const std::string& sharing : sharings_) {
              AddCells(rule, sharing, options.seed + i, plan);
            }
          }
        }
      }
    }
    return plan;
  }

 private:
  Status ReadScenes(const LabOptions& options) {
    for (const std::string& folder : options.data) {
      HYPNOS_ASSIGN_OR_RETURN(const std::vector<std::string> paths, VideosIn(folder));
      for (const std::string& path : paths) {
        HYPNOS_ASSIGN_OR_RETURN(Scene scene, ReadScene(path, cell_, options.scale));
        scenes_.push_back(std::move(scene));
      }
    }
    if (scenes_.size() >= 2) return {};
    return Error{Code::kInvalidArgument, "TOO_FEW_SCENES",
                 "--data: name a folder with two clips or more, one for each network"};
  }

  void AddCells(const std::string& rule, const std::string& sharing, uint64_t seed, Plan& plan) {
    ReplicasCell cell = cell_;
    cell.rule = Named(kRules, rule).rule;
    cell.rms = Named(kRules, rule).rms;
    cell.sharing = Named(kSharings, sharing).sharing;
    cell.seed = seed;
    if (cell.sharing != Sharing::kAlone) return AddCell(rule, sharing, "all", cell, plan);
    for (; cell.scene < scenes_.size(); ++cell.scene) {
      AddCell(rule, sharing, Format("{}", cell.scene + 1), cell, plan);
    }
  }

  void AddCell(const std::string& rule, const std::string& sharing, const std::string& scene,
               const ReplicasCell& cell, Plan& plan) {
    plan.cells.push_back({{rule, sharing, scene, Format("{}", cell.rate), Format("{}", cell.round),
                           Format("{}", cell.frames), Format("{}", cell.seed)},
                          RoundsOf(cell, scenes_.size()),
                          [cell, this](const GoOn& go_on) -> Result<Row> {
                            HYPNOS_ASSIGN_OR_RETURN(
                                const auto scores,
                                RunReplicasCell(cell, scenes_, [&] { return go_on(1); }));
                            Row row;
                            for (const TellsApart& score : scores) {
                              row.push_back(Percent(score.pairs));
                              row.push_back(Percent(score.auc));
                              for (const double auc : score.auc_of) row.push_back(Percent(auc));
                            }
                            return row;
                          }});
  }

  ReplicasCell cell_;
  std::vector<std::string> rules_ = {"rehearsed"};
  std::vector<std::string> sharings_ = {"untrained", "alone", "together", "mean", "mean_layers"};
  std::vector<double> rates_ = {0.0005};
  std::vector<int64_t> rounds_ = {128};
  std::vector<Scene> scenes_;
};

}  // namespace

std::unique_ptr<Experiment> MakeReplicas() { return std::make_unique<ReplicasExperiment>(); }

}  // namespace hypnos::lab
