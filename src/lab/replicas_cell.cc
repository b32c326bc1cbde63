#include "lab/replicas_cell.h"

#include <algorithm>
#include <cmath>
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

constexpr size_t kUnits = 96;
constexpr int kPatch = 16;
// Of a probe set: so many, from all over what is held out.
constexpr size_t kSequences = 12;
// How much of the last moves is moved again. Of kAdam: both memories, by how much a round moves a
// weight at the most, and what is added to the root of the squares.
constexpr double kMomentKept = 0.5;
constexpr double kFirst = 0.9, kSecond = 0.99, kAdamStep = 0.003, kSmall = 1e-3;
// Seeds of judges, and of networks that begin from other weights.
constexpr uint64_t kOfJudges = 1000, kOfStrangers = 100;

using Weights = std::vector<float>;

Error Stopped() { return {Code::kCancelled, "STOPPED", "stopped before its end"}; }

PipelineOptions OptionsOf(const ReplicasCell& cell) {
  PipelineOptions options;
  options.seed = cell.seed;
  options.encoder =
      VideoEncoderOptions{.width = cell.width, .height = cell.height, .temporal_difference = true};
  options.network.patches.size = kPatch;
  for (int l = 0; l < 2; ++l) options.network.layers.emplace_back().layer.units = kUnits;
  options.network.learning.rule = cell.rule;
  options.network.learning.rate = static_cast<float>(cell.rate);
  if (cell.rms) options.network.learning.optimiser = Optimiser::kRms;
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

  // Where the weights of each layer end.
  std::vector<size_t> LayerEnds() const {
    std::vector<size_t> ends;
    size_t end = 0;
    for (size_t l = 0; l < pipeline_.network()->layer_count(); ++l) {
      end += pipeline_.network()->layer(l).parameter_count() + 1;
      ends.push_back(end);
    }
    return ends;
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
    std::vector<Frame> frames = scene.held_out;
    // The last one has a frame behind it.
    options.probe = {.sequences = kSequences, .interval_frames = (frames.size() - 2) / kSequences};
    auto judge = std::make_unique<Judge>(options);
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
      for (size_t kind = 0; kind < kProbeNegatives; ++kind) {
        score.auc_of[kind] += layer.auc_of[kind].value_or(0.5) / layers;
      }
    }
    return score;
  }

 private:
  Learner learner_;
};

// What all become at the end of a round.
class Server {
 public:
  // `layer_ends`: where the weights of each layer end; behind the last one stand the read-out's.
  Server(Sharing sharing, Weights begin, std::vector<size_t> layer_ends)
      : sharing_(sharing), common_(std::move(begin)), layer_ends_(std::move(layer_ends)) {}

  const Weights& Share(const std::vector<Weights>& now) {
    size_t begin = 0;
    for (const size_t end : layer_ends_) {
      ShareLayer(now, begin, end);
      begin = end;
    }
    const double read_out = sharing_ == Sharing::kSum ? static_cast<double>(now.size()) : 1;
    for (size_t i = begin; i < common_.size(); ++i) Move(i, read_out * MeanMove(now, i));
    return common_;
  }

 private:
  double MoveOf(const Weights& weights, size_t i) const {
    return static_cast<double>(weights[i]) - static_cast<double>(common_[i]);
  }
  double MeanMove(const std::vector<Weights>& now, size_t i) const {
    double sum = 0;
    for (const Weights& weights : now) sum += MoveOf(weights, i);
    return sum / static_cast<double>(now.size());
  }
  void Move(size_t i, double by) {
    common_[i] = static_cast<float>(static_cast<double>(common_[i]) + by);
  }

  // By how much the mean is to be lengthened.
  double Stretch(const std::vector<Weights>& now, size_t begin, size_t end) const {
    const auto count = static_cast<double>(now.size());
    double of_mean = 0, length = 0, square = 0;
    for (size_t i = begin; i < end; ++i) of_mean += std::pow(MeanMove(now, i), 2);
    for (const Weights& weights : now) {
      double own = 0;
      for (size_t i = begin; i < end; ++i) own += std::pow(MoveOf(weights, i), 2);
      length += std::sqrt(own) / count;
      square += own / count;
    }
    if (of_mean <= 0) return 1;
    switch (sharing_) {
      case Sharing::kSum:
        return count;
      case Sharing::kLength:
        return std::min(count, length / std::sqrt(of_mean));
      case Sharing::kExp:
        return std::clamp(square / (2 * of_mean), 1.0, count);
      default:
        return 1;
    }
  }

  void ShareLayer(const std::vector<Weights>& now, size_t begin, size_t end) {
    const double stretch = Stretch(now, begin, end);
    moment_.resize(common_.size());
    square_.resize(common_.size());
    for (size_t i = begin; i < end; ++i) {
      const double move = MeanMove(now, i);
      if (sharing_ == Sharing::kMoment) {
        moment_[i] = kMomentKept * moment_[i] + move;
        Move(i, moment_[i]);
      } else if (sharing_ == Sharing::kAdam) {
        moment_[i] = kFirst * moment_[i] + (1 - kFirst) * move;
        square_[i] = kSecond * square_[i] + (1 - kSecond) * move * move;
        Move(i, kAdamStep * moment_[i] / (std::sqrt(square_[i]) + kSmall));
      } else {
        Move(i, stretch * move);
      }
    }
  }

