// How rare a figure is among those before it, where that is what matters most: in its tail.
//   decades = -log10 P(x' >= x)
// Within what was seen P is the share of weight above, where the figure itself counts half. Beyond
// it the tail is taken to be that of a power law, through the value that a twentieth lies above and
// the largest one, and at most kMost decades long; so what was never seen is told from what was
// seen even less. Threads: thread-compatible. Nothing fails or allocates once made.
#pragma once

#include "hypnos/base/state_archive.h"
#include "novelty/decaying_histogram.h"

namespace hypnos {

class TailHistory {
 public:
  static constexpr double kTail = 0.05;
  static constexpr double kMost = 20;

  // `rows`: how many it looks back.
  explicit TailHistory(double rows) : memory_(1 - 1 / rows) {}

  // Of a figure of 0 or above.
  double Decades(double x) const;
  void Learn(double x);

  void ExchangeState(StateArchive& archive);

 private:
  double memory_;
  DecayingHistogram seen_;
  double total_ =
      0;  // of its weights; added up here, so that no rounding hangs on when it was saved
  double weight_ = 1;  // of the next figure: grows instead of all others fading
};

}  // namespace hypnos
