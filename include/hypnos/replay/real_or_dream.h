// How well one layer tells what is real from what is dreamed, counted while both run side by side.
//
// Pairwise accuracy: the share of (step, location) pairs in which the real input has the higher
// goodness; ties count half, so that 0.5 is chance. Both lanes come from the same past, so that a
// pair differs in nothing but the input since the dream began.
// Threads: thread-compatible. Nothing allocates or fails.
#pragma once

#include <cstdint>
#include <span>

#include "hypnos/base/state_archive.h"

namespace hypnos {

class RealOrDream {
 public:
  // The goodness of one step at every location. Both spans have the same length.
  void Count(std::span<const float> real, std::span<const float> dream);

  uint64_t pairs() const { return pairs_; }
  // 0.5 without a pair.
  double pairwise_accuracy() const;

  void ExchangeState(StateArchive& archive) {
    archive.Number("wins", wins_);
    archive.Number("pairs", pairs_);
  }

 private:
  double wins_ = 0;
  uint64_t pairs_ = 0;
};

}  // namespace hypnos
