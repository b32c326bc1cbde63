// A grid of columns: every patch location runs the same layers with a state of its own.
//
// Time advances in ticks. At tick t layer l reads what layers l-1, l and l+1 put out at t-1 (layer
// 1 reads the input of tick t), so all layers of a tick are independent of one another: whoever
// drives the network may run them at the same time, each behind its neighbours by one tick at the
// most.
//
// A lane is a row of inputs with its own states: what is real, what is replayed, a dream. Lanes
// share the weights. Each of several streams of frames has lanes of its own. A network keeps the
// outputs of the last `slots` ticks of each lane; whoever drives it keeps no more than slots - 1
// ticks under way.
//
// For one tick of one lane, in this order:
//   SetInput, then StepLayer for each layer (in any order or at once), then Compare and Predict.
// Calls for different layers may run at the same time. For one layer, and for the read-out, calls
// come one after the other, in the order of the ticks.
// A layer may read a label as well, the same at every place: a vector of one value for each class,
// zero but for one of them, and all zero where no label is shown. Length-normalised it would have a
// mean square of 1 like what a layer says; it is `strength` times as long.
//   top:   the top layer reads it in the place of the layer above it
//   input: the first layer reads it beside its input
// Shapes: inputs and predictions [locations x grid.inputs()], labels [locations x classes].
// Errors: only Create can fail.
// Source: Hinton 2022, section 3; universal capsules / GLOM for the weights shared over locations.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/network/generator.h"
#include "hypnos/network/label_read_out.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/network/remote_layer.h"
#include "hypnos/network/tick.h"

namespace hypnos {

enum class InputScale { kLengthNormalised, kScaled };

struct NetworkLayerOptions {
  // below, above and batch are filled in by the network.
  FfLayerOptions layer;
  bool top_down = true;
};

enum class LabelPlace { kTop, kInput };

struct NetworkLabelOptions {
  // How many there are; 0: frames have no labels.
  size_t classes = 0;
  // Whether a layer reads them, and which. If not they are only read out.
  bool shown = false;
  LabelPlace place = LabelPlace::kTop;
  // As if the label's weights began so many times as large as the others.
  float strength = 3;
  // Share of the error that one step of the read-out removes.
  float read_out_rate = 0.5f;
};

struct NetworkOptions {
  PatchGridOptions patches;
  std::vector<NetworkLayerOptions> layers;
  InputScale input_scale = InputScale::kLengthNormalised;
  // eps of the input's length normalisation, in units of the scaled input's variance.
  float input_noise_power = 0.01f;
  GeneratorOptions generator;
  LearningOptions learning;
  NetworkLabelOptions labels;
};

// What the layers carry from tick to tick: h of every layer, [locations x units], in half
// precision; or that they were at rest, as after a reset. A state that is used again keeps its
// storage, at rest or not: giving megabytes back and taking them again shreds the heap.
struct NetworkState {
  bool at_rest = true;
  std::vector<HalfBuffer> layers;
};

class Network {
 public:
  // kInvalidArgument for options out of range; the sentence names layer and field. Labels above a
  // top layer that does not read from above are kInvalidArgument, reason LABEL_UNREAD.
  static Result<Network> Create(const NetworkOptions& options, const PlaneShape& frame,
                                size_t slots, const Rng& rng);

  // Makes room for the lanes of so many streams; at first there are those of one. Nothing may be
  // under way. What the lanes that there are hold stays as it is.
  void MakeLanes(size_t streams);

  // Clamps a frame as the input of a tick, and the tick's label.
  void SetInput(const Tick& tick, const Planes& frame);
  // The input of another lane's tick, with this tick's label.
  void CopyInput(const Tick& tick, const Tick& from);
  // Holds the input of the tick before for another tick (a still image as a boring video).
  void HoldInput(const Tick& tick);

  // One layer's share of a tick. The weights move in FinishStep. Of a remote layer: what came of
  // SendLayer, which it waits for.
  void StepLayer(size_t layer, Tick& tick, Executor& executor);
  // After the ticks of all lanes that belong together: applies what the layer collected.
  void FinishStep(size_t layer, Executor& executor);
  // A layer that is computed elsewhere: it is put there as it stands here. A step of it begins with
  // SendLayer, of all ticks of the step in the order of their StepLayer; what FinishStep does is
  // done there, if `finish` says so. `remote` must outlive the network, or be replaced.
  // Precondition: it reads no labels. Errors: those of RemoteLayer::Begin. From then on all that
  // follows may throw RemoteLayerError, see RemoteLayer.
  Status Seat(size_t layer, RemoteLayer& remote);
  bool is_remote(size_t layer) const { return remotes_[layer].seat != nullptr; }
  void SendLayer(size_t layer, std::span<const Tick* const> ticks, bool finish,
                 std::function<void()> answered);
  // Of all remote layers: before somebody reads their weights here, and after somebody has changed
  // them here. Nothing may be under way. SeatAgain: those that want it.
  void PullLayers(PullFor what = PullFor::kReading);
  void PushLayers();
  bool WantsSeats() const;
  void SeatAgain();
  // What a lane goes on from, after it was changed here.
  void PushLane(Lane lane, int64_t number);
  // See FfLayer; wherever the layer is.
  double contrast(size_t layer) const;
  bool stopped(size_t layer) const;

  // Whether what is new about the tick has come as far as this layer, which then learns from it.
  bool Reached(const Tick& tick, size_t layer) const;

  // Which layer reads labels. Precondition: they are shown to one.
  size_t label_layer() const {
    return options_.labels.place == LabelPlace::kInput ? 0 : layer_count() - 1;
  }
  // How real that layer would have taken each label for, had it been shown at this tick instead of
  // none: log_odds [classes]; see Alternatives. Between StepLayer and FinishStep of that layer, of
  // a tick without a label.
  void JudgeLabels(const Tick& tick, std::span<float> log_odds, Executor& executor);

