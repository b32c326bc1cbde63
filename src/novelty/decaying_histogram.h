// Weighted counts of values of any scale, which fade: quantiles in bounded memory. Bins are a share
// of the value's size wide, on both sides of zero, so that no unit needs to be known beforehand.
//   bin of x > 0: floor(kBinsPerOctave log2(x / kLeast)), clamped; of x < 0 its mirror image
// Within a bin weight is taken to lie evenly.
// Threads: thread-compatible. Nothing fails; nothing allocates once made.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hypnos/base/state_archive.h"

namespace hypnos {

class DecayingHistogram {
 public:
  static constexpr int kBinsPerOctave = 8;
  static constexpr double kLeast = 1.0 / (1 << 16);
  static constexpr int kOctaves = 40;
  static constexpr size_t kBins = 2 * size_t{kBinsPerOctave} * kOctaves + 1;

  // Less weight than this is none.
  static constexpr double kFaded = 1e-100;

  static size_t BinOf(double value);
  // Where a bin begins; of kBins, where the last one ends.
  static double Edge(size_t bin);

  void Add(double value, double weight) { AddToBin(BinOf(value), weight); }
  // A negative weight takes away, down to nothing.
  void AddToBin(size_t bin, double weight);
  // All weights are multiplied by this.
  void Fade(double factor);

  double total() const { return total_; }
  std::span<const double> weights() const { return weights_; }
  // The share of weight above a value.
  double ShareAbove(double value) const;

  void ExchangeState(StateArchive& archive);

 private:
  std::vector<double> weights_ = std::vector<double>(kBins);
  double total_ = 0;
};

// The value that a share `p` of the weights lies below. Precondition: they are [kBins], their sum
// is above 0.
double QuantileOf(std::span<const double> weights, double p);

}  // namespace hypnos
