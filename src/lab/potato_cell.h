// One cell of the experiment `potato`: irregular solids turn in front of the network, and a linear
// read-out names from what the layers say which of them is seen.
//
// Every shape is seen by a few streams at once, each from another side at first and a little faster
// or slower than the others, so that no speed meets the same few views again and again:
//   angle_s(t) = angle_s(0) + t (1 + d_s) speed / frame rate,  |d_s| <= 2 %
//   x_s(t) = view(shape_s, angle_s(t)) + noise                  of deviation 1 over all views
// A stream is a location of the network's grid: all run the same weights with states of their own.
// First the layers learn (interleaved, without labels), then they stand still and the read-out
// learns on the next frames, both at one speed; then the solids turn at another, and the read-out
// is tested. Who has learned from states that had settled does not know those that have not. A
// second read-out names which side faces the viewer: the eighth of the turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "hypnos/base/result.h"
#include "lab/potato_views.h"

namespace hypnos::lab {

enum class PotatoNetwork {
  kRecurrent,    // reads itself and the layer above, and remembers by damping
  kFeedForward,  // reads upwards only, without damping: every frame anew
  kUntrained,    // recurrent, as it was drawn
  kInput,        // none: the read-out sees the frame itself
};

struct PotatoCell {
  PotatoNetwork network = PotatoNetwork::kRecurrent;
  double learned_at = 0.1;  // revolutions a second, at 25 frames a second
  double tested_at = 1;
  // As many as there are layers: every one then speaks of the frame that is there.
  int steps_per_frame = 2;
  uint64_t seed = 1;

  size_t shapes = 8;
  size_t streams_per_shape = 3;
  int side = 20;       // of a picture, in pixels
  double noise = 0.2;  // in deviations of the views
  std::vector<size_t> units = {128, 128};
  float damping = 0.7f;  // where it is recurrent
  float rate = 1e-4f;
  size_t learning_frames = 500;
  size_t read_out_frames = 500;
  size_t test_frames = 250;

  size_t frames() const { return learning_frames + read_out_frames + test_frames; }
};

struct PotatoScore {
  // Shares of the test frames, in [0, 1].
  double accuracy = 0;
  double side_accuracy = 0;
  // Per layer, over the test frames: Settling's measure. Empty for kInput.
  std::vector<double> change;
};

// `views`: of so many shapes and pixels as the cell says. `go_on` is told about each frame; where
// it says no, the cell ends with kCancelled. Errors: those of Network::Create.
Result<PotatoScore> RunPotatoCell(const PotatoCell& cell, const PotatoViews& views,
                                  const std::function<bool()>& go_on);

}  // namespace hypnos::lab
