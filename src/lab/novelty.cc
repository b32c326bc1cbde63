#include "lab/novelty.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/format.h"
#include "hypnos/imaging/codecs.h"
#include "hypnos/novelty/novelty.h"
#include "hypnos/pipeline/place_surprises.h"
#include "lab/localisation.h"
#include "lab/novelty_cell.h"
#include "lab/novelty_data.h"
#include "lab/options.h"
#include "lab/roc.h"

namespace hypnos::lab {
namespace {

// What is left out, or put in the place of what is usual.
struct Arm {
  std::string_view name;
  void (*change)(PipelineOptions&);
};

void ForEachLayer(PipelineOptions& options, void (*change)(NetworkLayerOptions&)) {
  for (NetworkLayerOptions& layer : options.network.layers) change(layer);
}

constexpr std::array kArms = {
    Arm{"full", [](PipelineOptions&) {}},
    // Layers as they were drawn; the read-out learns.
    Arm{"frozen", [](PipelineOptions& options) { options.network.learning.rate = 0; }},
    Arm{"no_recurrence",
        [](PipelineOptions& options) {
          ForEachLayer(options, [](NetworkLayerOptions& layer) { layer.layer.self = false; });
        }},
    // Layers read the one above, too.
    Arm{"top_down",
        [](PipelineOptions& options) {
          ForEachLayer(options, [](NetworkLayerOptions& layer) { layer.top_down = true; });
        }},
    Arm{"one_layer", [](PipelineOptions& options) { options.network.layers.resize(1); }},
    Arm{"no_place",
        [](PipelineOptions& options) {
          std::get<VideoEncoderOptions>(options.encoder).place = false;
        }},
    // High goodness for what is usual, as layers have it by default.
    Arm{"feature_units",
        [](PipelineOptions& options) {
          ForEachLayer(options,
                       [](NetworkLayerOptions& layer) { layer.layer.constraint_units = 0; });
        }},
    // Dreams instead of what is hurried.
    Arm{"dreams", [](PipelineOptions& options) { options.negatives = {.dream = 1, .hurried = 0}; }},
    // Awake and asleep, by the daemon's default rule: what is real is rehearsed beside dreams.
    Arm{"asleep",
        [](PipelineOptions& options) {
          options.negatives = {.dream = 1, .hurried = 0};
          options.network.learning = {};
        }},
};

const Row kKeyColumns = {
    "data",       "arm", "watching", "new_normal_seconds", "scaling_horizon_frames",
    "rate_floor", "seed"};
// pixel_auc_*: see localisation.h; empty where there are no masks.
const Row kResultColumns = {"auc_goodness_percent",
                            "auc_error_percent",
                            "auc_change_percent",
                            "pixel_auc_goodness_percent",
                            "pixel_auc_error_percent",
                            "pixel_auc_change_percent",
                            "frames"};

// What a place is judged by. Goodness: as the daemon does, by layers and change together.
enum class By { kGoodness, kError, kChange };
constexpr std::array kAllBy = {By::kGoodness, By::kError, By::kChange};

class Surprises {
 public:
  Surprises(By by, int steps_per_frame)
      : by_(by), places_(SurpriseKind::kGoodness, steps_per_frame) {}

  // Nothing where nothing has moved yet.
  std::span<const SurpriseMap> Of(const FrameReport& report) {
    const auto all = places_.Of(report);
    if (by_ == By::kGoodness || all.empty()) return all;
    alone_ = {by_ == By::kError ? report.places.prediction_error : report.places.change};
    return {&alone_, 1};
  }

 private:
  By by_;
  PlaceSurprises places_;
  SurpriseMap alone_;
};

// Scores of one run, by one figure.
class Judge {
 public:
  Judge(Surprises surprises, const NoveltyData& data, Novelty novelty)
      : surprises_(std::move(surprises)), data_(data), novelty_(std::move(novelty)) {}

  void Watch(const FrameReport& report) {
    const bool cut = report.discontinuity != Discontinuity::kNone;
    const auto surprises = surprises_.Of(report);
    judged_ = !surprises.empty();
    const NoveltyReport told = novelty_.Observe({.rows = report.places.rows,
                                                 .columns = report.places.columns,
                                                 .surprises = surprises,
                                                 .change = report.places.change,
                                                 .time = report.presentation_time,
                                                 .cut = cut,
                                                 .learn = report.learn});
    const auto label = data_.unusual.find({report.clip, report.index});
    if (label == data_.unusual.end()) return;
    scores_.push_back({told.score, label->second});
    rows_ += Format("{},{},{}\n", report.clip, report.index, told.score);
  }

