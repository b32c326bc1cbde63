#include "lab/online_video.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/sources/file_source.h"
#include "lab/online_video_cell.h"
#include "lab/options.h"
#include "lab/video_folder.h"

namespace hypnos::lab {
namespace {

// Of Debian's package opencv-doc.
constexpr const char* kVtest = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";
// As in configs/demo.yaml, nearly: the rest is what is judged on.
constexpr double kLearnedShare = 0.8;

struct PredictorName {
  std::string_view name;
  VideoPredictor predictor;
  bool network;  // drawn from a seed
};

constexpr const char* kDelta = "delta";
constexpr const char* kLeastSquares = "least_squares";

constexpr std::array kPredictors = {
    PredictorName{"learning", VideoPredictor::kLearning, true},
    PredictorName{"frozen", VideoPredictor::kFrozen, true},
    PredictorName{"copy_last", VideoPredictor::kCopyLast, false},
    PredictorName{"linear", VideoPredictor::kLinear, false},
    PredictorName{"linear_two", VideoPredictor::kLinearTwo, false},
};

const Row kKeyColumns = {"clip",   "predictor", "read_out", "seed",
                         "frames", "learned",   "width",    "height"};
// Errors in per cent of the input's variance, the others of pairs; both are small differences.
const Row kResultColumns = {"error_percent",
                            "late_error_percent",
                            "held_out_error_percent",
                            "dream_pairs_1_percent",
                            "dream_pairs_2_percent",
                            "first_probe_pairs_1_percent",
                            "first_probe_pairs_2_percent",
                            "probe_pairs_1_percent",
                            "probe_pairs_2_percent",
                            "probe_auc_1_percent",
                            "probe_auc_2_percent"};

std::vector<std::string> PredictorNames() {
  std::vector<std::string> names;
  names.reserve(kPredictors.size());
  for (const PredictorName& row : kPredictors) names.emplace_back(row.name);
  return names;
}

void Append(const std::vector<double>& layers, Row& row) {
  for (size_t l = 0; l < 2; ++l) {
    row.push_back(l < layers.size() ? Percent(layers[l]) : "");
  }
}

Result<Row> RunCell(const OnlineVideoCell& cell, const VideoClip& clip, const GoOn& go_on) {
  HYPNOS_ASSIGN_OR_RETURN(const OnlineVideoScore score,
                          RunOnlineVideoCell(cell, clip, [&] { return go_on(1); }));
  Row row = {Percent(score.error), Percent(score.late_error), Percent(score.held_out_error)};
  Append(score.dream_pairs, row);
  Append(score.first_probe_pairs, row);
  Append(score.probe_pairs, row);
  Append(score.probe_auc, row);
  return row;
}

// Counted by reading it: what a file says of its length is an estimate.
Result<int64_t> CountFrames(const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                          OpenFileSource({path, true}, {.path = path}));
  for (int64_t frames = 0;; ++frames) {
    HYPNOS_ASSIGN_OR_RETURN(const FrameOrEnd next, source->Next());
    if (std::holds_alternative<EndOfStream>(next)) return frames;
  }
}

class OnlineVideo final : public Experiment {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("--predictors", predictors_, "Networks and what they are compared with")
        ->delimiter(',')
        ->check(CLI::IsMember(PredictorNames()))
        ->capture_default_str();
    app.add_option("--read-outs", read_outs_, "How the networks' read-outs learn")
        ->delimiter(',')
        ->check(CLI::IsMember({kDelta, kLeastSquares}))
        ->capture_default_str();
    app.add_option("--width", cell_.width, "Of the frames as the network sees them, in pixels")
        ->check(CLI::Range(16, 4096))
        ->capture_default_str();
    app.add_option("--height", cell_.height, "The same")
        ->check(CLI::Range(16, 4096))
        ->capture_default_str();
  }

  Result<Plan> MakePlan(const LabOptions& options, FileSystem& /*files*/) override {
    HYPNOS_RETURN_IF_ERROR(FindClips(options));
    Plan plan;
    plan.key_columns = kKeyColumns;
    plan.result_columns = kResultColumns;
    plan.configuration =
        Format("{} x {} pixels, patches of {}, layers of {} and {} units.\n", cell_.width,
               cell_.height, cell_.patch, cell_.units[0], cell_.units[1]);
    for (const VideoClip& clip : clips_) {
      plan.configuration += Format("Clip '{}': {} frames, of which {} are learned from.\n",
                                   clip.name, clip.frames, clip.learned);
      for (const std::string& name : predictors_) AddCells(clip, name, options, plan);
    }
    return plan;
  }

 private:
  Status FindClips(const LabOptions& options) {
    std::vector<std::string> paths;
    if (options.data.empty()) paths = {kVtest};
    for (const std::string& folder : options.data) {
      HYPNOS_ASSIGN_OR_RETURN(const std::vector<std::string> found, VideosIn(folder));
      paths.insert(paths.end(), found.begin(), found.end());
    }
    for (const std::string& path : paths) {
      HYPNOS_ASSIGN_OR_RETURN(const int64_t frames, CountFrames(path));
      VideoClip clip{.name = std::filesystem::path(path).stem().string(), .path = path};
      clip.frames = std::llround(options.scale * static_cast<double>(frames));
      clip.learned = std::llround(kLearnedShare * static_cast<double>(clip.frames));
      // Names stand in a CSV file.
      std::ranges::replace_if(
          clip.name, [](unsigned char c) { return c < ' ' || c == ',' || c == '"'; }, '_');
      clips_.push_back(std::move(clip));
    }
    return {};
  }

  void AddCells(const VideoClip& clip, const std::string& name, const LabOptions& options,
                Plan& plan) const {
    const auto named = std::ranges::find(kPredictors, name, &PredictorName::name);
    OnlineVideoCell cell = cell_;
    cell.predictor = named->predictor;
    if (!named->network) return AddCell(clip, cell, name, "", "", plan);
    for (const std::string& read_out : read_outs_) {
      cell.least_squares = read_out == kLeastSquares;
      for (unsigned i = 0; i < options.seeds; ++i) {
        cell.seed = options.seed + i;
        AddCell(clip, cell, name, read_out, Format("{}", cell.seed), plan);
      }
    }
  }

  static void AddCell(const VideoClip& clip, const OnlineVideoCell& cell, const std::string& name,
                      const std::string& read_out, const std::string& seed, Plan& plan) {
    Row key = {clip.name,
               name,
               read_out,
               seed,
               Format("{}", clip.frames),
               Format("{}", clip.learned),
               Format("{}", cell.width),
               Format("{}", cell.height)};
    plan.cells.push_back({std::move(key), static_cast<uint64_t>(clip.frames),
                          [cell, &clip](const GoOn& go_on) { return RunCell(cell, clip, go_on); }});
  }

  OnlineVideoCell cell_;
  std::vector<std::string> predictors_ = PredictorNames();
  std::vector<std::string> read_outs_ = {kDelta, kLeastSquares};
  std::vector<VideoClip> clips_;
};

}  // namespace

std::unique_ptr<Experiment> MakeOnlineVideo() { return std::make_unique<OnlineVideo>(); }

}  // namespace hypnos::lab
