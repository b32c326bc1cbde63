// One cell of the experiment `replicas`: networks that begin from the same weights and are each
// shown a scene of their own, in rounds; at the end of each round they share what they have
// learned. Beside them what they are compared with. Judged is by frames that nobody learned from,
// of all scenes: a probe set of each, which is the same for all networks.
//
// What is shared, of W before the round, and W_i after it, of n networks; D_i = W_i - W:
//   mean    W + mean(D_i)
//   sum     W + n mean(D_i)
//   length  W + s mean(D_i), s: as far as each has gone on average, mean|D_i| / |mean(D_i)|
//   exp     the same, s = max(1, mean(|D_i|^2) / (2 |mean(D_i)|^2)), FedExP
//   moment  v <- 0.5 v + mean(D_i), W + v, FedAvgM
//   adam    FedAdam, first moment 0.9, second 0.99
// s is of each layer by itself, and at most n; of read-outs it is the mean but for `sum`.
// Sources: Jhunjhunwala et al. 2023 (FedExP); Hsu et al. 2019 (FedAvgM); Reddi et al. 2021.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/diagnostics/probe_figures.h"
#include "hypnos/layer/options.h"
#include "hypnos/sources/frame.h"

namespace hypnos::lab {

struct Scene {
  std::string name;
  std::vector<Frame> learned, held_out;  // as the networks see them, in size
};

enum class Sharing {
  kUntrained,  // as they begin
  kAlone,      // one network, of one scene
  kTogether,   // one network that is shown the rounds of all, one after the other
  kMean,
  kMeanLayers,  // of the layers; read-outs stay as they are
  kSum,
  kLength,
  kExp,
  kMoment,
  kAdam,
  kStrangers,  // as kMean, but each began from other weights
  kOnce,       // as kMean, at the very end only
};

struct ReplicasCell {
  LearningRule rule = LearningRule::kRehearsed;
  bool rms = false;  // gradients are normalised: see LearningState
  double rate = 0.0005;
  Sharing sharing = Sharing::kMean;
  size_t scene = 0;       // kAlone: which one
  int64_t frames = 3072;  // that each network is shown, over and over where the scene is shorter
  int64_t round = 128;    // frames between two averages
  uint64_t seed = 1;
  int width = 128;
  int height = 80;
};

// Of a probe set, the mean over the layers: see LayerProbe.
struct TellsApart {
  double pairs = 0;
  double auc = 0;
  std::array<double, kProbeNegatives> auc_of{};
};

// Of each scene, by its held-out probe set. `go_on` is told about each round of each network; where
// it says no, the cell ends with kCancelled. Errors: those of Pipeline::Run; kFailedPrecondition
// where a scene is too short for a probe set.
Result<std::vector<TellsApart>> RunReplicasCell(const ReplicasCell& cell,
                                                const std::vector<Scene>& scenes,
                                                const std::function<bool()>& go_on);

// How often that asks.
uint64_t RoundsOf(const ReplicasCell& cell, size_t scenes);

}  // namespace hypnos::lab
