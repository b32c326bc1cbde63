// Options of one Forward-Forward layer and of how it learns.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "hypnos/tensor/weight_matrix.h"

namespace hypnos {

struct FfLayerOptions {
  // How wide each neighbour is; 0: not read.
  size_t below = 0;
  size_t above = 0;
  bool self = true;

  size_t units = 256;
  // The last so many units are constraint units: low goodness for real data.
  size_t constraint_units = 0;
  // Only so many of a group's most active units count towards its goodness, and learn from it; 0:
  // all.
  size_t top_units = 0;
  // k in h[t] = (1-k) h[t-1] + k r[t]; in (0, 1].
  float damping = 0.7f;
  // theta / units of the group and T / units of the layer, of those that count. A sum of squares
  // and a mean of them so are the same: that of a mean with T = 1 is temperature_per_unit = 1.
  float threshold_per_unit = 1.0f;
  float temperature_per_unit = 0.2f;
  // lambda; 0: off.
  float peer_normalisation = 0.03f;
  // Largest norm of a unit's incoming weights; 0: no cap.
  float norm_cap = 0.0f;

  // How many rows every step has, where that is always the same few (up to kFewRows): updates then
  // wait as factors beside the weights and are written a block at a time, the norm cap acting where
  // a block is written. 0: many, or not known.
  size_t batch = 0;
  // kBfloat16 halves what a step of a few rows reads; with many rows it only limits the precision.
  WeightStorage storage = WeightStorage::kFloat32;

  size_t fan_in() const { return below + above + (self ? units : 0); }
  // How many of feature and of constraint units count towards their goodness.
  size_t counted_features() const { return counted_of(units - constraint_units); }
  size_t counted_constraints() const { return counted_of(constraint_units); }
  size_t counted() const { return counted_features() + counted_constraints(); }
  size_t counted_of(size_t group) const {
    return top_units == 0 ? group : std::min(top_units, group);
  }
};

enum class LearningRule {
  // Awake the weights lean a little towards what is seen; asleep real sequences are replayed beside
  // dreams, and only what tells the two apart lasts.
  kRehearsed,
  // Awake only real data, asleep only dreams; the weights move by the sum of both gradients on
  // waking up, and by a small share of it before.
  kDeferredContrast,
  // Awake only real data, asleep only dreams, and one velocity for both: it must remember a few
  // whole cycles, and the rate be low.
  kCarriedVelocity,
  // No sleep: a dream runs beside the real stream.
  kInterleaved,
  kLooking,
};

enum class Optimiser {
  // The gradient as it is.
  kPlain,
  // Each weight's gradient divided by the root of its running mean square, as in RMSProp. With
  // kInterleaved only: where phases are apart it scales a gradient that has saturated, and should
  // vanish, up to full steps again.
  kRms,
};

// Rates go with updates without the constant 2/T of the exact gradient, and with means over the
// batch.
struct LearningOptions {
  LearningRule rule = LearningRule::kRehearsed;
  Optimiser optimiser = Optimiser::kPlain;
  float rate = 0.002f;
  // The rate stays as it is for hold_steps updates, then falls in a straight line over fall_steps
  // to its floor, a share of it, and stays there. fall_steps 0: it never falls.
  uint64_t hold_steps = 0;
  uint64_t fall_steps = 0;
  float rate_floor = 0;
  float velocity = 0.9f;
  float weight_decay = 3e-4f;
  // kRms: how much of the mean square an update leaves as it was.
  float square_memory = 0.99f;
  // alpha: the share of the rate at which gradients act at once where they otherwise wait.
  float online_share = 0.001f;
  // How far the threshold goes, each time that the layer wakes up, towards the middle between the
  // goodness of what was real and of what was fake; 0: it stays. Of rules with phases only.
  float threshold_share = 0;
};

}  // namespace hypnos
