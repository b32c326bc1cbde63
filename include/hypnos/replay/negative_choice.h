// Which kind the next negative sequence is: drawn in proportion to weights.
// Threads: thread-compatible. Nothing allocates or fails.
#pragma once

#include <cstddef>

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/replay/negative.h"

namespace hypnos {

// Finite, none negative, one above 0. Only their proportions count.
struct NegativeWeights {
  double dream = 1;
  double one_step = 0;
  double hybrid = 0;
  double splice = 0;
  double random_label = 0;
  double predicted_label = 0;
  double hurried = 0;

  double Of(NegativeKind kind) const;
  double Total() const {
    return dream + one_step + hybrid + splice + random_label + predicted_label + hurried;
  }
  // Whether any kind is made of remembered sequences, or has a wrong label.
  bool recall() const { return hybrid > 0 || splice > 0; }
  bool wrong_label() const { return random_label > 0 || predicted_label > 0; }
};

class NegativeChoice {
 public:
  NegativeChoice(const NegativeWeights& weights, Rng rng);

  // `remembered`: so many whole sequences. With fewer than two of them there is nothing to mix or
  // to cut to, and what would have been recalled is dreamed. So is what would have had a wrong
  // label, where what is real has none. Asleep nothing real stands beside it (`beside`): what would
  // have been hurried is dreamed.
  NegativeKind Draw(size_t remembered, bool labelled = false, bool beside = true);
  // How many frames at once the next hurried one shows: 2 up to kMostPace.
  int DrawPace() { return 2 + static_cast<int>(rng_.Below(kMostPace - 1)); }

  void ExchangeState(StateArchive& archive) { archive.Generator("rng", rng_); }

 private:
  NegativeWeights weights_;
  Rng rng_;
};

}  // namespace hypnos
