// Whether an input changes too fast for the network to come to rest on it.
//   change_l[t] = |h_l[t] - h_l[t-1]| / (k |h_l[t]|)       StepStatistics::change, over all places
// taken at the last step of each frame, and followed over about the last fifty frames. A frame that
// is held long enough brings it near 0; of video shown a step a frame it tells how far the states
// lag behind. Divided by the damping k, since what is damped more moves less, and is no nearer.
// Threads: a value.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "hypnos/layer/ff_layer.h"

namespace hypnos {

class Settling {
 public:
  // Above this share, in the layer that moves most, the input changes too fast to settle: more than
  // a third of what states say of the side that is seen is lost. Measured with one and with two
  // steps a frame, by this same measure: tests/experiments, potato. With one step a frame part of
  // it is delay.
  static constexpr double kTooFast = 0.3;

  // The last step of a frame. What led up to it must have been the same input: the first frame
  // after a reset is no sign of anything.
  void Add(std::span<const StepStatistics> layers) {
    const bool first = changes_.empty();
    changes_.resize(layers.size());
    for (size_t l = 0; l < layers.size(); ++l) {
      if (!layers[l].finite) continue;
      const double change = layers[l].change;
      changes_[l] = first ? change : changes_[l] + kForget * (change - changes_[l]);
    }
  }

  // Per layer; empty before the first frame.
  const std::vector<double>& changes() const { return changes_; }
  double largest() const { return changes_.empty() ? 0 : std::ranges::max(changes_); }
  bool too_fast() const { return largest() > kTooFast; }

 private:
  static constexpr double kForget = 0.02;

  std::vector<double> changes_;
};

}  // namespace hypnos
