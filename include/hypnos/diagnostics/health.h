// Whether a network is losing, or has lost, what it had learned, by what the probe set says of it.
//
// Signs, of each layer by itself:
//   not finite       a NaN or infinity in what it says, or weights that overflowed; also of the
//                    generator
//   dead units       the share of its units that are silent in every real sequence
//   weight norm      the mean norm of its units' incoming weights, in multiples of what it was when
//                    the probe set was first scored
//   effective rank   in how many directions its states differ
//   cosine           how alike states of different frames are
//   AUC              how well its goodness tells real from not; only where that is asked for, which
//                    is after a sleep: awake it is meant to fall
// A figure counts against a layer only once it has been sound by a margin: what never was sound
// cannot be lost. So a network that has just begun, or a scene that stands still, raises no alarm.
// And it has to be beyond its limit at so many scorings in a row, of those at which it is looked
// at: a network that learns has better and worse moments. What is not finite counts at once.
// A figure that is not sound for so long is said to be waited for in vain, once: by it the layer is
// not watched over. Pure: no clock, no randomness, no I/O. Threads: thread-compatible.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/diagnostics/probe_figures.h"

namespace hypnos {

enum class HealthFigure : size_t {
  kFinite,
  kDeadUnits,
  kWeightNorm,
  kEffectiveRank,
  kCosine,
  kAuc,
};
inline constexpr size_t kHealthFigures = 6;

// Each none: not looked at. Of those at least ("from here on") or at most, see above.
struct HealthLimits {
  std::optional<double> dead_units = 0.9;     // share of the units, at least
  std::optional<double> weight_norm = 10;     // multiples of the first, at least
  std::optional<double> effective_rank = {};  // directions, at most
  std::optional<double> cosine = {};          // at least
  std::optional<double> auc = {};             // at most; chance is 0.5
  // A figure is sound by a margin where it is better than its limit by this share of it.
  double margin = 0.05;
  uint64_t scorings = 2;  // in a row; at least 1
  // Scorings without ever being sound, after which a figure is waited for in vain; 0: none is.
  uint64_t patience_scorings = 100;
};

// Why a network is not sound: of the lowest layer, the first figure in the order above.
struct HealthSign {
  size_t layer = 0;  // from 1, from the input upwards; 0: the generator
  HealthFigure figure = HealthFigure::kFinite;
  double value = 0;
  double limit = 0;

  void ExchangeState(StateArchive& archive);
};

// "layer 2: 94 % of its units are dead (limit: 90 %)"
std::string ToString(const HealthSign& sign);

// What the probe set does not see.
struct WeightHealth {
  std::vector<bool> overflowed;  // per layer; may be empty: none has
  bool generator_finite = true;
};

struct HealthVerdict {
  // None: it is sound.
  std::optional<HealthSign> sign;
  // No figure that counts is near its limit: each is better than that by the margin.
  bool by_a_margin = false;
  // A figure has just been sound by the margin for the first time, and counts from now on.
  bool is_first = false;
  // What is waited for in vain since just now, with its value at this scoring.
  std::vector<HealthSign> in_vain = {};
};

class Health {
 public:
  explicit Health(const HealthLimits& limits) : limits_(limits) {}

  // `weights`: of the same network. `judge_auc`: see above. Remembers which figures have been
  // sound.
  HealthVerdict Judge(const ProbeFigures& figures, const WeightHealth& weights, bool judge_auc);

  void ExchangeState(StateArchive& archive);

 private:
  // What is known of one layer.
  struct Layer {
    double first_norm = 0;
    std::array<bool, kHealthFigures> was_sound{};
    // Scorings in a row: beyond the limit, or, of what has never been sound, waited for it.
    std::array<uint64_t, kHealthFigures> beyond{};
  };

  HealthLimits limits_;
  std::vector<Layer> layers_;  // empty before the first scoring
};

}  // namespace hypnos
