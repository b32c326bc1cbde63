#include "hypnos/diagnostics/prober.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/replay/real_or_dream.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// Of what a layer publishes, whose mean square is 1.
constexpr float kSilent = 0.001f;
constexpr float kCertain = 0.99f;

std::vector<float> Finite(std::span<const float> values) {
  std::vector<float> finite;
  for (const float value : values) {
    if (std::isfinite(value)) finite.push_back(value);
  }
  return finite;
}

double Mean(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double ShareAbove(std::span<const float> values, float limit) {
  const auto above = std::ranges::count_if(values, [limit](float v) { return v > limit; });
  return values.empty() ? 0 : static_cast<double>(above) / static_cast<double>(values.size());
}

void CopyTo(const Matrix& from, Matrix& to) {
  std::ranges::copy(from.values(), to.values().begin());
}

}  // namespace

// What one layer said of the real sequences and of each kind of negative.
struct Prober::Tally {
  // By kind of negative, then real.
  static constexpr size_t kReal = kProbeNegatives;
  using ByKind = std::array<std::vector<float>, kProbeNegatives + 1>;

  ByKind goodness, probability;
  std::vector<float> loudest;  // of each unit, over what is real
  Matrix ends;                 // states at the end of each real sequence
  bool finite = true;

  void Count(const FfLayerState& state, size_t kind) {
    for (size_t i = 0; i < state.goodness.size(); ++i) {
      finite = finite && std::isfinite(state.goodness[i]) && std::isfinite(state.probability[i]);
      goodness[kind].push_back(state.goodness[i]);
      probability[kind].push_back(state.probability[i]);
    }
  }

  void Hear(ConstMatrixView out) {
    for (size_t i = 0; i < out.rows; ++i) {
      for (size_t u = 0; u < out.cols; ++u) loudest[u] = std::max(loudest[u], out(i, u));
    }
  }

  static std::vector<float> AllNegatives(const ByKind& of) {
    std::vector<float> all;
    for (size_t kind = 0; kind < kProbeNegatives; ++kind) {
      all.insert(all.end(), of[kind].begin(), of[kind].end());
    }
    return Finite(all);
  }

  // All kinds that there are count the same places of the same frames in the same order.
  double PairwiseAccuracy() const {
    RealOrDream told;
    for (size_t kind = 0; kind < kProbeNegatives; ++kind) {
      if (!goodness[kind].empty()) told.Count(goodness[kReal], goodness[kind]);
    }
    return told.pairwise_accuracy();
  }

  LayerProbe Figures(double counted, size_t sequences) const {
    const auto real = Finite(goodness[kReal]), negative = AllNegatives(goodness);
    const auto p_real = Finite(probability[kReal]), p_negative = AllNegatives(probability);
    LayerProbe figures;
    figures.finite = finite;
    figures.real_goodness = Mean(real) / counted;
    figures.negative_goodness = Mean(negative) / counted;
    figures.real_probability = Mean(p_real);
    figures.negative_probability = Mean(p_negative);
    figures.pairwise_accuracy = finite ? PairwiseAccuracy() : 0.5;
    figures.auc = Auc(real, negative);
    for (size_t k = 0; k < kProbeNegatives; ++k) {
      if (!goodness[k].empty()) figures.auc_of[k] = Auc(real, Finite(goodness[k]));
    }
    hypnos::Count(p_real, figures.real_histogram);
    hypnos::Count(p_negative, figures.negative_histogram);
    figures.negatives_above = ShareAbove(p_negative, 0.5f);
    figures.positives_below = p_real.empty() ? 0 : 1 - ShareAbove(p_real, 0.5f);
    figures.saturated = ShareAbove(p_real, kCertain);
    figures.units = loudest.size();
    figures.dead_units = static_cast<size_t>(
        std::ranges::count_if(loudest, [](float loud) { return loud < kSilent; }));
    figures.cosine = MeanCosine(ends, sequences);
    figures.effective_rank = EffectiveRank(ends);
    return figures;
  }
};

Result<Prober> Prober::Create(const NetworkOptions& options, std::span<const FfLayerOptions> layers,
                              int steps_per_frame, const ProbeSet& set) {
  HYPNOS_CHECK(!layers.empty() && steps_per_frame > 0);
  LearningOptions looking;
  looking.rule = LearningRule::kLooking;
  std::vector<FfLayer> made;
  for (FfLayerOptions layer : layers) {
    layer.batch = set.locations();
    // What bfloat16 has rounded is not to be rounded again.
    layer.storage = WeightStorage::kFloat32;
    HYPNOS_ASSIGN_OR_RETURN(FfLayer one, FfLayer::Create(layer, looking, Rng(0)));
    made.push_back(std::move(one));
  }
  return Prober(options, steps_per_frame, set, std::move(made));
}

Prober::Prober(const NetworkOptions& options, int steps_per_frame, const ProbeSet& set,
               std::vector<FfLayer> layers)
    : set_(&set),
      input_scale_(options.input_scale),
      input_noise_power_(options.input_noise_power),
      steps_per_frame_(steps_per_frame),
      layers_(std::move(layers)),
      norms_(layers_.size()),
      x_(set.locations(), set.inputs()),
      real_(MakeLane()),
      other_(MakeLane()) {
  const size_t below = layers_.front().options().below;
  HYPNOS_CHECK(below >= set.inputs());
  if (below > set.inputs()) read_ = Matrix(set.locations(), below);
  for (size_t l = 0; l < layers_.size(); ++l) {
    const bool alone = l + 1 == layers_.size();
    silence_.emplace_back(set.locations(), alone ? layers_[l].options().above : 0);
  }
}