  Sharing sharing_;
  Weights common_;
  std::vector<size_t> layer_ends_;
  std::vector<double> moment_, square_;
};

// A network that nobody has shown anything that it learns from.
Result<std::unique_ptr<Learner>> Begin(const PipelineOptions& options, const Scene& scene) {
  auto learner = std::make_unique<Learner>(options);
  std::vector<Frame> first = {scene.learned.front()};
  first.front().discontinuity = Discontinuity::kStart;
  first.front().learn = false;
  HYPNOS_RETURN_IF_ERROR(learner->Show(std::move(first)));
  return learner;
}

// As many networks as there are scenes. Returns what they have in common in the end.
Result<Weights> LearnShared(const ReplicasCell& cell, const std::vector<Scene>& scenes,
                            const std::function<bool()>& go_on) {
  std::vector<std::unique_ptr<Learner>> learners;
  for (size_t i = 0; i < scenes.size(); ++i) {
    PipelineOptions options = OptionsOf(cell);
    if (cell.sharing == Sharing::kStrangers) options.seed += i * kOfStrangers;
    HYPNOS_ASSIGN_OR_RETURN(auto learner, Begin(options, scenes[i]));
    learners.push_back(std::move(learner));
  }
  const std::vector<size_t> layer_ends = learners.front()->LayerEnds();
  Server server(cell.sharing, learners.front()->Lasting(), layer_ends);
  Weights shared;
  for (int64_t begin = 0; begin < cell.frames; begin += cell.round) {
    const int64_t frames = std::min(cell.round, cell.frames - begin);
    for (size_t i = 0; i < learners.size(); ++i) {
      HYPNOS_RETURN_IF_ERROR(learners[i]->Show(RoundOf(scenes[i], begin, frames)));
      if (!go_on()) return Stopped();
    }
    const bool last = begin + frames == cell.frames;
    if (cell.sharing == Sharing::kOnce && !last) continue;
    std::vector<Weights> now;
    now.reserve(learners.size());
    for (const auto& learner : learners) now.push_back(learner->Lasting());
    shared = server.Share(now);
    for (size_t i = 0; i < learners.size(); ++i) {
      Weights to = shared;
      if (cell.sharing == Sharing::kMeanLayers) {
        const auto read_out = static_cast<ptrdiff_t>(layer_ends.back());
        std::copy(now[i].begin() + read_out, now[i].end(), to.begin() + read_out);
      }
      HYPNOS_RETURN_IF_ERROR(learners[i]->Become(to));
    }
  }
  return shared;
}

// One network, shown the rounds of these scenes, one after the other.
Result<Weights> LearnOne(const ReplicasCell& cell, const std::vector<const Scene*>& scenes,
                         const std::function<bool()>& go_on) {
  HYPNOS_ASSIGN_OR_RETURN(const auto learner, Begin(OptionsOf(cell), *scenes.front()));
  for (int64_t begin = 0; begin < cell.frames; begin += cell.round) {
    const int64_t frames = std::min(cell.round, cell.frames - begin);
    for (const Scene* scene : scenes) {
      HYPNOS_RETURN_IF_ERROR(learner->Show(RoundOf(*scene, begin, frames)));
      if (!go_on()) return Stopped();
    }
  }
  return learner->Lasting();
}

Result<Weights> Learn(const ReplicasCell& cell, const std::vector<Scene>& scenes,
                      const std::function<bool()>& go_on) {
  switch (cell.sharing) {
    case Sharing::kUntrained: {
      HYPNOS_ASSIGN_OR_RETURN(const auto learner, Begin(OptionsOf(cell), scenes.front()));
      return learner->Lasting();
    }
    case Sharing::kAlone:
      return LearnOne(cell, {&scenes[cell.scene]}, go_on);
    case Sharing::kTogether: {
      std::vector<const Scene*> all;
      all.reserve(scenes.size());
      for (const Scene& scene : scenes) all.push_back(&scene);
      return LearnOne(cell, all, go_on);
    }
    default:
      return LearnShared(cell, scenes, go_on);
  }
}

}  // namespace

uint64_t RoundsOf(const ReplicasCell& cell, size_t scenes) {
  if (cell.sharing == Sharing::kUntrained) return 0;
  const auto rounds = static_cast<uint64_t>((cell.frames + cell.round - 1) / cell.round);
  return cell.sharing == Sharing::kAlone ? rounds : rounds * scenes;
}

Result<std::vector<TellsApart>> RunReplicasCell(const ReplicasCell& cell,
                                                const std::vector<Scene>& scenes,
                                                const std::function<bool()>& go_on) {
  HYPNOS_ASSIGN_OR_RETURN(const Weights weights, Learn(cell, scenes, go_on));
  std::vector<TellsApart> scores;
  for (const Scene& scene : scenes) {
    HYPNOS_ASSIGN_OR_RETURN(const auto judge, Judge::Make(cell, scene));
    HYPNOS_ASSIGN_OR_RETURN(const TellsApart score, judge->Score(weights));
    scores.push_back(score);
  }
  return scores;
}

}  // namespace hypnos::lab
