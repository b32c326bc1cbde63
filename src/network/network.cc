#include "hypnos/network/network.h"

#include <algorithm>
#include <cmath>

#include "hypnos/base/format.h"
#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/few_rows.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

std::vector<size_t> Widths(const std::vector<FfLayer>& layers) {
  std::vector<size_t> widths;
  widths.reserve(layers.size());
  for (const auto& layer : layers) widths.push_back(layer.options().units);
  return widths;
}

size_t Widest(const std::vector<FfLayer>& layers) {
  size_t widest = 0;
  for (const size_t width : Widths(layers)) widest = std::max(widest, width);
  return widest;
}

Status Validate(const NetworkOptions& options) {
  const NetworkLabelOptions& labels = options.labels;
  HYPNOS_CHECK(!labels.shown || labels.classes > 0);
  if (!labels.shown || labels.place != LabelPlace::kTop || options.layers.back().top_down)
    return {};
  return Error{Code::kInvalidArgument, "LABEL_UNREAD",
               "labels stand above the top layer, which does not read from above: give it "
               "top_down, or place them beside the input"};
}

Status ValidateGenerator(const GeneratorOptions& options, const PatchGrid& grid) {
  if (options.rule != GeneratorRule::kLeastSquares) return {};
  const size_t most =
      grid.locations() > kFewRows ? kMostLeastSquaresInputs : kMostLeastSquaresInputsOfFew;
  if (grid.inputs() <= most) return {};
  return Error{
      Code::kInvalidArgument, "LEAST_SQUARES",
      Format("generator.rule is least_squares, which may have at most {} inputs at each place, or "
             "{} where there are {} places or less, and the frame has {} of {}: choose "
             "encoding.patches, fewer inputs, or the rule delta",
             kMostLeastSquaresInputs, kMostLeastSquaresInputsOfFew, kFewRows, grid.locations(),
             grid.inputs())};
}

}  // namespace

Result<Network> Network::Create(const NetworkOptions& options, const PlaneShape& frame,
                                size_t slots, const Rng& rng) {
  HYPNOS_CHECK(slots >= 2);
  HYPNOS_ASSIGN_OR_RETURN(PatchGrid grid, PatchGrid::Create(frame, options.patches));
  HYPNOS_RETURN_IF_ERROR(Validate(options));
  HYPNOS_RETURN_IF_ERROR(ValidateGenerator(options.generator, grid));
  std::vector<FfLayer> layers;
  const size_t count = options.layers.size();
  const size_t labels = options.labels.shown ? options.labels.classes : 0;
  const bool at_top = options.labels.place == LabelPlace::kTop;
  for (size_t l = 0; l < count; ++l) {
    FfLayerOptions layer = options.layers[l].layer;
    layer.below =
        l == 0 ? grid.inputs() + (at_top ? 0 : labels) : options.layers[l - 1].layer.units;
    const size_t above = l + 1 < count ? options.layers[l + 1].layer.units : at_top ? labels : 0;
    layer.above = options.layers[l].top_down ? above : 0;
    layer.batch = grid.locations();
    auto made = FfLayer::Create(layer, options.learning, rng.Fork(Format("layer {}", l)));
    if (!made.ok()) {
      Error error = made.error();
      error.message = Format("layer {}: {}", l + 1, error.message);
      return error;
    }
    layers.push_back(std::move(made).value());
  }
  return Network(options, std::move(grid), slots, rng, std::move(layers));
}

Network::Network(const NetworkOptions& options, PatchGrid grid, size_t slots, const Rng& rng,
                 std::vector<FfLayer> layers)
    : options_(options),
      grid_(std::move(grid)),
      slots_(slots),
      rng_(rng),
      layers_(std::move(layers)),
      remotes_(layers_.size()),
      generator_(
          Generator::Make(options.generator, Widths(layers_), grid_.inputs(), grid_.locations())),
      label_read_out_(options.labels.classes, Widths(layers_), options.labels.read_out_rate),
      features_(layers_.size() + 1),
      silence_(grid_.locations(), Widest(layers_)) {
  MakeLanes(1);
  if (!options.labels.shown) return;
  const FfLayerOptions& reader = layers_[label_layer()].options();
  label_alternatives_ =
      Alternatives(options.labels.classes, reader.units,
                   reads_label_beside_input() ? grid_.inputs() : reader.below, LabelValue());
  judging_ = FfLayerState(grid_.locations(), reader);
}

void Network::MakeLanes(size_t streams) {
  while (lanes_.size() < kLanes * streams) lanes_.push_back(MakeLane());
}

Network::LaneState Network::MakeLane() const {
  const size_t batch = grid_.locations();
  LaneState lane;
  lane.inputs = Matrix(slots_ * batch, grid_.inputs());
  const size_t read = layers_.front().options().below;
  if (options_.input_scale == InputScale::kLengthNormalised || read != grid_.inputs()) {
    lane.read = Matrix(slots_ * batch, read);
  }
  if (options_.labels.shown && !reads_label_beside_input()) {
    lane.labels = Matrix(slots_ * batch, options_.labels.classes);
  }
  lane.prediction = Matrix(batch, grid_.inputs());
  for (const FfLayer& layer : layers_) {
    lane.outputs.emplace_back(slots_ * batch, layer.options().units);
    lane.layers.emplace_back(batch, layer.options());
  }
  return lane;
}

