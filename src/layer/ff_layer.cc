#include "hypnos/layer/ff_layer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hypnos/base/format.h"
#include "hypnos/tensor/bfloat16.h"
#include "hypnos/tensor/few_rows.h"
#include "hypnos/tensor/kernels.h"
#include "layer/layer_weights.h"
#include "layer/learning_state.h"
#include "layer/moving_threshold.h"
#include "layer/top_units.h"

namespace hypnos {
namespace {

// A step is divided into blocks of rows, and where they are few, into groups of units, too. Fixed
// numbers: a division that followed the number of threads would change the bits.
constexpr size_t kBlockRows = 128;
constexpr size_t kEnoughBlocks = 4;
constexpr size_t kGroupUnits = 256;
// Of a few rows, where there is more to share out than one core's part of the memory's bandwidth.
constexpr size_t kFewGroupUnits = 64;

// Rows of which the sums of terms and activities are taken together.
constexpr size_t kSumRows = 16;

// Added under the root of the length normalisation: an inactive layer publishes nearly nothing.
constexpr float kSilence = 1e-6f;

// Of one layer: what several copies of it leave of a 47-bit address space.
constexpr size_t kMostWeights = size_t{1} << 42;

// m <- 0.9 m + 0.1 mean activity of the batch.
constexpr float kActivityMemory = 0.9f;

size_t Blocks(size_t n, size_t block) { return (n + block - 1) / block; }

// Rows that are finished together: whole blocks where they are responded to so, while they are in
// the cache.
size_t FinishedRows(size_t batch) {
  return Blocks(batch, kBlockRows) >= kEnoughBlocks ? kBlockRows : kSumRows;
}

std::array<Segment, 3> Segments(const LayerInputs& in) {
  return {Segment{in.below, 0}, Segment{in.above, in.below.cols},
          Segment{in.self, in.below.cols + in.above.cols}};
}

// Of a row: feature units, or the constraint units behind them.
template <class T>
std::span<T> GroupOf(std::span<T> row, size_t features, bool constraints) {
  if (row.empty()) return row;
  return constraints ? row.subspan(features) : row.first(features);
}

// theta_f - theta_c, as it is at the beginning.
float Balance(const FfLayerOptions& options) {
  return options.threshold_per_unit *
         static_cast<float>(static_cast<double>(options.counted_features()) -
                            static_cast<double>(options.counted_constraints()));
}

float Sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

double Mean(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

// Of the batch as a whole: places where next to nothing is active would say next to anything.
double RelativeChange(const FfLayerState& state, float damping) {
  const double energy = Mean(state.energy);
  return energy > 0 ? std::sqrt(Mean(state.change) / energy) / static_cast<double>(damping) : 0;
}

Error BadOption(const char* field, const std::string& why) {
  return {Code::kInvalidArgument, "LAYER_OPTION", Format("layer option {}: {}", field, why)};
}

Error BadLearning(const char* field, const std::string& why) {
  return {Code::kInvalidArgument, "LEARNING_OPTION", Format("learning option {}: {}", field, why)};
}

Status Validate(const LearningOptions& o) {
  if (o.optimiser == Optimiser::kRms && o.rule != LearningRule::kInterleaved &&
      o.rule != LearningRule::kLooking) {
    return BadLearning("optimiser",
                       "rms goes with the rule interleaved only: where phases are apart it scales "
                       "gradients that should vanish up to full steps again");
  }
  if (!(o.velocity >= 0 && o.velocity < 1)) return BadLearning("velocity", "must be in [0, 1)");
  if (!(o.threshold_share >= 0 && o.threshold_share <= 1)) {
    return BadLearning("threshold_share", "must be in [0, 1]");
  }
  if (!(o.square_memory >= 0 && o.square_memory < 1)) {
    return BadLearning("square_memory", "must be in [0, 1)");
  }
  if (!(o.rate_floor >= 0 && o.rate_floor <= 1)) {
    return BadLearning("rate_floor", "must be in [0, 1]");
  }
  return {};
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
  if (o.units > kMostWeights / o.fan_in()) {
    return BadOption("units", Format("{} units that read {} values each are more weights than an "
                                     "address space holds; choose fewer",
                                     o.units, o.fan_in()));
  }
  if (o.storage == WeightStorage::kBfloat16 && !HasBfloat16()) {
    return Error{Code::kUnimplemented, "NO_BFLOAT16",
                 "this build has no bfloat16 weights: choose float32, or build with "
                 "-DHYPNOS_BFLOAT16=ON"};
  }
  return {};
}

bool AllFinite(ConstMatrixView m) {
  for (size_t i = 0; i < m.rows; ++i) {
    if (!std::isfinite(SumOfSquares(m.row(i)))) return false;
  }
  return true;
}

}  // namespace

FfLayerState::FfLayerState(size_t batch, const FfLayerOptions& options)
    : h(batch, options.units),
      goodness(batch),
      probability(batch),
      energy(batch),
      change(batch),
      terms(batch, options.units),
      activity_sums(Blocks(batch, FinishedRows(batch)), options.units),
      term_sums(Blocks(batch, FinishedRows(batch)), options.units),
      projected(batch, GradientSketch::kColumns),
      inputs(batch <= kFewRows ? batch : 0, options.fan_in()),
      ranked(options.top_units > 0 ? Blocks(batch, FinishedRows(batch)) : 0, options.units) {}

Alternatives::Alternatives(size_t count, size_t units, size_t column, float raised_by)
    : first_column(column),
      value(raised_by),
      log_odds(count),
      columns(count, units),
      responses(count, units),
      damped(count, units) {}

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
  HYPNOS_RETURN_IF_ERROR(Validate(learning));
  return FfLayer(options, learning, rng);
}

FfLayer::FfLayer(const FfLayerOptions& options, const LearningOptions& learning, Rng rng)
    : options_(options),
      weights_(std::make_unique<LayerWeights>(
          options.units, options.fan_in(), options.storage,
          LearningState::UpdatesWait(learning, options.norm_cap, options.batch))),
      mean_activity_(options.units),
      peer_term_(options.units) {
  const float deviation = 1.0f / std::sqrt(static_cast<float>(options.fan_in()));
  weights_->Fill([&] { return deviation * rng.Normal(); });
  learning_ = std::make_unique<LearningState>(learning, options.norm_cap, options.batch, *weights_,
                                              rng.Fork("sketch"));
  threshold_ = std::make_unique<MovingThreshold>(
      learning.threshold_share, Balance(options) / static_cast<float>(options.counted()));
}

FfLayer::FfLayer(FfLayer&&) noexcept = default;
FfLayer& FfLayer::operator=(FfLayer&&) noexcept = default;
FfLayer::~FfLayer() = default;

LayerParameters FfLayer::parameters() const {
  LayerParameters parameters{Matrix(options_.units, options_.fan_in()), Matrix(1, options_.units)};
  weights_->CopyTo(parameters);
  parameters.threshold_shift = threshold_->shift();
  return parameters;
}

LayerParameters FfLayer::lasting() const {
  LayerParameters parameters = this->parameters();
  learning_->CopyStartTo(parameters);
  return parameters;
}

void FfLayer::Shift(const LayerParameters& by) {
  HYPNOS_CHECK(by.weights.rows() == options_.units && by.weights.cols() == options_.fan_in() &&
               by.bias.cols() == options_.units);
  weights_->Add(by);
  learning_->ShiftStart(by);
  threshold_->Shift(by.threshold_shift);
}

void FfLayer::SetParameters(const LayerParameters& parameters) {
  HYPNOS_CHECK(parameters.weights.rows() == options_.units &&
               parameters.weights.cols() == options_.fan_in() &&
               parameters.bias.cols() == options_.units);
  weights_->Assign(parameters);
  learning_->Restart();
  threshold_->Restart(parameters.threshold_shift);
  std::ranges::fill(mean_activity_, 0.0f);
  stopped_ = false;
}

void FfLayer::SetRateFactor(float factor) { learning_->SetRateFactor(factor); }

void FfLayer::ExchangeState(StateArchive& archive) {
  weights_->ExchangeState(archive);
  learning_->ExchangeState(archive);
  threshold_->ExchangeState(archive);
  archive.Values("mean_activity", std::span(mean_activity_), {mean_activity_.size()});
  archive.Number("stopped", stopped_);
}

StepStatistics FfLayer::Step(const LayerInputs& inputs, Phase phase, FfLayerState& state,
                             MatrixView out, Executor& executor) {
  const size_t batch = state.h.rows();
  HYPNOS_CHECK(out.rows == batch && out.cols == options_.units);
  HYPNOS_CHECK(inputs.below.cols + inputs.above.cols + inputs.self.cols == options_.fan_in());
  HYPNOS_CHECK(!weights_->waiting() || batch == options_.batch);
  if (stopped_) phase = Phase::kLook;
  learning_->BeginStep(state.terms, executor);
  if (phase == Phase::kPositive) UpdatePeerTerm(batch);
  const auto finish = [&](size_t block) { FinishRows(phase, block, state, out); };
  if (state.inputs.rows() == 0 && FinishedRows(batch) == kBlockRows) {
    const auto segments = Segments(inputs);
    executor.Run(state.term_sums.rows(), [&](size_t block) {
      const size_t first = block * kBlockRows;
      MultiplySegments(segments, first, weights_->view(),
                       state.terms.view().Rows(first, std::min(kBlockRows, batch - first)));
      finish(block);
    });
  } else {
    RespondTo(inputs, state, executor);
    executor.Run(state.term_sums.rows(), finish);
  }
  const StepStatistics statistics = Summarise(inputs, state);
  if (phase != Phase::kLook && statistics.finite) {
    threshold_->Count(phase, statistics.goodness);
    LearnFrom(inputs, phase, state);
  }
  return statistics;
}

void FfLayer::UpdatePeerTerm(size_t batch) {
  const float scale = options_.peer_normalisation / static_cast<float>(batch);
  const auto mean = static_cast<float>(Mean(mean_activity_));
  for (size_t i = 0; i < peer_term_.size(); ++i) peer_term_[i] = scale * (mean - mean_activity_[i]);
}

void FfLayer::Judge(const LayerInputs& inputs, Alternatives& alternatives, FfLayerState& scratch,
                    Executor& executor) {
  HYPNOS_CHECK(alternatives.columns.cols() == options_.units);
  RespondTo(inputs, scratch, executor);
  const float share = 1.0f / static_cast<float>(scratch.terms.rows());
  executor.Run(alternatives.log_odds.size(), [&](size_t c) {
    const auto column = alternatives.columns.row(c), responses = alternatives.responses.row(c);
    weights_->ReadColumn(alternatives.first_column + c, column);
    float sum = 0;
    for (size_t b = 0; b < scratch.terms.rows(); ++b) {
      Combine(scratch.terms.row(b), alternatives.value, column, responses);
      const auto damped = alternatives.damped.row(c);
      // What is damped is of no use, and its storage is free again once it is written.
      sum += LogOdds(ActivateRow(responses, damped, damped).fresh);
    }
    alternatives.log_odds[c] = share * sum;
  });
}

// Weights times inputs.
void FfLayer::RespondTo(const LayerInputs& inputs, FfLayerState& state, Executor& executor) {
  if (state.inputs.rows() > 0) {
    RespondFew(inputs, state, executor);
  } else {
    Respond(Segments(inputs), state, executor);
  }
}

// Of more rows than a few.
void FfLayer::Respond(std::span<const Segment> inputs, FfLayerState& state, Executor& executor) {
  const size_t batch = state.h.rows(), groups = Blocks(options_.units, kGroupUnits);
  executor.Run(Blocks(batch, kBlockRows) * groups, [&](size_t part) {
    const size_t row = part / groups * kBlockRows, unit = part % groups * kGroupUnits;
    const size_t units = std::min(kGroupUnits, options_.units - unit);
    MultiplySegments(
        inputs, row, weights_->view().Rows(unit, units),
        state.terms.view().Rows(row, std::min(kBlockRows, batch - row)).Cols(unit, units));
  });
}

void FfLayer::RespondFew(const LayerInputs& inputs, FfLayerState& state, Executor& executor) {
  for (const auto& [input, column] : Segments(inputs)) {
    for (size_t b = 0; b < input.rows && input.cols > 0; ++b) {
      std::copy_n(input.row(b).data(), input.cols, state.inputs.row(b).data() + column);
    }
  }
  weights_->Project(state.inputs, executor);
  executor.Run(Blocks(options_.units, kFewGroupUnits), [&](size_t group) {
    const size_t unit = group * kFewGroupUnits;
    weights_->Multiply(
        state.inputs, unit,
        state.terms.view().Cols(unit, std::min(kFewGroupUnits, options_.units - unit)));
  });
}

// From what comes in to responses, in place, and damped responses; the energy of constraint units
// counts against what is real. `ranked` is scratch.
Energy FfLayer::ActivateRow(std::span<float> responses, std::span<float> damped,
                            std::span<float> ranked) const {
  const size_t features = options_.units - options_.constraint_units;
  const std::span<const float> bias = weights_->bias.values();
  const auto activate = [&](bool group) {
    const auto r = GroupOf(responses, features, group);
    Energy energy = Activate(r, GroupOf(bias, features, group), options_.damping, r,
                             GroupOf(damped, features, group));
    const size_t counted = options_.counted_of(r.size());
    if (counted < r.size() && std::isfinite(energy.fresh)) {
      energy.fresh = KeepTop(r, counted, GroupOf(ranked, features, group));
    }
    return energy;
  };
  Energy energy = activate(false);
  if (features < options_.units) {
    const Energy constraint = activate(true);
    energy.fresh -= constraint.fresh;
    energy.damped += constraint.damped;
    energy.change += constraint.change;
  }
  return energy;
}

float FfLayer::LogOdds(float goodness) const {
  const auto counted = static_cast<float>(options_.counted());
  const float threshold = Balance(options_) + threshold_->shift() * counted;
  return (goodness - threshold) / (options_.temperature_per_unit * counted);
}

float FfLayer::threshold_shift() const { return threshold_->shift(); }

// From responses to states, outputs and, where something is learned, the terms of the update.
void FfLayer::FinishRows(Phase phase, size_t block, FfLayerState& state, MatrixView out) const {
  const size_t first = block * FinishedRows(state.h.rows());
  const size_t last = std::min(first + FinishedRows(state.h.rows()), state.h.rows());
  const size_t units = options_.units;
  const size_t features = units - options_.constraint_units;
  const float width = static_cast<float>(units);
  const float share = 1.0f / static_cast<float>(state.h.rows());
  const bool learns = phase != Phase::kLook, positive = phase == Phase::kPositive;
  const auto activity_sum = state.activity_sums.row(block);
  const auto term_sum = state.term_sums.row(block);
  if (learns) {
    std::fill(activity_sum.begin(), activity_sum.end(), 0.0f);
    std::fill(term_sum.begin(), term_sum.end(), 0.0f);
  }
  const bool peers = positive && options_.peer_normalisation > 0;
  for (size_t i = first; i < last; ++i) {
    const auto r = state.terms.row(i);
    const auto h = state.h.row(i);
    const Energy energy =
        ActivateRow(r, h, state.ranked.rows() > 0 ? state.ranked.row(block) : std::span<float>());
    const float p = Sigmoid(LogOdds(energy.fresh));
    state.goodness[i] = energy.fresh;
    state.probability[i] = p;
    const bool finite = std::isfinite(energy.damped) && std::isfinite(energy.change);
    state.energy[i] = finite ? energy.damped : 0;
    state.change[i] = finite ? energy.change : 0;
    if (std::isfinite(energy.damped)) {
      Scaled(1.0f / std::sqrt(energy.damped / width + kSilence), h, out.row(i));
    } else {
      std::fill(h.begin(), h.end(), 0.0f);
      std::fill(out.row(i).begin(), out.row(i).end(), 0.0f);
    }
    if (!learns) continue;

    const float gain = share * (positive ? 1.0f - p : -p);
    const std::span<const float> offset =
        peers ? std::span<const float>(peer_term_) : std::span<const float>();
    const std::span<float> activity = positive ? activity_sum : std::span<float>();
    for (const bool group : {false, true}) {
      TakeTerms(group ? -gain : gain, GroupOf(offset, features, group), GroupOf(r, features, group),
                GroupOf(activity, features, group), GroupOf(term_sum, features, group));
    }
  }
}

// A layer whose weights overflowed would say NaN for ever; it stops learning, which is what made
// them grow. What is wrong with its inputs will pass.
StepStatistics FfLayer::Summarise(const LayerInputs& inputs, const FfLayerState& state) {
  StepStatistics statistics;
  statistics.goodness = Mean(state.goodness) / static_cast<double>(options_.counted());
  statistics.probability = Mean(state.probability);
  statistics.change = RelativeChange(state, options_.damping);
  statistics.finite = std::isfinite(statistics.goodness) && std::isfinite(statistics.probability);
  if (!statistics.finite && !stopped_) {
    stopped_ = AllFinite(inputs.below) && AllFinite(inputs.above) && AllFinite(inputs.self);
  }
  statistics.stopped = stopped_;
  return statistics;
}

void FfLayer::LearnFrom(const LayerInputs& inputs, Phase phase, FfLayerState& state) {
  const auto segments = Segments(inputs);
  const Segment few{state.inputs, 0};
  const bool is_few = state.inputs.rows() > 0;
  learning_->Collect(phase, state.terms,
                     is_few ? std::span(&few, 1) : std::span<const Segment>(segments),
                     state.term_sums, state.projected);
  if (phase != Phase::kPositive) return;
  const float share = (1.0f - kActivityMemory) / static_cast<float>(state.h.rows());
  Scale(kActivityMemory, mean_activity_);
  for (size_t i = 0; i < state.activity_sums.rows(); ++i) {
    AddScaled(share, state.activity_sums.row(i), mean_activity_);
  }
}

bool FfLayer::Takes(Phase phase) const { return stopped_ || learning_->Takes(phase); }

void FfLayer::ApplyUpdate(Executor& executor) { learning_->Apply(executor); }

void FfLayer::FallAsleep(Executor& executor) { learning_->FallAsleep(executor); }

void FfLayer::WakeUp(Executor& executor) {
  learning_->WakeUp(executor);
  threshold_->WakeUp();
}

uint64_t FfLayer::updates() const { return learning_->updates(); }

double FfLayer::contrast() const { return learning_->contrast(); }

double FfLayer::contrast_so_far() const { return learning_->contrast_so_far(); }

}  // namespace hypnos
