#include "hypnos/diagnostics/health.h"

#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// More than anybody has.
constexpr size_t kMostLayers = 10000;

// A figure of a layer, and on which side of which limit it has to stay.
struct Graded {
  HealthFigure figure;
  double value = 0;
  std::optional<double> limit;
  bool has_to_be_below = true;

  bool sound() const { return has_to_be_below ? value < *limit : value > *limit; }
  bool sound_by(double margin) const {
    return has_to_be_below ? value <= *limit * (1 - margin) : value >= *limit * (1 + margin);
  }
};

double DeadShare(const LayerProbe& layer) {
  return layer.units == 0
             ? 0
             : static_cast<double>(layer.dead_units) / static_cast<double>(layer.units);
}

HealthSign NotFinite(size_t layer) { return {.layer = layer, .figure = HealthFigure::kFinite}; }

bool Overflowed(const WeightHealth& weights, size_t l) {
  return l < weights.overflowed.size() && weights.overflowed[l];
}

}  // namespace

std::string ToString(const HealthSign& sign) {
  const std::string layer = Format("layer {}", sign.layer);
  const double value = sign.value, limit = sign.limit;
  switch (sign.figure) {
    case HealthFigure::kFinite:
      return sign.layer == 0 ? "the generator's weights are not finite"
                             : layer + ": its weights or what it says are not finite";
    case HealthFigure::kDeadUnits:
      return Format("{}: {:.1f} % of its units are dead (limit: {:.1f} %)", layer, 100 * value,
                    100 * limit);
    case HealthFigure::kWeightNorm:
      return Format("{}: the mean norm of its weights is {:.3g} times what it was (limit: {:.3g})",
                    layer, value, limit);
    case HealthFigure::kEffectiveRank:
      return Format("{}: its states differ in {:.2f} directions only (limit: {:.2f})", layer, value,
                    limit);
    case HealthFigure::kCosine:
      return Format("{}: states of different frames have a cosine of {:.4f} (limit: {:.4f})", layer,
                    value, limit);
    case HealthFigure::kAuc:
      return Format("{}: its AUC after sleep is {:.3f} (limit: {:.3f})", layer, value, limit);
  }
  HYPNOS_CHECK(false);
  return "";
}

void HealthSign::ExchangeState(StateArchive& archive) {
  layer = archive.Count("layer", layer, kMostLayers);
  figure = static_cast<HealthFigure>(
      archive.Count("figure", static_cast<size_t>(figure), kHealthFigures - 1));
  archive.Number("value", value);
  archive.Number("limit", limit);
}

HealthVerdict Health::Judge(const ProbeFigures& figures, const WeightHealth& weights,
                            bool judge_auc) {
  // Also where what was loaded is of another network.
  if (layers_.size() != figures.layers.size()) {
    layers_.clear();
    for (const LayerProbe& layer : figures.layers) {
      layers_.push_back({.first_norm = layer.weights.mean, .was_sound = {}, .beyond = {}});
    }
  }
  HealthVerdict verdict = {.sign = std::nullopt, .by_a_margin = true, .is_first = false};
  const auto note = [&](const HealthSign& sign) {
    if (!verdict.sign) verdict.sign = sign;
    verdict.by_a_margin = false;
  };
  for (size_t l = 0; l < layers_.size(); ++l) {
    const LayerProbe& probe = figures.layers[l];
    Layer& layer = layers_[l];
    if (!probe.finite || Overflowed(weights, l)) {
      // Its other figures are of what was finite, or of nothing.
      note(NotFinite(l + 1));
      continue;
    }
    const double growth = layer.first_norm > 0 ? probe.weights.mean / layer.first_norm : 1;
    const std::array graded = {
        Graded{HealthFigure::kDeadUnits, DeadShare(probe), limits_.dead_units, true},
        Graded{HealthFigure::kWeightNorm, growth, limits_.weight_norm, true},
        Graded{HealthFigure::kEffectiveRank, probe.effective_rank, limits_.effective_rank, false},
        Graded{HealthFigure::kCosine, probe.cosine, limits_.cosine, true},
        Graded{HealthFigure::kAuc, probe.auc, judge_auc ? limits_.auc : std::nullopt, false},
    };
    for (const Graded& each : graded) {
      if (!each.limit) continue;
      bool& was_sound = layer.was_sound[static_cast<size_t>(each.figure)];
      uint64_t& beyond = layer.beyond[static_cast<size_t>(each.figure)];
      const HealthSign sign = {l + 1, each.figure, each.value, *each.limit};
      if (each.sound_by(limits_.margin)) {
        verdict.is_first = !std::exchange(was_sound, true) || verdict.is_first;
        beyond = 0;
      } else if (!was_sound) {
        if (++beyond == limits_.patience_scorings) verdict.in_vain.push_back(sign);
      } else {
        beyond = each.sound() ? 0 : beyond + 1;
        verdict.by_a_margin = false;
        if (beyond >= limits_.scorings) note(sign);
      }
    }
  }
  if (!weights.generator_finite) note(NotFinite(0));
  return verdict;
}

void Health::ExchangeState(StateArchive& archive) {
  const size_t layers = archive.Count("layers", layers_.size(), kMostLayers);
  if (archive.loading()) layers_.resize(layers);
  for (size_t l = 0; l < layers; ++l) {
    const StateArchive::Scope scope(archive, Format("layers.{}", l + 1));
    archive.Number("first_norm", layers_[l].first_norm);
    for (size_t f = 0; f < kHealthFigures; ++f) {
      archive.Number(Format("was_sound.{}", f), layers_[l].was_sound[f]);
      archive.Number(Format("beyond.{}", f), layers_[l].beyond[f]);
    }
  }
}

}  // namespace hypnos
