#include "novelty/decaying_histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

constexpr int kHalf = DecayingHistogram::kBinsPerOctave * DecayingHistogram::kOctaves;

// Of a value above kLeast: how many bins from the middle one.
int Steps(double size) {
  const double steps =
      DecayingHistogram::kBinsPerOctave * std::log2(size / DecayingHistogram::kLeast);
  return 1 + static_cast<int>(std::clamp(std::floor(steps), 0.0, kHalf - 1.0));
}

}  // namespace

size_t DecayingHistogram::BinOf(double value) {
  HYPNOS_CHECK(std::isfinite(value));
  const double size = std::abs(value);
  if (size < kLeast) return kHalf;
  return static_cast<size_t>(value > 0 ? kHalf + Steps(size) : kHalf - Steps(size));
}

double DecayingHistogram::Edge(size_t bin) {
  const int steps = static_cast<int>(bin) - kHalf;
  const double size =
      kLeast * std::exp2(static_cast<double>(steps > 0 ? steps - 1 : -steps) / kBinsPerOctave);
  return steps > 0 ? size : -size;
}

void DecayingHistogram::AddToBin(size_t bin, double weight) {
  const double after = std::max(0.0, weights_[bin] + weight);
  total_ = std::max(0.0, total_ + after - weights_[bin]);
  weights_[bin] = after;
}

void DecayingHistogram::Fade(double factor) {
  for (double& weight : weights_) {
    weight *= factor;
    if (weight < kFaded) weight = 0;
  }
  total_ = std::accumulate(weights_.begin(), weights_.end(), 0.0);
}

double DecayingHistogram::ShareAbove(double value) const {
  if (total_ <= 0) return 1;
  const size_t bin = BinOf(value);
  double above = 0;
  for (size_t i = bin + 1; i < kBins; ++i) above += weights_[i];
  const double low = Edge(bin);
  const double high = Edge(bin + 1);
  const double inside = high > low ? std::clamp((high - value) / (high - low), 0.0, 1.0) : 0;
  return (above + weights_[bin] * inside) / total_;
}

void DecayingHistogram::ExchangeState(StateArchive& archive) {
  archive.Values("weights", std::span(weights_), {kBins});
  if (!archive.loading()) return;
  for (const double weight : weights_) {
    if (!(weight >= 0) || !std::isfinite(weight)) return archive.Refuse("weights", "are none");
  }
  total_ = std::accumulate(weights_.begin(), weights_.end(), 0.0);
}

double QuantileOf(std::span<const double> weights, double p) {
  HYPNOS_CHECK(weights.size() == DecayingHistogram::kBins);
  const double wanted = p * std::accumulate(weights.begin(), weights.end(), 0.0);
  double below = 0;
  for (size_t bin = 0; bin < weights.size(); ++bin) {
    if (weights[bin] > 0 && below + weights[bin] >= wanted) {
      const double inside = std::clamp((wanted - below) / weights[bin], 0.0, 1.0);
      const double low = DecayingHistogram::Edge(bin);
      return low + inside * (DecayingHistogram::Edge(bin + 1) - low);
    }
    below += weights[bin];
  }
  return 0;
}

}  // namespace hypnos
