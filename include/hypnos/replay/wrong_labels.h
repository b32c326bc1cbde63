// Wrong labels for what is really seen: any of the others, or the one that the network itself would
// sooner guess.
//   P(c) = w_c / sum of w over all but the truth,   w_truth = 0
// with w = 1, or w the network's own guess. A guess that is so sure of the truth that nothing is
// left for the others is as good as none.
// A label stays as long as the truth stays: a label that flickered would give itself away.
// Threads: thread-compatible. Nothing allocates or fails once made.
// Source: Hinton 2022, arXiv 2212.13345, section 3.3 (hard negative labels).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"

namespace hypnos {

class WrongLabels {
 public:
  WrongLabels(size_t classes, Rng rng);

  // A sequence begins. `guess`: the probability of each class; empty: all are equally likely.
  void Begin(std::span<const float> guess);
  // What is shown instead of the truth; none where there is no truth. Precondition: there are two
  // classes.
  std::optional<size_t> Next(std::optional<size_t> truth);

  void ExchangeState(StateArchive& archive);

 private:
  size_t DrawOther(size_t truth);

  Rng rng_;
  std::vector<float> weights_;
  std::optional<size_t> truth_;
  std::optional<size_t> label_;
};

}  // namespace hypnos
