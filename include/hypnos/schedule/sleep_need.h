// Whether a network needs sleep, or has slept enough, by what it makes of its probe set.
// Waking for too long raises everything: negatives come over the threshold, the goodness of both
// becomes the same, p(real) saturates, and real is no longer told from negative. Sleeping for too
// long pulls real data under the threshold.
// Plain values and pure functions; threads: safe.
#pragma once

#include <optional>

namespace hypnos {

// Of one scoring of the probe set, of the worst layer each.
struct ProbeSignals {
  double negatives_above = 0;  // share of the negatives that are taken for real
  double goodness_ratio = 0;   // of negatives to real ones
  double auc = 1;              // of real goodness against negative goodness
  double saturated = 0;        // share of the real ones with p > 0.99
  double positives_below = 0;  // share of the real ones that are not taken for real
};

// Each none: not looked at.
struct SleepNeed {
  // Sleep is needed from here on: at least, and for the AUC at most.
  std::optional<double> negatives_above = std::nullopt;
  std::optional<double> goodness_ratio = std::nullopt;
  std::optional<double> saturated = std::nullopt;
  std::optional<double> auc = std::nullopt;
  // It has been slept enough where every one of these is better by so much ...
  double margin = 0.05;
  // ... and too much where real ones are below the threshold to so large a share.
  std::optional<double> positives_below = std::nullopt;

  bool any() const { return negatives_above || goodness_ratio || saturated || auc; }
};

bool NeedsSleep(const SleepNeed& need, const ProbeSignals& signals);
// Precondition: need.any().
bool HasRecovered(const SleepNeed& need, const ProbeSignals& signals);
bool HasOverslept(const SleepNeed& need, const ProbeSignals& signals);

}  // namespace hypnos
