// One maker of negative sequences of each kind that has frames of its own, and one of wrong labels.
// Threads: thread-compatible, each kind by itself.
#pragma once

#include <array>
#include <memory>

#include "hypnos/base/check.h"
#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/replay/negative.h"
#include "hypnos/replay/wrong_labels.h"

namespace hypnos {

struct NegativeOptions {
  // Length of a sequence.
  int64_t frames = 8;
  // For how many frames at the least a one-step negative is held, to reach every layer.
  int64_t hold_frames = 2;
  // Of a remembered sequence, which goes on for `frames` after them: with that the recalled kinds
  // go on, so that they stand where what really came stood.
  size_t context_frames = 6;
  // Of a text: how many there are; 0: frames are pictures.
  size_t symbols = 0;
  // Of labels.
  size_t classes = 0;
};

class Negatives {
 public:
  // The grid must outlive them. Dreams draw from `rng` itself, the others from forks of it: what a
  // kind draws does not depend on which others there are.
  Negatives(const PatchGrid& grid, const NegativeOptions& options, const Rng& rng);

  // Precondition: it has frames of its own.
  Negative& operator[](NegativeKind kind) {
    HYPNOS_CHECK(HasFramesOfItsOwn(kind));
    return *kinds_[static_cast<size_t>(kind)];
  }
  WrongLabels& wrong_labels() { return wrong_labels_; }

  void ExchangeState(StateArchive& archive);

  // Negative::Beginning, of any kind: what has a wrong label, or is hurried, is so from its first
  // frame on.
  int64_t Beginning(NegativeKind kind, int64_t frame) const {
    return HasFramesOfItsOwn(kind) ? kinds_[static_cast<size_t>(kind)]->Beginning(frame) : 0;
  }

 private:
  std::array<std::unique_ptr<Negative>, kNegativeKinds> kinds_;  // null: frames are the real ones
  WrongLabels wrong_labels_;
};

}  // namespace hypnos