float Network::LabelValue() const {
  return options_.labels.strength * std::sqrt(static_cast<float>(options_.labels.classes));
}

size_t Network::SlotRow(int64_t number) const {
  return static_cast<size_t>(number) % slots_ * grid_.locations();
}

MatrixView Network::Slot(Matrix& ring, int64_t number) const {
  return ring.view().Rows(SlotRow(number), grid_.locations());
}

ConstMatrixView Network::Slot(const Matrix& ring, int64_t number) const {
  return ring.view().Rows(SlotRow(number), grid_.locations());
}

ConstMatrixView Network::input(Lane l, int64_t number) const {
  return Slot(lane(l).inputs, number);
}

ConstMatrixView Network::output(Lane l, size_t layer, int64_t number) const {
  return Slot(lane(l).outputs[layer], number);
}

ConstMatrixView Network::prediction(Lane l) const { return lane(l).prediction; }

std::span<const float> Network::goodness(Lane l, size_t layer) const {
  return lane(l).layers[layer].goodness;
}

size_t Network::parameter_count() const {
  size_t count = generator_->weight_count() + label_read_out_.weight_count();
  for (const FfLayer& layer : layers_) count += layer.parameter_count();
  return count;
}

void Network::SetInput(const Tick& tick, const Planes& frame) {
  LaneState& state = lane(tick.lane);
  const MatrixView x = Slot(state.inputs, tick.number);
  grid_.Gather(frame, x);
  ShowLabel(tick);
  if (state.read.rows() == 0) return;
  const MatrixView read = Slot(state.read, tick.number).Cols(0, x.cols);
  for (size_t i = 0; i < x.rows; ++i) {
    if (options_.input_scale == InputScale::kLengthNormalised) {
      NormaliseLength(x.row(i), options_.input_noise_power, read.row(i));
    } else {
      std::ranges::copy(x.row(i), read.row(i).begin());
    }
  }
}

void Network::HoldInput(const Tick& tick) {
  Tick before = tick;
  before.number = tick.number - 1;
  CopyInput(tick, before);
}

void Network::CopyInput(const Tick& tick, const Tick& from) {
  LaneState& state = lane(tick.lane);
  const LaneState& other = lane(from.lane);
  for (Matrix LaneState::*ring : {&LaneState::inputs, &LaneState::read}) {
    if ((state.*ring).rows() == 0) continue;
    const ConstMatrixView source = Slot(other.*ring, from.number);
    std::copy_n(source.data, source.rows * source.cols, Slot(state.*ring, tick.number).data);
  }
  ShowLabel(tick);
}

void Network::ShowLabel(const Tick& tick) {
  HYPNOS_CHECK(!tick.label || (options_.labels.shown && *tick.label < options_.labels.classes));
  if (!options_.labels.shown) return;
  LaneState& state = lane(tick.lane);
  const MatrixView labels =
      reads_label_beside_input()
          ? Slot(state.read, tick.number).Cols(grid_.inputs(), options_.labels.classes)
          : Slot(state.labels, tick.number);
  for (size_t i = 0; i < labels.rows; ++i) {
    std::ranges::fill(labels.row(i), 0.0f);
    if (tick.label) labels.row(i)[*tick.label] = LabelValue();
  }
}

LayerInputs Network::InputsOf(size_t layer, const Tick& tick) const {
  const FfLayerOptions& options = layers_[layer].options();
  const LaneState& own = lane(tick.lane);
  const bool forked = tick.start == TickStart::kFork;
  const LaneState& past = forked ? lane(tick.fork_lane) : own;
  const int64_t before = forked ? tick.fork_number : tick.number - 1;
  const auto said = [&](size_t l) -> ConstMatrixView {
    if (tick.start == TickStart::kReset) return silence_.view().Cols(0, layers_[l].options().units);
    return Slot(past.outputs[l], before);
  };
  LayerInputs inputs;
  if (layer == 0) {
    inputs.below = Slot(own.read.rows() > 0 ? own.read : own.inputs, tick.number);
  } else {
    inputs.below = said(layer - 1);
  }
  if (options.above > 0) {
    inputs.above = layer + 1 < layer_count() ? said(layer + 1) : Slot(own.labels, tick.number);
  }
  if (options.self) inputs.self = said(layer);
  return inputs;
}

void Network::StepLayer(size_t layer, Tick& tick, Executor& executor) {
  if (is_remote(layer)) return TakeLayer(layer, tick);
  FfLayerState& state = lane(tick.lane).layers[layer];
  if (tick.start == TickStart::kReset) state.Reset();
  if (tick.start == TickStart::kFork) state.CopyFrom(lane(tick.fork_lane).layers[layer]);
  tick.layers[layer] =
      layers_[layer].Step(InputsOf(layer, tick), Reached(tick, layer) ? tick.phase : Phase::kLook,
                          state, Slot(lane(tick.lane).outputs[layer], tick.number), executor);
}

