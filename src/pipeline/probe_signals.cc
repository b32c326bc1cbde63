#include "pipeline/probe_signals.h"

#include <algorithm>

namespace hypnos {

ProbeSignals SignalsOf(const ProbeFigures& figures) {
  ProbeSignals worst;
  for (const LayerProbe& layer : figures.layers) {
    if (!layer.finite) continue;
    worst.negatives_above = std::max(worst.negatives_above, layer.negatives_above);
    worst.positives_below = std::max(worst.positives_below, layer.positives_below);
    worst.saturated = std::max(worst.saturated, layer.saturated);
    worst.auc = std::min(worst.auc, layer.auc);
    // A layer that is silent is the same for both.
    const double ratio =
        layer.real_goodness > 0 ? layer.negative_goodness / layer.real_goodness : 1;
    worst.goodness_ratio = std::max(worst.goodness_ratio, ratio);
  }
  return worst;
}

bool HasFinished(const ProbeFigures& figures, const Network& network) {
  for (size_t l = 0; l < figures.layers.size(); ++l) {
    const bool tells = figures.layers[l].pairwise_accuracy >= kTellsApart;
    if (!tells || network.layer(l).contrast_so_far() >= kCancels) return false;
  }
  return !figures.layers.empty();
}

}  // namespace hypnos
