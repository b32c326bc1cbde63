#include "lab/replicas_cell.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/format.h"
#include "hypnos/pipeline/lasting.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos::lab {
namespace {

constexpr size_t kUnits = 128;
constexpr int kPatch = 16;
constexpr float kRmsRate = 0.0003f;
// Seeds of judges, and of networks that begin from other weights.
constexpr uint64_t kOfJudges = 1000, kOfStrangers = 100;

using Weights = std::vector<float>;

PipelineOptions OptionsOf(const ReplicasCell& cell) {
  PipelineOptions options;
  options.seed = cell.seed;
  options.encoder = VideoEncoderOptions{.width = cell.width, .height = cell.height};
  options.network.patches.size = kPatch;
  for (int l = 0; l < 2; ++l) options.network.layers.emplace_back().layer.units = kUnits;
  options.network.learning.rule = cell.rule;
  if (cell.rms) {
    options.network.learning.optimiser = Optimiser::kRms;
    options.network.learning.rate = kRmsRate;
  }
  options.probe.sequences = 0;
  options.threads = 1;
  return options;
}

// A network that is shown frames in rounds.
class Learner {
 public:
  // The analyser loses sight of options that are copied through the pipeline's constructor.
  // NOLINTNEXTLINE(clang-analyzer-optin.cplusplus.UninitializedObject)
  explicit Learner(const PipelineOptions& options) : pipeline_(options, clock_, nobody_) {}

  Status Show(std::vector<Frame> frames) {
    FrameQueue queue(frames.size() + 1, OnFull::kBlock);
    for (Frame& frame : frames) queue.Push(std::move(frame));
    queue.Finish(FrameOrEnd(EndOfStream{}));
    const auto run = pipeline_.Run(queue);
    return run.ok() ? Status() : Status(run.error());
  }

  Weights Lasting() {
    Weights weights;
    pipeline_.Post([&](PipelineControl& control) {
      auto state = control.TakeLasting();
      HYPNOS_CHECK(state.ok());
      weights = std::move(state->weights);
    });
    return weights;
  }

  Status Become(const Weights& weights) {
    Status done;
    pipeline_.Post([&](PipelineControl& control) {
      const auto now = control.TakeLasting();
      HYPNOS_CHECK(now.ok());
      const auto report =
          control.Blend(now->weights, weights, std::numeric_limits<double>::infinity());
      if (!report.ok()) done = report.error();
    });
    return done;
  }

  Result<ProbeFigures> Probe() {
    std::optional<Result<ProbeReport>> report;
    pipeline_.Post([&](PipelineControl& control) { report = control.Probe(); });
    if (!report->ok()) return report->error();
    return (*report)->figures;
  }

  // Where the weights of the layers end.
  size_t LayerWeights() const {
    return LastingCount(*pipeline_.network()) - pipeline_.network()->generator().weight_count();
  }

 private:
  const SystemClock clock_;
  PipelineObserver nobody_;
  Pipeline pipeline_;
};

// The frames of a round, of a scene that begins anew where it ends.
std::vector<Frame> RoundOf(const Scene& scene, int64_t begin, int64_t frames) {
  std::vector<Frame> round;
  for (int64_t i = begin; i < begin + frames; ++i) {
    Frame frame = scene.learned[static_cast<size_t>(i) % scene.learned.size()];
    const bool starts = i == begin || static_cast<size_t>(i) % scene.learned.size() == 0;
    frame.index = i;
    frame.discontinuity = starts ? Discontinuity::kStart : Discontinuity::kNone;
    round.push_back(std::move(frame));
  }
  return round;
}

// Of one scene: a probe set of its held-out frames, by which weights are judged.
class Judge {
 public:
  static Result<std::unique_ptr<Judge>> Make(const ReplicasCell& cell, const Scene& scene) {
    PipelineOptions options = OptionsOf(cell);
    options.seed = cell.seed + kOfJudges;
    // Its own weights must not lean anywhere: others are put in their place.
    options.network.learning.online_share = 0;
    options.probe = {.sequences = 6, .interval_frames = 16};
    auto judge = std::make_unique<Judge>(options);
    std::vector<Frame> frames = scene.held_out;
    frames.front().discontinuity = Discontinuity::kStart;
    HYPNOS_RETURN_IF_ERROR(judge->learner_.Show(std::move(frames)));
    return judge;
  }
  explicit Judge(const PipelineOptions& options) : learner_(options) {}

  Result<TellsApart> Score(const Weights& weights) {
    HYPNOS_RETURN_IF_ERROR(learner_.Become(weights));
    HYPNOS_ASSIGN_OR_RETURN(const ProbeFigures figures, learner_.Probe());
    TellsApart score;
    const auto layers = static_cast<double>(figures.layers.size());
    for (const LayerProbe& layer : figures.layers) {
      score.pairs += layer.pairwise_accuracy / layers;
      score.auc += layer.auc / layers;
    }
    return score;
  }

