#include "hypnos/layer/ff_layer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hypnos/base/format.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/segments.h"
#include "layer/learning_state.h"

namespace hypnos {
namespace {

// A step is divided into blocks of rows. A fixed number: a division that followed the number of
// threads would change the bits.
constexpr size_t kBlockRows = 128;

// Added under the root of the length normalisation: an inactive layer publishes nearly nothing.
constexpr float kSilence = 1e-6f;

// m <- 0.9 m + 0.1 mean activity of the batch.
constexpr float kActivityMemory = 0.9f;

size_t Blocks(size_t n, size_t block) { return (n + block - 1) / block; }

std::array<Segment, 3> Segments(const LayerInputs& in) {
  return {Segment{in.below, 0}, Segment{in.above, in.below.cols},
          Segment{in.self, in.below.cols + in.above.cols}};
}

float Sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

double Mean(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

Error BadOption(const char* field, const std::string& why) {
  return {Code::kInvalidArgument, "LAYER_OPTION", Format("layer option {}: {}", field, why)};
}

Status Validate(const FfLayerOptions& o) {
  if (o.units == 0) return BadOption("units", "a layer needs at least one");
  if (o.fan_in() == 0) return BadOption("below", "a layer must read something");
  if (o.constraint_units > o.units) {
    return BadOption("constraint_units", Format("{} of {} units", o.constraint_units, o.units));
  }
  if (!(o.damping > 0 && o.damping <= 1)) return BadOption("damping", "must be in (0, 1]");
  if (!(o.threshold_per_unit > 0)) return BadOption("threshold_per_unit", "must be positive");
  if (!(o.temperature_per_unit > 0)) return BadOption("temperature_per_unit", "must be positive");
  return {};
}

}  // namespace

FfLayerState::FfLayerState(size_t batch, const FfLayerOptions& options)
    : h(batch, options.units),
      goodness(batch),
      probability(batch),
      terms(batch, options.units),
      activity_sums(Blocks(batch, kBlockRows), options.units),
      term_sums(Blocks(batch, kBlockRows), options.units),
      projected(batch, GradientSketch::kColumns) {}

void FfLayerState::Reset() { std::fill(h.values().begin(), h.values().end(), 0.0f); }

void FfLayerState::CopyFrom(const FfLayerState& other) {
  HYPNOS_CHECK(h.rows() == other.h.rows());
  std::copy(other.h.values().begin(), other.h.values().end(), h.values().begin());
}

void FfLayerState::Publish(MatrixView out) const {
  HYPNOS_CHECK(out.rows == h.rows() && out.cols == h.cols());
  for (size_t i = 0; i < h.rows(); ++i) NormaliseLength(h.row(i), kSilence, out.row(i));
}

Result<FfLayer> FfLayer::Create(const FfLayerOptions& options, const LearningOptions& learning,
                                Rng rng) {
  HYPNOS_RETURN_IF_ERROR(Validate(options));
  return FfLayer(options, learning, rng);
}

FfLayer::FfLayer(const FfLayerOptions& options, const LearningOptions& learning, Rng rng)
    : options_(options),
      parameters_{Matrix(options.units, options.fan_in()), Matrix(1, options.units)},
      mean_activity_(options.units),
      peer_term_(options.units) {
  const float deviation = 1.0f / std::sqrt(static_cast<float>(options.fan_in()));
  for (float& w : parameters_.weights.values()) w = deviation * rng.Normal();
  learning_ =
      std::make_unique<LearningState>(learning, options.norm_cap, parameters_, rng.Fork("sketch"));
}

FfLayer::FfLayer(FfLayer&&) noexcept = default;
FfLayer& FfLayer::operator=(FfLayer&&) noexcept = default;
FfLayer::~FfLayer() = default;

StepStatistics FfLayer::Step(const LayerInputs& inputs, Phase phase, FfLayerState& state,
                             MatrixView out, Executor& executor) {
  const size_t batch = state.h.rows();
  HYPNOS_CHECK(out.rows == batch && out.cols == options_.units);
  HYPNOS_CHECK(inputs.below.cols + inputs.above.cols + inputs.self.cols == options_.fan_in());
  if (phase == Phase::kPositive) {
    const float scale = options_.peer_normalisation / static_cast<float>(batch);
    const auto mean = static_cast<float>(Mean(mean_activity_));
    for (size_t i = 0; i < peer_term_.size(); ++i) {
      peer_term_[i] = scale * (mean - mean_activity_[i]);
    }
  }
  executor.Run(Blocks(batch, kBlockRows),
               [&](size_t block) { StepRows(inputs, phase, block, state, out); });
  StepStatistics statistics;
  statistics.goodness = Mean(state.goodness) / static_cast<double>(options_.units);
  statistics.probability = Mean(state.probability);
  statistics.finite = std::isfinite(statistics.goodness) && std::isfinite(statistics.probability);
  if (phase != Phase::kLook && statistics.finite) LearnFrom(inputs, phase, state, executor);
  return statistics;
}

// The forward step of one block of rows and, where something is learned, the terms of its update:
// all while the block is in the cache.
void FfLayer::StepRows(const LayerInputs& inputs, Phase phase, size_t block, FfLayerState& state,
                       MatrixView out) const {
  const size_t first = block * kBlockRows;
  const size_t rows = std::min(kBlockRows, state.h.rows() - first);
  const MatrixView responses = state.terms.view().Rows(first, rows);
  MultiplySegments(Segments(inputs), first, parameters_.weights, responses);

  const size_t units = options_.units;
  const size_t features = units - options_.constraint_units;
  const float width = static_cast<float>(units);
  const float temperature = options_.temperature_per_unit * width;
  const float balance = options_.threshold_per_unit *
                        static_cast<float>(static_cast<double>(features) -
                                           static_cast<double>(options_.constraint_units));
  const float share = 1.0f / static_cast<float>(state.h.rows());
  const bool learns = phase != Phase::kLook;
  const auto activity_sum = state.activity_sums.row(block);
  const auto term_sum = state.term_sums.row(block);
  if (learns) {
    std::fill(activity_sum.begin(), activity_sum.end(), 0.0f);
    std::fill(term_sum.begin(), term_sum.end(), 0.0f);
  }
  const std::span<const float> bias = parameters_.bias.values();
  for (size_t i = 0; i < rows; ++i) {
    const auto r = responses.row(i);
    const auto h = state.h.row(first + i);
    float goodness = Activate(r.first(features), bias.first(features), options_.damping,
                              r.first(features), h.first(features));
    if (features < units) {
      goodness -= Activate(r.subspan(features), bias.subspan(features), options_.damping,
                           r.subspan(features), h.subspan(features));
    }
    const float p = Sigmoid((goodness - balance) / temperature);
    state.goodness[first + i] = goodness;
    state.probability[first + i] = p;
    NormaliseLength(h, kSilence, out.row(first + i));
    if (!learns) continue;

    const float gain = share * (phase == Phase::kPositive ? 1.0f - p : -p);
    if (phase == Phase::kPositive) AddScaled(1.0f, r, activity_sum);
    Scale(gain, r.first(features));
    if (features < units) Scale(-gain, r.subspan(features));
    if (phase == Phase::kPositive && options_.peer_normalisation > 0) {
      AddScaled(1.0f, peer_term_, r);
    }
    AddScaled(1.0f, r, term_sum);
  }
}

void FfLayer::LearnFrom(const LayerInputs& inputs, Phase phase, FfLayerState& state,
                        Executor& executor) {
  learning_->Collect(phase, state.terms, Segments(inputs), state.term_sums, state.projected,
                     executor);
  if (phase != Phase::kPositive) return;
  const float share = (1.0f - kActivityMemory) / static_cast<float>(state.h.rows());
  Scale(kActivityMemory, mean_activity_);
  for (size_t i = 0; i < state.activity_sums.rows(); ++i) {
    AddScaled(share, state.activity_sums.row(i), mean_activity_);
  }
}

void FfLayer::ApplyUpdate(Executor& executor) { learning_->Apply(parameters_, executor); }

void FfLayer::FallAsleep() { learning_->FallAsleep(parameters_); }

void FfLayer::WakeUp() { learning_->WakeUp(parameters_); }

double FfLayer::contrast() const { return learning_->contrast(); }

}  // namespace hypnos
