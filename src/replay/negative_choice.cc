#include "hypnos/replay/negative_choice.h"

#include <cmath>

#include "hypnos/base/check.h"

namespace hypnos {

double NegativeWeights::Of(NegativeKind kind) const {
  switch (kind) {
    case NegativeKind::kDream:
      return dream;
    case NegativeKind::kOneStep:
      return one_step;
    case NegativeKind::kHybrid:
      return hybrid;
    case NegativeKind::kSplice:
      return splice;
    case NegativeKind::kRandomLabel:
      return random_label;
    case NegativeKind::kPredictedLabel:
      return predicted_label;
    case NegativeKind::kHurried:
      return hurried;
  }
  HYPNOS_CHECK(false);
  return 0;
}

NegativeChoice::NegativeChoice(const NegativeWeights& weights, Rng rng)
    : weights_(weights), rng_(rng) {
  for (const NegativeKind kind : kAllNegativeKinds) HYPNOS_CHECK(weights.Of(kind) >= 0);
  HYPNOS_CHECK(weights.Total() > 0 && std::isfinite(weights.Total()));
}

NegativeKind NegativeChoice::Draw(size_t remembered, bool labelled, bool beside) {
  double left = static_cast<double>(rng_.Uniform()) * weights_.Total();
  NegativeKind drawn = NegativeKind::kDream;
  for (const NegativeKind kind : kAllNegativeKinds) {
    const double weight = weights_.Of(kind);
    if (weight == 0) continue;
    drawn = kind;
    if (left < weight) break;
    left -= weight;
  }
  const bool impossible = (IsRecalled(drawn) && remembered < 2) ||
                          (IsWrongLabel(drawn) && !labelled) || (IsEncoded(drawn) && !beside);
  return impossible ? NegativeKind::kDream : drawn;
}

}  // namespace hypnos