  // The frame that was judged last.
  void Locate(const FrameReport& report, const PlaceGrid& grid, const Image& mask) {
    const std::span<const float> map = novelty_.map();
    // Of a frame of which nothing can be said nothing is found.
    const bool judged = judged_ && !map.empty();
    located_.push_back(
        {judged ? LocatedScore(map, grid, mask) : std::numeric_limits<double>::lowest(),
         data_.unusual.at({report.clip, report.index})});
  }

  double auc() const { return AreaUnderRoc(scores_); }
  std::string pixel_auc() const {
    return located_.empty() ? std::string() : Percent(AreaUnderRoc(located_));
  }
  size_t frames() const { return scores_.size(); }
  std::string csv() const { return "clip,frame,score\n" + rows_; }

 private:
  Surprises surprises_;
  const NoveltyData& data_;
  Novelty novelty_;
  bool judged_ = false;  // the last frame
  std::vector<JudgedScore> scores_, located_;
  std::string rows_;
};

PlaceGrid GridOf(const PipelineOptions& options, const PlaceFigures& places) {
  const auto& encoder = std::get<VideoEncoderOptions>(options.encoder);
  return {.rows = places.rows,
          .columns = places.columns,
          .size = static_cast<double>(options.network.patches.size * encoder.cell),
          .stride = static_cast<double>(options.network.patches.stride * encoder.cell),
          .width = static_cast<double>(encoder.width),
          .height = static_cast<double>(encoder.height)};
}

Result<Image> ReadMask(FileSystem& files, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(const std::string bytes, files.ReadFile(path));
  Result<Image> mask = DecodeImage({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  if (mask.ok()) return mask;
  return Error{mask.error().code, mask.error().reason,
               Format("mask '{}': {}", path, mask.error().message)};
}

class NoveltyExperiment final : public Experiment {
 public:
  void Declare(CLI::App& app) override {
    std::vector<std::string> names;
    names.reserve(std::size(kArms));
    for (const Arm& arm : kArms) names.emplace_back(arm.name);
    arms_ = names;
    app.add_option("--arms", arms_, "What is left out of the network")
        ->delimiter(',')
        ->check(CLI::IsMember(names))
        ->capture_default_str();
    app.add_option("--watching", watching_, "Whether the network goes on learning from test clips")
        ->delimiter(',')
        ->check(CLI::IsMember({"frozen", "learning"}))
        ->capture_default_str();
    app.add_option("--warm-up", warm_up_seconds_,
                   "Seconds in which all that is seen is usual; Ped2's training clips last 102")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--new-normal", new_normal_seconds_,
                   "Seconds after which what was seen counts for 1/e in the calibration")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--scaling-horizon", scaling_horizon_frames_,
                   "How many frames the input's running mean and deviation look back")
        ->check(CLI::Range(1.0, 1e9))
        ->capture_default_str();
    app.add_option("--rate-floor", rate_floor_,
                   "Share of the rate that layers go on with after 2500 learned frames")
        ->check(CLI::Range(0.0f, 1.0f))
        ->capture_default_str();
    app.add_option("--scores", scores_,
                   "Folder for the scores of each cell, by goodness: clip,frame,score; files are "
                   "called by what tells cells apart in the results, joined by -");
  }

  Result<Plan> MakePlan(const LabOptions& options, FileSystem& files) override {
    if (options.data.empty()) {
      return Error{Code::kNotFound, "NO_DATA",
                   "novelty needs --data FOLDER with train (or train_mp4), test and labels.csv, as "
                   "in UCSD's Ped2; there is no data to go by without"};
    }
    files_ = &files;
    Plan plan;
    plan.key_columns = kKeyColumns;
    plan.result_columns = kResultColumns;
    for (const std::string& folder : options.data) {
      HYPNOS_ASSIGN_OR_RETURN(NoveltyData data, ReadNoveltyData(folder));
      data_.push_back(std::make_unique<NoveltyData>(std::move(data)));
      const std::string name = std::filesystem::path(folder).filename().string();
      plan.configuration += Format("'{}': {} clips, {} frames with a label.\n", name,
                                   data_.back()->clips.size(), data_.back()->unusual.size());
      AddCells(name, *data_.back(), options, plan);
    }
    return plan;
  }

 private:
  void AddCells(const std::string& name, const NoveltyData& data, const LabOptions& options,
                Plan& plan) {
    for (const std::string& arm : arms_) {
      for (const std::string& watching : watching_) {
        for (unsigned i = 0; i < options.seeds; ++i) {
          const uint64_t seed = options.seed + i;
          NoveltyCell cell{.pipeline = NoveltyPipeline(seed), .learns_on = watching == "learning"};
          std::ranges::find(kArms, arm, &Arm::name)->change(cell.pipeline);
          cell.pipeline.network.learning.rate_floor = rate_floor_;
          std::get<VideoEncoderOptions>(cell.pipeline.encoder).scaling.horizon_frames =
              scaling_horizon_frames_;
          Row key = {name,
                     arm,
                     watching,
                     Format("{}", new_normal_seconds_),
                     Format("{}", scaling_horizon_frames_),
                     Format("{}", rate_floor_),
                     Format("{}", seed)};
          plan.cells.push_back(
              {key, data.unusual.size(), [this, cell, key, &data](const GoOn& go_on) {
                 return RunCell(cell, key, data, go_on);
               }});
        }
      }
    }
  }

  Result<Row> RunCell(const NoveltyCell& cell, const Row& key, const NoveltyData& data,
                      const GoOn& go_on) const {
    NoveltyOptions options;
    options.events.warm_up_seconds = warm_up_seconds_;
    options.calibration.new_normal_seconds = new_normal_seconds_;
    std::vector<Judge> judges;
    for (const By by : kAllBy) {
      HYPNOS_ASSIGN_OR_RETURN(Novelty novelty, Novelty::Create(options));
      judges.emplace_back(Surprises(by, cell.pipeline.steps_per_frame), data, std::move(novelty));
    }
    Status masks;
    const Status watched = WatchClips(
        cell, data.clips, [&] { return masks.ok() && go_on(1); },
        [&](const FrameReport& report) {
          for (Judge& judge : judges) judge.Watch(report);
          if (masks.ok()) masks = Locate(cell, data, report, judges);
        });
    // Where a mask cannot be read, that is why it was stopped.
    if (!masks.ok()) return masks.error();
    if (!watched.ok()) return watched.error();
    if (!scores_.empty()) {
      std::string path = scores_ + "/" + key.front();
      for (const std::string& part : std::span(key).subspan(1)) path += "-" + part;
      path += ".csv";
      HYPNOS_ASSIGN_OR_RETURN(const auto file, files_->CreateFile(path));
      HYPNOS_RETURN_IF_ERROR(file->Append(judges.front().csv()));
      HYPNOS_RETURN_IF_ERROR(file->Close());
    }
    Row row;
    for (const Judge& judge : judges) row.push_back(Percent(judge.auc()));
    for (const Judge& judge : judges) row.push_back(judge.pixel_auc());
    row.push_back(Format("{}", judges.front().frames()));
    return row;
  }

  Status Locate(const NoveltyCell& cell, const NoveltyData& data, const FrameReport& report,
                std::vector<Judge>& judges) const {
    const auto path = data.masks.find({report.clip, report.index});
    if (path == data.masks.end() || !data.unusual.contains(path->first)) return {};
    HYPNOS_ASSIGN_OR_RETURN(const Image mask, ReadMask(*files_, path->second));
    const PlaceGrid grid = GridOf(cell.pipeline, report.places);
    for (Judge& judge : judges) judge.Locate(report, grid, mask);
    return {};
  }

  std::vector<std::string> arms_;
  std::vector<std::string> watching_ = {"frozen", "learning"};
  double warm_up_seconds_ = 100;
  double new_normal_seconds_ = kNewNormalSeconds;
  double scaling_horizon_frames_ = kScalingHorizonFrames;
  float rate_floor_ = NoveltyPipeline(1).network.learning.rate_floor;
  std::string scores_;
  FileSystem* files_ = nullptr;
  std::vector<std::unique_ptr<NoveltyData>> data_;
};

}  // namespace

std::unique_ptr<Experiment> MakeNovelty() { return std::make_unique<NoveltyExperiment>(); }

}  // namespace hypnos::lab
