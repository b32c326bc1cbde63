#include "novelty/frame_history.h"

#include <algorithm>
#include <cmath>

namespace hypnos {
namespace {

// Where the tail begins, and of how many frames at the least it is measured.
constexpr double kTail = 0.01;
constexpr double kTailFrames = 5;

// Mean of x - begin over what lies above.
double MeanExcess(const DecayingHistogram& frames, double begin) {
  double sum = 0;
  double weight = 0;
  for (size_t bin = DecayingHistogram::BinOf(begin) + 1; bin < DecayingHistogram::kBins; ++bin) {
    const double middle = (DecayingHistogram::Edge(bin) + DecayingHistogram::Edge(bin + 1)) / 2;
    sum += frames.weights()[bin] * (middle - begin);
    weight += frames.weights()[bin];
  }
  return weight > 0 ? sum / weight : 0;
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
  const double excess = std::max(width, MeanExcess(frames_, begin));
  return -std::log10(tail) + (z - begin) / excess * std::log10(std::exp(1.0));
}

void FrameHistory::Learn(double z, double memory) {
  frames_.Fade(memory);
  frames_.Add(z, 1);
}

void FrameHistory::MakeUsual(double z, double score) {
  const double wanted = std::pow(10.0, -score);
  const double share = frames_.ShareAbove(z);
  if (frames_.total() <= 0 || share >= wanted || wanted >= 1) return;
  // (share total + w) / (total + w) = wanted, and half a bin more than that.
  const double weight = 2 * frames_.total() * (wanted - share) / (1 - wanted);
  frames_.AddToBin(std::min(DecayingHistogram::BinOf(z) + 1, DecayingHistogram::kBins - 1), weight);
}

void FrameHistory::Forget(std::span<const double> weights) {
  for (size_t bin = 0; bin < weights.size(); ++bin) {
    if (weights[bin] > 0) frames_.AddToBin(bin, -weights[bin]);
  }
}

}  // namespace hypnos