bool Network::Reached(const Tick& tick, size_t layer) const {
  const size_t from = tick.label_is_new ? label_layer() : 0;
  return tick.age >= static_cast<int64_t>(layer > from ? layer - from : from - layer);
}

void Network::JudgeLabels(const Tick& tick, std::span<float> log_odds, Executor& executor) {
  HYPNOS_CHECK(options_.labels.shown && !tick.label);
  const size_t layer = label_layer();
  layers_[layer].Judge(InputsOf(layer, tick), label_alternatives_, judging_, executor);
  std::ranges::copy(label_alternatives_.log_odds, log_odds.begin());
}

std::span<const ConstMatrixView> Network::Outputs(Lane l, int64_t number) {
  return Features(l, number).first(layer_count());
}

void Network::PredictLabel(Lane l, int64_t number, std::span<float> probabilities) {
  label_read_out_.Predict(Outputs(l, number), probabilities);
}

void Network::LearnLabel(Lane l, int64_t number, size_t label) {
  label_read_out_.Learn(Outputs(l, number), label);
}

void Network::FinishStep(size_t layer, Executor& executor) {
  if (!is_remote(layer)) layers_[layer].ApplyUpdate(executor);
}

std::span<const ConstMatrixView> Network::Features(Lane l, int64_t number) {
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    features_[layer] = output(l, layer, number);
  }
  features_.back() = input(l, number);
  return features_;
}

void Network::Compare(Tick& tick, Executor& executor) {
  tick.prediction_error =
      tick.compare
          ? generator_->Compare(lane(tick.lane).prediction, input(tick.lane, tick.number), executor)
          : 0;
}

void Network::Predict(Tick& tick, Executor& executor) {
  if (tick.compare && tick.learn_generator) {
    generator_->Learn(Features(tick.lane, tick.number - 1), executor);
  }
  if (tick.predict) {
    generator_->Predict(Features(tick.lane, tick.number), lane(tick.lane).prediction, executor);
  }
}

void Network::RunTick(Tick& tick, const Planes& frame, Executor& executor) {
  tick.layers.resize(layer_count());
  SetInput(tick, frame);
  for (size_t l = 0; l < layer_count(); ++l) StepLayer(l, tick, executor);
  if (tick.phase != Phase::kLook) {
    for (size_t l = 0; l < layer_count(); ++l) FinishStep(l, executor);
  }
  Compare(tick, executor);
  Predict(tick, executor);
}

void Network::Save(Lane l, NetworkState& state) {
  PullLane(l);
  state.at_rest = false;
  state.layers.resize(layers_.size());
  for (size_t i = 0; i < layers_.size(); ++i) {
    const std::span<const float> h = lane(l).layers[i].h.values();
    state.layers[i].resize(h.size());
    ToHalf(h, state.layers[i]);
  }
}

void Network::Restore(Lane l, int64_t number, const NetworkState& state) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    FfLayerState& layer = lane(l).layers[i];
    layer.Reset();
    if (!state.at_rest) FromHalf(state.layers[i], layer.h.values());
    layer.Publish(Slot(lane(l).outputs[i], number));
  }
  PushLane(l, number);
}

void Network::ExchangeState(StateArchive& archive) {
  if (!archive.loading()) PullLayers();
  for (size_t l = 0; l < layers_.size(); ++l) {
    const StateArchive::Scope scope(archive, Format("layers.{}", l + 1));
    layers_[l].ExchangeState(archive);
  }
  {
    const StateArchive::Scope scope(archive, "generator");
    generator_->ExchangeState(archive);
  }
  {
    const StateArchive::Scope scope(archive, "label_read_out");
    label_read_out_.ExchangeState(archive);
  }
  if (archive.loading()) PushLayers();
}

bool Network::GeneratorIsFinite() const {
  const Matrix weights = generator_->weights();
  return std::isfinite(SumOfSquares(weights.values()));
}

bool Network::CopyLabelReadOut(const Network& other) {
  if (label_read_out_.weight_count() != other.label_read_out_.weight_count() ||
      label_read_out_.classes() != other.label_read_out_.classes()) {
    return false;
  }
  label_read_out_ = other.label_read_out_;
  return true;
}

void Network::ExchangeLane(StateArchive& archive, Lane l, int64_t number) {
  if (!archive.loading()) PullLane(l);
  LaneState& state = lane(l);
  const auto exchange = [&](const std::string& name, Matrix& ring) {
    if (ring.rows() > 0) Exchange(archive, name, Slot(ring, number));
  };
  exchange("input", state.inputs);
  exchange("read", state.read);
  exchange("label", state.labels);
  Exchange(archive, "prediction", state.prediction);
  for (size_t i = 0; i < layers_.size(); ++i) {
    const StateArchive::Scope scope(archive, Format("layers.{}", i + 1));
    exchange("output", state.outputs[i]);
    FfLayerState& layer = state.layers[i];
    Exchange(archive, "h", layer.h);
    // For whoever looks.
    archive.Values("goodness", std::span(layer.goodness), {layer.goodness.size()});
  }
  if (archive.loading()) PushLane(l, number);
}

}  // namespace hypnos
