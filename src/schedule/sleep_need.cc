#include "hypnos/schedule/sleep_need.h"

namespace hypnos {
namespace {

// Whether any that is looked at is beyond its limit, moved by `margin` towards what is good.
bool IsBeyond(const SleepNeed& need, const ProbeSignals& signals, double margin) {
  const auto above = [margin](std::optional<double> limit, double value) {
    return limit && value >= *limit - margin;
  };
  return above(need.negatives_above, signals.negatives_above) ||
         above(need.goodness_ratio, signals.goodness_ratio) ||
         above(need.saturated, signals.saturated) ||
         (need.auc && signals.auc <= *need.auc + margin);
}

}  // namespace

bool HasOverslept(const SleepNeed& need, const ProbeSignals& signals) {
  return need.positives_below && signals.positives_below >= *need.positives_below;
}

// Who has slept too much is not helped by more of it.
bool NeedsSleep(const SleepNeed& need, const ProbeSignals& signals) {
  return IsBeyond(need, signals, 0) && !HasOverslept(need, signals);
}

bool HasRecovered(const SleepNeed& need, const ProbeSignals& signals) {
  return !IsBeyond(need, signals, need.margin);
}

}  // namespace hypnos
