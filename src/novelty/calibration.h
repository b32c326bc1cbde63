// How unusual the surprise at each place is, for that place.
//
//   e     = max(0, change - 2 noise)             noise: median change of places, of late
//   E, N  = sums of e and of e s over the neighbours, fading over frames
//   d     = (N - m E) / (E + k)             m: mean surprise where something changes
//                                           k: twice the usual E where something changes
//   z     = (d - median) / (q90 - median)   quantiles of d, weighted by E
// Where little changes d is drawn towards 0, instead of being ruled by a few pixels. In a picture
// of a scene, rows differ most: what is far away is small and slow. So means and quantiles are of a
// row and its neighbours, with a little of all rows, so that one with no history is not without a
// scale.
// Shapes: maps [rows x columns].
// Threads: thread-compatible. Allocates for the first frame only.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/novelty/options.h"
#include "novelty/decaying_histogram.h"

namespace hypnos {

// Of one frame; as NoveltyFrame has them.
struct CalibrationFrame {
  size_t rows = 0;
  size_t columns = 0;
  std::span<const float> surprise = {};
  std::span<const float> change = {};
  bool learn = true;
};

class Calibration {
 public:
  explicit Calibration(const CalibrationOptions& options) : options_(options) {}

  // z at each place, by what was seen before; valid until the next call. `memory`: what is kept of
  // what was seen, 0..1. `weight`: how much this frame counts for. Precondition: the maps are of
  // the frame's size.
  std::span<const float> Judge(const CalibrationFrame& frame, double memory, double weight = 1);
  // What comes next does not follow what came before: no evidence is carried over.
  void Cut();
  // Share of places with something to judge whose change is large for any place at any time.
  double changed_share() const { return changed_share_; }

  void ExchangeState(StateArchive& archive);

 private:
  // A ratio of two sums that fade alike.
  struct Mean {
    double sum = 0;
    double weight = 0;
    // What has all but faded is nothing: a ratio of numbers that are hardly any is no number.
    void Fade(double factor) {
      sum *= factor, weight *= factor;
      if (weight < DecayingHistogram::kFaded) sum = weight = 0;
    }
    double Or(double otherwise) const { return weight > 0 ? sum / weight : otherwise; }
    void ExchangeState(StateArchive& archive, const char* name);
  };
  // What a row's neighbour counts for in it.
  static double ShareOf(int rows_away);

  // Of one row: where the middle of d lies, and how far from it one in ten.
  struct Scale {
    double middle = 0;
    double spread = 0;
  };

  void Resize(size_t rows, size_t columns);
  void TakeEvidence(const CalibrationFrame& frame);
  void MeasureNoise(const CalibrationFrame& frame);
  void SumOver(std::span<const float> map, std::span<float> sums) const;
  void MeasureMeans();
  void Shrink();
  void MeasureScales();
  void Learn(const CalibrationFrame& frame, double memory, double weight);

  CalibrationOptions options_;
  size_t rows_ = 0;
  size_t columns_ = 0;
  Mean noise_, usual_;          // usual_: E weighted by itself
  std::vector<Mean> surprise_;  // by row
  DecayingHistogram changes_;   // of all places
  double changed_share_ = 0;
  std::vector<DecayingHistogram> history_;  // of d, by row
  std::vector<Scale> scales_;
  std::vector<float> evidence_, weighted_;  // E and N
  // Scratch.
  std::vector<float> e_, es_, sum_, s_, z_, sorted_;
  std::vector<double> mixed_, all_, means_;
  double frame_noise_ = 0;
};

}  // namespace hypnos
