// Scores a probe set on weights: figures are a function of the two alone. It has layers of its own,
// which never learn, so that whoever learns is not touched, and any copy of weights can be scored,
// those of a checkpoint as well as those of now.
//
// Each sequence begins at rest; after its context come what really followed and, from the same
// states, each of the negatives. A layer is asked from the step on at which what differs has
// reached it, at the last step of each frame. Memory: as much as the layers' weights, and a few
// states of as many places as the set has. Threads: thread-compatible; parts of a step run on the
// executor. Score cannot fail.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/diagnostics/probe_figures.h"
#include "hypnos/diagnostics/probe_set.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/network/network.h"
#include "hypnos/tensor/executor.h"

namespace hypnos {

class Prober {
 public:
  // `layers`: as in effect, from the bottom up; the set must outlive the prober.
  // Errors: those of FfLayer::Create.
  static Result<Prober> Create(const NetworkOptions& options,
                               std::span<const FfLayerOptions> layers, int steps_per_frame,
                               const ProbeSet& set);

  // The weights of one layer; of all of them before Score.
  void SetParameters(size_t layer, const LayerParameters& parameters);

  ProbeFigures Score(Executor& executor);

 private:
  // One stream of inputs. What layers say is kept of two steps: they read the one before.
  struct Lane {
    std::vector<FfLayerState> states;
    std::array<std::vector<Matrix>, 2> out;
    size_t now = 0;
  };
  struct Tally;

  Prober(const NetworkOptions& options, int steps_per_frame, const ProbeSet& set,
         std::vector<FfLayer> layers);

  Lane MakeLane() const;
  void Rest(Lane& lane) const;
  void Fork(const Lane& from, Lane& to) const;
  void Step(Lane& lane, Executor& executor);
  void StepLayer(Lane& lane, size_t l, Executor& executor);
  // Shows x_ for the steps of a frame. `tally`: for each layer, where what it says is counted;
  // none: nothing is. `frame`: since the sequences differ.
  void Show(Lane& lane, size_t frame, std::vector<Tally>* tally, size_t kind, Executor& executor);
  void Normalise();

  const ProbeSet* set_;
  InputScale input_scale_;
  float input_noise_power_;
  int steps_per_frame_;
  std::vector<FfLayer> layers_;
  std::vector<Norms> norms_;
  Matrix x_;
  // What the first layer reads where labels stand beside the input: the probe set shows none. Empty
  // where it reads x_ itself.
  Matrix read_;
  std::vector<Matrix> silence_;  // per layer: what it reads above where nobody is
  Lane real_, other_;
};

}  // namespace hypnos
