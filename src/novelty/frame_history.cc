#include "novelty/frame_history.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hypnos {
namespace {

constexpr int kMostRounds = 200;

// Mean of x - begin over the tail, a share of all weight, that begins there, as its median tells:
// of an exponential the median is ln 2 times the mean. A mean would be ruled by the few that lie
// far out.
double Excess(const DecayingHistogram& frames, double begin, double tail) {
  return (QuantileOf(frames.weights(), 1 - tail / 2) - begin) / std::numbers::ln2;
}

}  // namespace

double FrameHistory::Score(double z) const {
  if (frames_.total() <= 0) return kNothing;
  const double tail = std::min(0.5, std::max(kTail, kTailFrames / frames_.total()));
  const double begin = QuantileOf(frames_.weights(), 1 - tail);
  if (z <= begin) return -std::log10(std::clamp(frames_.ShareAbove(z), tail, 1.0));
  // No tail is thinner than a bin is wide.
  const size_t bin = DecayingHistogram::BinOf(begin);
  const double width = DecayingHistogram::Edge(bin + 1) - DecayingHistogram::Edge(bin);
  const double excess = std::max(width, Excess(frames_, begin, tail));
  return -std::log10(tail) + (z - begin) / excess * std::log10(std::exp(1.0));
}

std::optional<double> FrameHistory::Usual() const {
  if (frames_.total() <= 0) return std::nullopt;
  return QuantileOf(frames_.weights(), 0.5);
}

void FrameHistory::Learn(double z, double memory, double weight) {
  frames_.Fade(memory);
  frames_.Add(z, weight);
}

FrameHistory::Share FrameHistory::MakeUsual(double z, double score) {
  const size_t bin = std::min(DecayingHistogram::BinOf(z) + 1, DecayingHistogram::kBins - 1);
  // A little at first, and ever more: some rounds are enough whatever was seen.
  double weight = 0.001 * frames_.total();
  Share put{.bin = bin};
  for (int round = 0; round < kMostRounds && weight > 0 && Score(z) > score; ++round) {
    frames_.AddToBin(bin, weight);
    put.weight += weight;
    weight *= 1.1;
  }
  return put;
}

void FrameHistory::Forget(std::span<const double> weights) {
  for (size_t bin = 0; bin < weights.size(); ++bin) {
    if (weights[bin] > 0) frames_.AddToBin(bin, -weights[bin]);
  }
}

}  // namespace hypnos
