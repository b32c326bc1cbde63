// What a network makes of a fixed set of sequences, real and not: whether it has learned, whether
// it is about to collapse. Plain values, to be shown, compared and decided by.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hypnos/diagnostics/measures.h"

namespace hypnos {

// What the real sequences are to be told from. All are kept with the set: a dream of now gets
// better with the network, and one that cannot be told from real is success, not collapse. A set of
// symbols has no hybrids: the mask that mixes two sequences lies over readers, and of a reader is
// all one sequence or all the other.
enum class ProbeNegative : size_t { kSplice, kHybrid, kEarlyDream };
inline constexpr std::array kAllProbeNegatives = {ProbeNegative::kSplice, ProbeNegative::kHybrid,
                                                  ProbeNegative::kEarlyDream};
inline constexpr size_t kProbeNegatives = kAllProbeNegatives.size();

// "splice", "hybrid", "early dream".
const char* ToString(ProbeNegative negative);

// Of one layer. Shares are in [0, 1]; goodness is a unit's share. Of places where something was not
// finite nothing is counted.
struct LayerProbe {
  bool finite = true;  // no NaN or infinity was met
  double real_goodness = 0;
  double negative_goodness = 0;
  double real_probability = 0;
  double negative_probability = 0;
  // How often a real place has a higher goodness than the same place of the same frame in a
  // negative that shares its past; ties count half, 0.5 is chance.
  double pairwise_accuracy = 0.5;
  // Of goodness over all places and frames, whose own goodness differs, too: of all negatives, and
  // of each kind alone; none of a kind that the set has not.
  double auc = 0.5;
  std::array<std::optional<double>, kProbeNegatives> auc_of;
  ProbabilityHistogram real_histogram{};
  ProbabilityHistogram negative_histogram{};
  // Negatives that are taken for real (p > 1/2), real ones that are not, and real ones of which the
  // layer is all but certain (p > 0.99).
  double negatives_above = 0;
  double positives_below = 0;
  double saturated = 0;
  // Units that are silent at every place of every real frame.
  size_t units = 0;
  size_t dead_units = 0;
  // Of the units' incoming weights.
  Norms weights;
  // Of the states at the ends of the real sequences: see measures.h.
  double cosine = 0;
  double effective_rank = 0;
};

struct ProbeFigures {
  size_t sequences = 0;
  size_t locations = 0;
  std::vector<LayerProbe> layers;
  // LayerProbe::cosine of what layer 1 reads: how alike the frames themselves are.
  double input_cosine = 0;
};

// From this pairwise accuracy on a layer tells real from not.
inline constexpr double kTellsApart = 0.55;

// Below this FfLayer::contrast the updates that real data and present dreams ask for cancel. Where
// a layer tells real sequences from frozen negatives it has then finished learning; they also
// cancel in a layer to which all is the same.
inline constexpr double kCancels = 0.001;

}  // namespace hypnos