 private:
  Learner learner_;
};

// What all are to become, of what each of them was before the round and is now.
Weights Shared(const ReplicasCell& cell, const Weights& before, const std::vector<Weights>& now) {
  Weights shared(now.front().size());
  const auto count = static_cast<double>(now.size());
  for (size_t i = 0; i < shared.size(); ++i) {
    double sum = 0;
    for (const Weights& weights : now) sum += static_cast<double>(weights[i]);
    const auto base = static_cast<double>(before.empty() ? 0 : before[i]);
    shared[i] = static_cast<float>(cell.sharing == Sharing::kSum && !before.empty()
                                       ? base + (sum - count * base)
                                       : sum / count);
  }
  return shared;
}

class Group {
 public:
  Group(const ReplicasCell& cell, const std::vector<Scene>& scenes, bool shares)
      : cell_(cell), scenes_(scenes), shares_(shares) {
    for (size_t i = 0; i < scenes.size(); ++i) {
      PipelineOptions options = OptionsOf(cell);
      if (shares && cell.sharing == Sharing::kStrangers) options.seed += i * kOfStrangers;
      learners_.push_back(std::make_unique<Learner>(options));
    }
  }

  Status Learn(const std::function<bool()>& go_on) {
    for (int64_t begin = 0; begin < cell_.frames; begin += cell_.round) {
      const int64_t frames = std::min(cell_.round, cell_.frames - begin);
      for (size_t i = 0; i < learners_.size(); ++i) {
        HYPNOS_RETURN_IF_ERROR(learners_[i]->Show(RoundOf(scenes_[i], begin, frames)));
        if (!go_on()) return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
      }
      const bool last = begin + frames == cell_.frames;
      if (shares_ && (last || cell_.sharing != Sharing::kOnce)) HYPNOS_RETURN_IF_ERROR(Share());
    }
    return {};
  }

  Weights Of(size_t learner) { return learners_[learner]->Lasting(); }

 private:
  Status Share() {
    std::vector<Weights> now;
    for (const auto& learner : learners_) now.push_back(learner->Lasting());
    const Weights shared = Shared(cell_, common_, now);
    for (size_t i = 0; i < learners_.size(); ++i) {
      Weights to = shared;
      if (cell_.sharing == Sharing::kMeanLayers) {
        const auto read_out = static_cast<ptrdiff_t>(learners_[i]->LayerWeights());
        std::copy(now[i].begin() + read_out, now[i].end(), to.begin() + read_out);
      }
      HYPNOS_RETURN_IF_ERROR(learners_[i]->Become(to));
    }
    common_ = shared;
    return {};
  }

  const ReplicasCell& cell_;
  const std::vector<Scene>& scenes_;
  const bool shares_;
  std::vector<std::unique_ptr<Learner>> learners_;
  Weights common_;  // at the end of the last round; empty: they have not shared yet
};

// One network, shown the same rounds, one scene after the other.
Result<Weights> LearnTogether(const ReplicasCell& cell, const std::vector<Scene>& scenes,
                              const std::function<bool()>& go_on) {
  Learner learner(OptionsOf(cell));
  for (int64_t begin = 0; begin < cell.frames; begin += cell.round) {
    const int64_t frames = std::min(cell.round, cell.frames - begin);
    for (const Scene& scene : scenes) {
      HYPNOS_RETURN_IF_ERROR(learner.Show(RoundOf(scene, begin, frames)));
      if (!go_on()) return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
    }
  }
  return learner.Lasting();
}

}  // namespace

Result<std::vector<SceneScore>> RunReplicasCell(const ReplicasCell& cell,
                                                const std::vector<Scene>& scenes,
                                                const std::function<bool()>& go_on) {
  Group alone(cell, scenes, false), sharing(cell, scenes, true);
  HYPNOS_RETURN_IF_ERROR(alone.Learn(go_on));
  HYPNOS_RETURN_IF_ERROR(sharing.Learn(go_on));
  HYPNOS_ASSIGN_OR_RETURN(const Weights together, LearnTogether(cell, scenes, go_on));
  std::vector<SceneScore> scores;
  for (size_t s = 0; s < scenes.size(); ++s) {
    HYPNOS_ASSIGN_OR_RETURN(const auto judge, Judge::Make(cell, scenes[s]));
    SceneScore& score = scores.emplace_back();
    for (size_t i = 0; i < scenes.size(); ++i) {
      HYPNOS_ASSIGN_OR_RETURN(const TellsApart one, judge->Score(alone.Of(i)));
      if (i == s) {
        score.own = one;
      } else {
        score.others.pairs = std::max(score.others.pairs, one.pairs);
        score.others.auc = std::max(score.others.auc, one.auc);
      }
    }
    HYPNOS_ASSIGN_OR_RETURN(score.averaged, judge->Score(sharing.Of(0)));
    HYPNOS_ASSIGN_OR_RETURN(score.together, judge->Score(together));
  }
  return scores;
}

}  // namespace hypnos::lab
