// Several figures that each say how unusual a place is, as one.
//
//   z = mean over the signals of z_s      z_s: of its own calibration
//
// Signals have units and tails of their own, so that each is calibrated by itself before they are
// put together. One that speaks of a moment ago is weighted by what changed then: a layer's
// goodness is of the input that has come up to it. While there was no such moment, the others speak
// alone. Shapes: maps [rows x columns]. Threads: thread-compatible. Allocates for the first frames
// only.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/novelty/options.h"
#include "hypnos/novelty/report.h"
#include "novelty/calibration.h"

namespace hypnos {

class Signals {
 public:
  explicit Signals(const CalibrationOptions& options) : options_(options) {}

  // z at each place, by what was seen before; valid until the next call. `memory`, `weight`: see
  // Calibration. Precondition: there are signals, the first one speaks of this frame, and all maps
  // are of the frame's size. Other signals than before begin anew.
  std::span<const float> Judge(const NoveltyFrame& frame, double memory, double weight);
  // What comes next does not follow what came before.
  void Cut();
  // See Calibration.
  double changed_share() const { return signals_.front().changed_share(); }

  void ExchangeState(StateArchive& archive);

 private:
  // By what changed when the signal's frame was there; null: that was not seen.
  const std::vector<float>* ChangeBefore(size_t lag) const;
  void Remember(const NoveltyFrame& frame);

  CalibrationOptions options_;
  std::vector<Calibration> signals_;
  std::deque<std::vector<float>> changes_;  // of the frames before, the last one first
  std::vector<float> z_;
};

}  // namespace hypnos
