#include "lab/oddities.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/imaging/transform.h"
#include "hypnos/sources/file_source.h"
#include "lab/novelty_cell.h"
#include "lab/oddity.h"
#include "lab/oddity_tally.h"

namespace hypnos::lab {
namespace {

// As the network sees them, see NoveltyPipeline.
constexpr int kWidth = 360;
constexpr int kHeight = 240;
// Clips that are faster are thinned out.
constexpr double kMostFramesASecond = 15;

const Row kKeyColumns = {"clip", "seed"};

struct OddClip {
  std::vector<Image> pictures;
  double frame_rate_hz = 0;
};

Result<OddClip> ReadClip(const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                          OpenFileSource({"clip", true}, {.path = path}));
  OddClip clip;
  Duration last{};
  int64_t frames = 0;
  Image grey;
  for (;; ++frames) {
    HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd next, source->Next());
    const auto* frame = std::get_if<Frame>(&next);
    if (frame == nullptr) break;
    last = frame->presentation_time;
    ToGrey(frame->image, &grey);
    Resize(grey, kWidth, kHeight, &clip.pictures.emplace_back());
  }
  if (frames < 2 || last <= Duration()) {
    return Error{Code::kInvalidArgument, "TOO_SHORT",
                 Format("'{}' has less than two frames, or they have no times", path)};
  }
  const double rate_hz = static_cast<double>(frames - 1) / Seconds(last);
  const auto every = static_cast<size_t>(std::ceil(rate_hz / kMostFramesASecond));
  std::vector<Image> kept;
  for (size_t i = 0; i < clip.pictures.size(); i += every) {
    kept.push_back(std::move(clip.pictures[i]));
  }
  clip.pictures = std::move(kept);
  clip.frame_rate_hz = rate_hz / static_cast<double>(every);
  return clip;
}

class Oddities final : public Experiment {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("--warm-up", plan_.warm_up_seconds, "Seconds in which nothing is unusual")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--apart", plan_.apart_seconds, "Seconds from one oddity to the next")
        ->check(CLI::Range(20.0, 1e6))
        ->capture_default_str();
    app.add_option("--lasts", plan_.lasts_seconds, "Seconds that each lasts")
        ->check(CLI::Range(0.5, 9.0))
        ->capture_default_str();
    app.add_option("--times", plan_.times, "How often there is each")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
  }

  Result<Plan> MakePlan(const LabOptions& options, FileSystem& /*files*/) override {
    if (options.data.empty()) {
      return Error{Code::kNotFound, "NO_DATA",
                   "oddities needs --data CLIP, a video of a fixed camera; may be repeated"};
    }
    plan_.times = std::max(1, static_cast<int>(std::lround(options.scale * plan_.times)));
    Plan plan;
    plan.key_columns = kKeyColumns;
    plan.configuration =
        Format("After {} s without any, each of {} oddities {} times, for {} s, one every {} s.\n",
               plan_.warm_up_seconds, kAllOddities.size(), plan_.times, plan_.lasts_seconds,
               plan_.apart_seconds);
    for (const Oddity oddity : kAllOddities) {
      for (const char* figure : {"found", "of", "delay_s", "score"}) {
        plan.result_columns.push_back(Format("{}_{}", ToString(oddity), figure));
      }
    }
    plan.result_columns.emplace_back("false_alarms_per_hour");
    const auto frames = static_cast<uint64_t>(Seconds(LengthOf(plan_)) * kMostFramesASecond);
    for (const std::string& path : options.data) {
      std::string name = std::filesystem::path(path).stem().string();
      // Names stand in a CSV file.
      std::ranges::replace_if(
          name, [](unsigned char c) { return c < ' ' || c == ',' || c == '"'; }, '_');
      // Here, and not when its turn comes.
      HYPNOS_ASSIGN_OR_RETURN(const auto opened, OpenFileSource({name, true}, {.path = path}));
      (void)opened;
      for (unsigned i = 0; i < options.seeds; ++i) {
        const uint64_t seed = options.seed + i;
        plan.cells.push_back(
            {{name, Format("{}", seed)}, frames, [this, path, seed](const GoOn& go_on) {
               return RunCell(path, seed, go_on);
             }});
      }
    }
    return plan;
  }

 private:
  Result<Row> RunCell(const std::string& path, uint64_t seed, const GoOn& go_on) const {
    HYPNOS_ASSIGN_OR_RETURN(OddClip clip, ReadClip(path));
    PipelineOptions options = NoveltyPipeline(seed);
    NoveltyOptions& novelty = options.novelty.emplace().options;
    novelty.events.warm_up_seconds = plan_.warm_up_seconds;
    novelty.calibration.new_normal_seconds = kNewNormalSeconds;
    OddityTally tally(plan_);
    HYPNOS_RETURN_IF_ERROR(WatchSource(
        options,
        std::make_unique<OddSource>(std::move(clip.pictures), clip.frame_rate_hz, plan_,
                                    Rng(seed).Fork("oddities")),
        [&] { return go_on(1); }, tally));
    Row row;
    for (const Oddity oddity : kAllOddities) {
      const OddityTally::Of sum = tally.Sum(oddity);
      row.push_back(Format("{}", sum.found));
      row.push_back(Format("{}", sum.times));
      row.push_back(sum.found == 0 ? "" : Format("{:.2f}", sum.delay_seconds));
      row.push_back(Format("{:.2f}", sum.score));
    }
    row.push_back(Format("{:.1f}", tally.false_alarms_per_hour()));
    return row;
  }

  OddityPlan plan_;
};

}  // namespace

std::unique_ptr<Experiment> MakeOddities() { return std::make_unique<Oddities>(); }

}  // namespace hypnos::lab