void Prober::SetParameters(size_t layer, const LayerParameters& parameters) {
  layers_[layer].SetParameters(parameters);
  norms_[layer] = RowNorms(parameters.weights);
}

Prober::Lane Prober::MakeLane() const {
  Lane lane;
  for (const FfLayer& layer : layers_) {
    lane.states.emplace_back(set_->locations(), layer.options());
    for (auto& out : lane.out) out.emplace_back(set_->locations(), layer.options().units);
  }
  return lane;
}

void Prober::Rest(Lane& lane) const {
  for (size_t l = 0; l < layers_.size(); ++l) {
    lane.states[l].Reset();
    std::ranges::fill(lane.out[lane.now][l].values(), 0.0f);
  }
}

void Prober::Fork(const Lane& from, Lane& to) const {
  for (size_t l = 0; l < layers_.size(); ++l) {
    to.states[l].CopyFrom(from.states[l]);
    CopyTo(from.out[from.now][l], to.out[to.now][l]);
  }
}

void Prober::Normalise() {
  for (size_t i = 0; i < x_.rows(); ++i) {
    if (input_scale_ == InputScale::kLengthNormalised) {
      NormaliseLength(x_.row(i), input_noise_power_, x_.row(i));
    }
    if (read_.rows() > 0) std::ranges::copy(x_.row(i), read_.row(i).begin());
  }
}

// Each layer reads what its neighbours gave the step before, and so all run at once.
void Prober::Step(Lane& lane, Executor& executor) {
  executor.Run(layers_.size(), [&](size_t l) { StepLayer(lane, l, executor); });
  lane.now = 1 - lane.now;
}

void Prober::StepLayer(Lane& lane, size_t l, Executor& executor) {
  const std::vector<Matrix>& before = lane.out[lane.now];
  const FfLayerOptions& options = layers_[l].options();
  LayerInputs inputs;
  inputs.below = l > 0 ? before[l - 1].view() : read_.rows() > 0 ? read_.view() : x_.view();
  if (options.above > 0) {
    inputs.above = l + 1 < layers_.size() ? before[l + 1].view() : silence_[l].view();
  }
  if (options.self) inputs.self = before[l];
  layers_[l].Step(inputs, Phase::kLook, lane.states[l], lane.out[1 - lane.now][l], executor);
}

void Prober::Show(Lane& lane, size_t frame, std::vector<Tally>* tally, size_t kind,
                  Executor& executor) {
  Normalise();
  for (int hold = 0; hold < steps_per_frame_; ++hold) Step(lane, executor);
  if (tally == nullptr) return;
  const size_t age =
      frame * static_cast<size_t>(steps_per_frame_) + static_cast<size_t>(steps_per_frame_) - 1;
  for (size_t l = 0; l < layers_.size() && l <= age; ++l) {
    (*tally)[l].Count(lane.states[l], kind);
    if (kind == Tally::kReal) (*tally)[l].Hear(lane.out[lane.now][l]);
  }
}

ProbeFigures Prober::Score(Executor& executor) {
  const size_t sequences = set_->sequences(), places = set_->locations();
  const std::vector<ProbeNegative> kinds = set_->kinds();
  std::vector<Tally> tally(layers_.size());
  for (size_t l = 0; l < layers_.size(); ++l) {
    tally[l].loudest.assign(layers_[l].options().units, 0.0f);
    tally[l].ends = Matrix(sequences * places, layers_[l].options().units);
  }
  Matrix inputs(sequences * places, set_->inputs());
  for (size_t s = 0; s < sequences; ++s) {
    Rest(real_);
    for (size_t frame = 0; frame < set_->context_frames(); ++frame) {
      set_->ReadReal(s, frame, x_);
      Show(real_, frame, nullptr, 0, executor);
    }
    for (const ProbeNegative kind : kinds) {
      Fork(real_, other_);
      for (size_t frame = 0; frame < set_->frames(); ++frame) {
        set_->ReadNegative(kind, s, frame, x_);
        Show(other_, frame, &tally, static_cast<size_t>(kind), executor);
      }
    }
    for (size_t frame = 0; frame < set_->frames(); ++frame) {
      set_->ReadReal(s, set_->context_frames() + frame, x_);
      Show(real_, frame, &tally, Tally::kReal, executor);
    }
    const auto keep_end = [&](const Matrix& from, Matrix& to) {
      std::ranges::copy(from.values(), to.row(s * places).data());
    };
    keep_end(x_, inputs);
    for (size_t l = 0; l < layers_.size(); ++l) keep_end(real_.out[real_.now][l], tally[l].ends);
  }
  ProbeFigures figures{.sequences = sequences, .locations = places, .layers = {}};
  figures.input_cosine = MeanCosine(inputs, sequences);
  for (size_t l = 0; l < layers_.size(); ++l) {
    const auto counted = static_cast<double>(layers_[l].options().counted());
    figures.layers.push_back(tally[l].Figures(counted, sequences));
    figures.layers.back().weights = norms_[l];
  }
  return figures;
}

}  // namespace hypnos
