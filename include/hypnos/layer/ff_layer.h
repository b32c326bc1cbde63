// A recurrent Forward-Forward layer: learns from its own activity only.
//
//   a[t] = U below[t-1] + D above[t-1] + S self[t-1] + b        inputs are length-normalised
//   r[t] = max(0, a[t])
//   h[t] = (1-k) h[t-1] + k r[t]
//   out[t] = h[t] / sqrt(mean(h[t]^2) + eps)                    what the neighbours read
//   G_f = sum of r_i^2 over feature units, G_c over constraint units; over the most active of them
//         only, where top_units says so: r_i of the others is then 0 below
//   p = sigmoid((G_f - theta_f)/T + (theta_c - G_c)/T)          "this is real data"
//
// Local update, the gradient of log p for real data and of log(1-p) for fake, without its constant
// 2/T; c_i = 1 for feature and -1 for constraint units; means over the batch:
//   positive  dW_i =  c_i (1-p) r_i in + lambda (mean(m) - m_i) in      m: running mean activity
//   negative  dW_i = -c_i p r_i in
//
// Weights that overflow (a goodness that is not finite although all inputs are) end the layer's
// learning for good; what it says is then zero where it would be NaN, so that its neighbours live
// on.
//
// Shapes: below [batch x below], above [batch x above], self and out [batch x units],
// weights [units x (below + above + units)] in that order of columns, float32, row-major.
// Threads: thread-compatible; the executor may run parts of a step in parallel. Step and
// ApplyUpdate never allocate and cannot fail. The bits do not depend on the executor.
// Lifetimes: between a step that learns and ApplyUpdate, or the next step of the same state, that
// step's inputs and state must stay as they are.
// Source: Hinton 2022, arXiv 2212.13345, sections 2 and 3; peer normalisation: his published code.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/layer/options.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/segments.h"

namespace hypnos {

enum class Phase { kLook, kPositive, kNegative };

// What a layer reads: its neighbours' and its own output of the step before. Unread ones are empty.
struct LayerInputs {
  ConstMatrixView below;
  ConstMatrixView above;
  ConstMatrixView self;
};

// What changes from step to step for one batch of inputs.
struct FfLayerState {
  FfLayerState() = default;
  FfLayerState(size_t batch, const FfLayerOptions& options);

  // Forgets the past: h = 0.
  void Reset();
  void CopyFrom(const FfLayerState& other);
  // What the neighbours read of h: out = n(h).
  void Publish(MatrixView out) const;

  Matrix h;                        // [batch x units]
  std::vector<float> goodness;     // [batch] G_f - G_c of the last step
  std::vector<float> probability;  // [batch] p of the last step
  // [batch] Of the last step: |h[t]|^2 and |h[t] - h[t-1]|^2; 0 in rows that were not finite.
  std::vector<float> energy;
  std::vector<float> change;

  // Scratch of a step: responses, then update terms [batch x units]; column sums of both for each
  // block of rows; inputs projected on a few random directions; of a few rows, all inputs side by
  // side [batch x fan-in]; responses in order, where only the most active units count.
  Matrix terms;
  Matrix activity_sums;
  Matrix term_sums;
  Matrix projected;
  Matrix inputs;
  Matrix ranked;
};

// Means over the batch of one step.
struct StepStatistics {
  double goodness = 0;  // G_f - G_c, a unit's share: divided by the number of those that count
  double probability = 0;
  // How far the state has still to go: |h[t] - h[t-1]| / (k |h[t]|) = |r[t] - h[t-1]| / |h[t]|,
  // both over the whole batch. 0: it has settled, or is silent; 1/k for the step after a reset.
  double change = 0;
  bool finite = true;    // false: a NaN or infinity was met, and nothing was learned from this step
  bool stopped = false;  // the layer's weights overflowed; it learns no more
  bool late =
      false;  // it is computed elsewhere, and what it said before stands in: the same figures
};

// What one of a layer's inputs might have been: input `first_column` + c of all its columns is
// raised by `value`, for one c after the other.
struct Alternatives {
  Alternatives() = default;
  Alternatives(size_t count, size_t units, size_t first_column, float value);

  size_t first_column = 0;
  float value = 0;
  // [count] What came of each: the mean over the batch of the log-odds of "real",
  // (G_f - theta_f)/T + (theta_c - G_c)/T.
  std::vector<float> log_odds;

