#include "lab/knobs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/novelty/novelty.h"
#include "lab/made_scene.h"

namespace hypnos::lab {
namespace {

using What = MadeMoment::What;

// As configs/novelty.yaml has it; moments are told from its end on.
constexpr double kWarmUp = 300;

// What is shown of a run, seconds after the warm-up, and how often.
struct Shown {
  std::vector<MadeMoment> moments;
  double from = 0;
  double until = 0;
  double every = 0.5;
};

struct Knob {
  std::string panel, name, value;
  const Shown* shown = nullptr;
  NoveltyOptions options;
};

NoveltyOptions Usual() {
  NoveltyOptions options;
  options.events.warm_up_seconds = kWarmUp;
  options.calibration.new_normal_seconds = 86'400;
  return options;
}

// Something brief; something that lasts; twice, with a pause of a second; twice, four seconds
// apart; a light; a picture that stands still.
const Shown kEvents = {.moments = {{10, 10.4, What::kStrange, 1.5},
                                   {20, 25, What::kStrange, 0.7},
                                   {32, 34, What::kStrange, 1.5},
                                   {35.5, 37.5, What::kStrange, 1.5},
                                   {48, 50, What::kStrange, 1.5},
                                   {54, 56, What::kStrange, 1.5},
                                   {68, 68.1, What::kFlash},
                                   {80, 86, What::kStill}},
                       .from = 0,
                       .until = 100,
                       .every = 0.2};
// For a frame; faintly, for long; fainter, and large.
const Shown kEvidence = {.moments = {{10, 10.1, What::kStrange, 3},
                                     {20, 26, What::kStrange, 0.5},
                                     {36, 42, What::kStrange, 0.2, 4}},
                         .from = 0,
                         .until = 50,
                         .every = 0.1};
// Something comes and stays.
const Shown kFading = {
    .moments = {{100, 1e9, What::kStrange, 3}}, .from = 0, .until = 3600, .every = 10};
// The same comes by every two hundred seconds.
const Shown kBeginning = {.moments = {{-150, -145, What::kStrange, 2},
                                      {50, 55, What::kStrange, 2},
                                      {250, 255, What::kStrange, 2},
                                      {450, 455, What::kStrange, 2}},
                          .from = -kWarmUp,
                          .until = 600,
                          .every = 1};

std::vector<Knob> AllKnobs() {
  std::vector<Knob> knobs;
  const auto add = [&](const char* panel, const Shown& shown, const char* name, double value,
                       auto set) {
    Knob knob{panel, name, Format("{:g}", value), &shown, Usual()};
    set(knob.options, value);
    knobs.push_back(std::move(knob));
  };
  const auto events = [&](const char* name, double EventOptions::*field, double value) {
    add("events", kEvents, name, value,
        [field](NoveltyOptions& options, double to) { options.events.*field = to; });
  };
  events("begin_score", &EventOptions::begin_score, 3);
  events("begin_score", &EventOptions::begin_score, 6);
  events("end_score", &EventOptions::end_score, 3);
  events("quiet_seconds", &EventOptions::quiet_seconds, 0.2);
  events("least_seconds", &EventOptions::least_seconds, 0);
  events("least_seconds", &EventOptions::least_seconds, 3);
  events("cooldown_seconds", &EventOptions::cooldown_seconds, 0);
  events("scene_share", &EventOptions::scene_share, 0.9);
  events("settle_seconds", &EventOptions::settle_seconds, 20);
  for (const double reach : {0, 1, 3}) {
    add("evidence", kEvidence, "reach", reach, [](NoveltyOptions& options, double to) {
      options.calibration.reach = static_cast<int>(to);
    });
  }
  for (const double frames : {1, 2, 8}) {
    add("evidence", kEvidence, "persistence_frames", frames,
        [](NoveltyOptions& options, double to) { options.calibration.persistence_frames = to; });
  }
  for (const double seconds : {3600, 14'400, 86'400}) {
    add("fading", kFading, "new_normal_seconds", seconds,
        [](NoveltyOptions& options, double to) { options.calibration.new_normal_seconds = to; });
  }
  for (const double seconds : {10, 60, 300}) {
    add("beginning", kBeginning, "warm_up_seconds", seconds,
        [](NoveltyOptions& options, double to) { options.events.warm_up_seconds = to; });
  }
  return knobs;
}

// What was told: its kind, its begin and its end, in seconds after the warm-up.
class Told final : public NoveltyObserver {
 public:
  void OnEnd(const NoveltyEvent& event) override {
    const char* kind = event.kind == NoveltyKind::kUnusual        ? "unusual"
                       : event.kind == NoveltyKind::kSceneChanged ? "changed"
                                                                  : "still";
    if (!text.empty()) text += ' ';
    text += Format("{}:{:.1f}:{:.1f}", kind, Seconds(event.begin) - kWarmUp,
                   Seconds(event.end) - kWarmUp);
  }
  std::string text;
};

Result<Row> RunCell(const Knob& knob, uint64_t seed, const GoOn& go_on) {
  std::vector<MadeMoment> moments = knob.shown->moments;
  for (MadeMoment& moment : moments) moment.begin += kWarmUp, moment.end += kWarmUp;
  MadeScene scene(std::move(moments), Rng(seed));
  HYPNOS_ASSIGN_OR_RETURN(Novelty novelty, Novelty::Create(knob.options));
  Told told;
  std::string scores;
  const auto frame_at = [](double seconds) {
    return int64_t{std::llround((kWarmUp + seconds) * MadeScene::kFrameRateHz)};
  };
  const int64_t every = std::llround(knob.shown->every * MadeScene::kFrameRateHz);
  const int64_t from = frame_at(knob.shown->from);
  double highest = 0;
  for (int64_t frame = 0; frame < frame_at(knob.shown->until); ++frame) {
    highest = std::max(highest, novelty.Observe(scene.Next(), &told).score);
    if (frame < from || (frame - from + 1) % every != 0) continue;
    scores += Format("{}{:.2f}", scores.empty() ? "" : " ", highest);
    highest = 0;
    if (!go_on(static_cast<uint64_t>(every))) {
      return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
    }
  }
  novelty.End(&told);
  return Row{Format("{:g}", knob.shown->from), Format("{:g}", knob.shown->every), scores,
             told.text};
}

class Knobs final : public Experiment {
 public:
  void Declare(CLI::App& /*app*/) override {}

  Result<Plan> MakePlan(const LabOptions& options, FileSystem& /*files*/) override {
    Plan plan;
    plan.key_columns = {"panel", "knob", "value", "seed"};
    plan.configuration = Format(
        "A made scene of {} frames a second, with {} s of warm-up; times are told from its end "
        "on.\n",
        MadeScene::kFrameRateHz, kWarmUp);
    // The highest of each stretch.
    plan.result_columns = {"from_s", "every_s", "scores", "events"};
    for (const Knob& knob : AllKnobs()) {
      for (unsigned i = 0; i < options.seeds; ++i) {
        const uint64_t seed = options.seed + i;
        const double shown = knob.shown->until - knob.shown->from;
        plan.cells.push_back(
            {{knob.panel, knob.name, knob.value, Format("{}", seed)},
             static_cast<uint64_t>(shown * MadeScene::kFrameRateHz),
             [knob, seed](const GoOn& go_on) { return RunCell(knob, seed, go_on); }});
      }
    }
    return plan;
  }
};

}  // namespace

std::unique_ptr<Experiment> MakeKnobs() { return std::make_unique<Knobs>(); }

}  // namespace hypnos::lab
