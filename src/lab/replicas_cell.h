// One cell of the experiment `replicas`: as many networks as there are scenes, each shown its own
// scene, in rounds; at the end of each round they share what they have learned. Judged is by frames
// that nobody learned from, of all scenes: a probe set of each, which is the same for all networks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/layer/options.h"
#include "hypnos/sources/frame.h"

namespace hypnos::lab {

struct Scene {
  std::string name;
  std::vector<Frame> learned, held_out;  // as the networks see them, in size
};

enum class Sharing {
  kMean,        // of layers and read-outs, at the end of each round
  kMeanLayers,  // of layers alone
  kSum,         // what each has moved by is added: accumulators, where the rule has them
  kStrangers,   // as kMean, but each began from other weights
  kOnce,        // as kMean, at the very end only
};

struct ReplicasCell {
  LearningRule rule = LearningRule::kRehearsed;
  bool rms = false;  // gradients are normalised: see LearningState
  Sharing sharing = Sharing::kMean;
  int64_t frames = 2000;  // that each network is shown, over and over where the scene is shorter
  int64_t round = 100;    // frames between two averages
  uint64_t seed = 1;
  int width = 160;
  int height = 96;
};

// Of a probe set, the mean over the layers: see LayerProbe.
struct TellsApart {
  double pairs = 0;
  double auc = 0;
};

// Of one scene, by its held-out probe set.
struct SceneScore {
  TellsApart own;       // the network that learned from it, alone
  TellsApart others;    // the best of those that learned from another scene, alone
  TellsApart averaged;  // what all have in common in the end
  TellsApart together;  // one network that learned from all, as many frames as all of them
};

// `go_on` is told about each round of each network; where it says no, the cell ends with
// kCancelled. Errors: those of Pipeline::Run; kFailedPrecondition where a scene is too short for a
// probe set.
Result<std::vector<SceneScore>> RunReplicasCell(const ReplicasCell& cell,
                                                const std::vector<Scene>& scenes,
                                                const std::function<bool()>& go_on);

}  // namespace hypnos::lab