  // Scratch, a row for each alternative.
  Matrix columns;
  Matrix responses;
  Matrix damped;
};

struct LayerParameters {
  Matrix weights;
  Matrix bias;  // [1 x units]
  // How far the threshold has moved, a unit's share; see LearningOptions::threshold_share.
  float threshold_shift = 0;
};

class LayerWeights;
class MovingThreshold;
class LearningState;

class FfLayer {
 public:
  // Initial weights are normal with variance 1/fan-in, biases 0.
  // kInvalidArgument, naming the field, for options out of range; kUnimplemented for bfloat16 where
  // it was not compiled in.
  static Result<FfLayer> Create(const FfLayerOptions& options, const LearningOptions& learning,
                                Rng rng);
  FfLayer(FfLayer&&) noexcept;
  FfLayer& operator=(FfLayer&&) noexcept;
  ~FfLayer();

  // One step of one batch. `out` must not overlap the inputs. Gradients are collected, of two
  // states at the most; the weights stay as they are until ApplyUpdate.
  StepStatistics Step(const LayerInputs& inputs, Phase phase, FfLayerState& state, MatrixView out,
                      Executor& executor);

  // How real the layer would have taken each alternative for, of inputs as in a step. Nothing is
  // learned, nor remembered; what `scratch` holds is lost. Never allocates and cannot fail; what is
  // said is not finite where what the layer read is not, or its weights are not.
  void Judge(const LayerInputs& inputs, Alternatives& alternatives, FfLayerState& scratch,
             Executor& executor);

  // Whether a step of this phase may come now: one that is dreamed needs a sleep where the rule has
  // sleeps, and no more than two are learned from at once. For whoever is told of phases by others.
  bool Takes(Phase phase) const;

  // Ends a step in which something was learned: moves the weights as the learning rule says.
  void ApplyUpdate(Executor& executor);

  // The ends of the two phases; what they do depends on the learning rule: see LearningRule.
  void FallAsleep(Executor& executor);
  void WakeUp(Executor& executor);

  // How far apart the positive and negative gradients of the last finished cycle were (a sleep; in
  // interleaved learning some hundred steps): |P + N| / (|P| + |N|), estimated; 0 when they cancel,
  // so that learning is finished. 1 before.
  double contrast() const;
  // The same of the cycle under way, awake and asleep so far; 1 where one of the two is missing.
  double contrast_so_far() const;

  // (G_f - theta_f)/T + (theta_c - G_c)/T of G_f - G_c, with the threshold where it stands now.
  float LogOdds(float goodness) const;
  // How far the threshold has moved, a unit's share.
  float threshold_shift() const;

  // How often the weights have moved, since they were drawn; saved with them.
  uint64_t updates() const;

  // Whether its weights overflowed.
  bool stopped() const { return stopped_; }

  const FfLayerOptions& options() const { return options_; }
  size_t parameter_count() const { return options_.units * (options_.fan_in() + 1); }
  // The weights as they act, updates that wait included. A copy: looking changes nothing.
  LayerParameters parameters() const;
  // What lasts: where the rule has phases, the weights of the last waking, without what only leans
  // towards what was collected since. Of layers that began alike and share what they learn, what is
  // to be averaged. A copy.
  LayerParameters lasting() const;
  // What lasts, and so what acts, becomes so much more; what was collected stays and goes on.
  void Shift(const LayerParameters& by);
  // Goes on learning from these, as if from the start.
  void SetParameters(const LayerParameters& parameters);
  // From the next step on the learning rate is so many times that of the options. It is no part of
  // the state: whoever loads one sets it again.
  void SetRateFactor(float factor);
  // All that the next step depends on, so that a layer of the same options, learning options and
  // generator goes on from it bit for bit. Between two steps.
  void ExchangeState(StateArchive& archive);

 private:
  FfLayer(const FfLayerOptions& options, const LearningOptions& learning, Rng rng);

  void UpdatePeerTerm(size_t batch);
  void Respond(std::span<const Segment> inputs, FfLayerState& state, Executor& executor);
  void RespondFew(const LayerInputs& inputs, FfLayerState& state, Executor& executor);
  void FinishRows(Phase phase, size_t block, FfLayerState& state, MatrixView out) const;
  void RespondTo(const LayerInputs& inputs, FfLayerState& state, Executor& executor);
  Energy ActivateRow(std::span<float> responses, std::span<float> damped,
                     std::span<float> ranked) const;
  StepStatistics Summarise(const LayerInputs& inputs, const FfLayerState& state);
  void LearnFrom(const LayerInputs& inputs, Phase phase, FfLayerState& state);

  FfLayerOptions options_;
  std::unique_ptr<LayerWeights> weights_;
  bool stopped_ = false;
  std::vector<float> mean_activity_;  // m
  std::vector<float> peer_term_;      // lambda (mean(m) - m_i) / batch
  std::unique_ptr<LearningState> learning_;
  std::unique_ptr<MovingThreshold> threshold_;
};

}  // namespace hypnos