  // The read-out that names what is seen, from what all layers said at a tick. Precondition: there
  // are classes. As Compare and Predict: in the order of the ticks.
  void PredictLabel(Lane lane, int64_t number, std::span<float> probabilities);
  void LearnLabel(Lane lane, int64_t number, size_t label);

  // The read-out of a tick: Compare, then Predict.
  // Compare: how far the input is from what the tick before led to expect, if tick.compare.
  void Compare(Tick& tick, Executor& executor);
  // Learns from that error, if tick.learn_generator, and predicts the next input, if tick.predict.
  void Predict(Tick& tick, Executor& executor);

  // All of a tick, one thing after the other: for tests, probes and experiments.
  void RunTick(Tick& tick, const Planes& frame, Executor& executor);

  // Between phases; see FfLayer. Nothing may be under way.
  void FallAsleep(Executor& executor);
  void WakeUp(Executor& executor);

  // Reads the states of a lane, or goes on from them as if tick `number` of the lane had just ended
  // so. Nothing may be under way. Save allocates on its first use of `state`.
  void Save(Lane lane, NetworkState& state);
  void Restore(Lane lane, int64_t number, const NetworkState& state);

  // What was learned: layers and read-outs. And of a lane what its next tick depends on, after tick
  // `number`, whatever the number of slots. Both into a network of the same options and shape;
  // nothing may be under way.
  void ExchangeState(StateArchive& archive);
  void ExchangeLane(StateArchive& archive, Lane lane, int64_t number);

  // Layers and generator learn so many times as fast as their options say, from the next step on.
  // No part of the state. Nothing may be under way.
  void SetRateFactor(float factor);
  // Whether none of the generator's weights is NaN or infinite. It reads all of them.
  bool GeneratorIsFinite() const;

  // The read-out of labels becomes the other network's. False: that is of another size.
  bool CopyLabelReadOut(const Network& other);

  const PatchGrid& grid() const { return grid_; }
  size_t layer_count() const { return layers_.size(); }
  size_t slots() const { return slots_; }
  size_t parameter_count() const;
  const FfLayer& layer(size_t l) const { return layers_[l]; }
  FfLayer& mutable_layer(size_t l) { return layers_[l]; }
  const Generator& generator() const { return *generator_; }
  Generator& mutable_generator() { return *generator_; }
  const LabelReadOut& label_read_out() const { return label_read_out_; }

  // Valid until the lane's tick number + slots is under way.
  ConstMatrixView input(Lane lane, int64_t number) const;
  ConstMatrixView output(Lane lane, size_t layer, int64_t number) const;
  // The error last compared, [locations x inputs], and what it amounts to at each location (see
  // Generator::Compare); valid until Predict.
  const Matrix& prediction_errors() const { return generator_->errors(); }
  std::span<const float> prediction_row_errors() const { return generator_->row_errors(); }
  // What the lane's last read-out expects next.
  ConstMatrixView prediction(Lane lane) const;
  // [locations] of the lane's last step of this layer.
  std::span<const float> goodness(Lane lane, size_t layer) const;

 private:
  // The memory of one lane. Rings hold `slots` matrices one below the other.
  struct LaneState {
    Matrix inputs;  // ring of x
    Matrix read;    // ring of what layer 1 reads; empty if that is x itself
    Matrix labels;  // ring of what the top layer reads from above; empty if that is nothing
    std::vector<Matrix> outputs;
    std::vector<FfLayerState> layers;
    Matrix prediction;
  };

  Network(const NetworkOptions& options, PatchGrid grid, size_t slots, const Rng& rng,
          std::vector<FfLayer> layers);

  // Of a layer that is not computed here.
  struct Remote {
    RemoteLayer* seat = nullptr;  // null: it is computed here
    RemoteFacts facts;
    StepStatistics last;  // of the newest step that was answered
  };

  LaneState MakeLane() const;
  void TakeLayer(size_t layer, Tick& tick);
  // What it said a tick ago, once more.
  void RepeatLayer(size_t layer, Tick& tick);
  void PullLane(Lane lane);
  template <class Here, class There>
  void TurnPhase(Here here, There there);

  LayerInputs InputsOf(size_t layer, const Tick& tick) const;
  std::span<const ConstMatrixView> Features(Lane lane, int64_t number);
  std::span<const ConstMatrixView> Outputs(Lane lane, int64_t number);
  bool reads_label_beside_input() const {
    return options_.labels.shown && options_.labels.place == LabelPlace::kInput;
  }
  // Of a shown label, where it is not 0.
  float LabelValue() const;
  void ShowLabel(const Tick& tick);
  LaneState& lane(Lane lane) { return lanes_[static_cast<size_t>(lane)]; }
  const LaneState& lane(Lane lane) const { return lanes_[static_cast<size_t>(lane)]; }
  size_t SlotRow(int64_t number) const;
  MatrixView Slot(Matrix& ring, int64_t number) const;
  ConstMatrixView Slot(const Matrix& ring, int64_t number) const;

  NetworkOptions options_;
  PatchGrid grid_;
  size_t slots_;
  Rng rng_;  // what the layers were drawn from
  std::vector<FfLayer> layers_;
  std::vector<Remote> remotes_;  // of each layer
  float rate_factor_ = 1;
  std::unique_ptr<Generator> generator_;
  LabelReadOut label_read_out_;
  std::deque<LaneState> lanes_;  // what lies in it stays where it is
  std::vector<ConstMatrixView> features_;
  Matrix silence_;  // what a neighbour says before the first tick
  // Of the layer that reads labels.
  Alternatives label_alternatives_;
  FfLayerState judging_;
};

}  // namespace hypnos
