// How rare a frame's highest z is among those of the frames before.
//   score = -log10 P(z' >= z)
// P: the share of weight above; beyond the value that a hundredth lies above, and at least five
// frames, the tail is taken to fall exponentially, as its median says: what was never seen still
// has a score. Threads: thread-compatible. Nothing fails or allocates once made.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "hypnos/base/state_archive.h"
#include "novelty/decaying_histogram.h"

namespace hypnos {

class FrameHistory {
 public:
  // Of a frame of which nothing can be said: even chances.
  static constexpr double kNothing = 0.3010299956639812;
  // The share of frames above which the tail begins, and of how many frames at the least it is
  // measured.
  static constexpr double kTail = 0.01;
  static constexpr double kTailFrames = 5;

  double Score(double z) const;
  void Learn(double z, double memory, double weight = 1);
  // z of the frame in the middle; none before the first one.
  std::optional<double> Usual() const;
  // Frames that count, by weight.
  double frames() const { return frames_.total(); }
  struct Share {
    uint64_t bin = 0;
    double weight = 0;
  };
  // As if frames like these had been seen, until a score of `z` is no more than this. Returns what
  // was put in.
  Share MakeUsual(double z, double score);
  // As if that had not been done. `usual`: faded since as all that was seen.
  void TakeBack(const Share& usual) { frames_.AddToBin(usual.bin, -usual.weight); }
  // As if none of them had been seen.
  void Forget(std::span<const double> weights);

  void ExchangeState(StateArchive& archive) { frames_.ExchangeState(archive); }

 private:
  DecayingHistogram frames_;
};

}  // namespace hypnos
