#include "novelty/tail_history.h"

#include <algorithm>
#include <cmath>

namespace hypnos {
namespace {

// A figure beyond the largest one seen has this share of a figure's weight above it.
constexpr double kUnseen = 0.5;
// The flattest power law that is believed.
constexpr double kLeastSlope = 0.02;
// What the next figure weighs before all are brought back to size.
constexpr double kHeaviest = 1e6;

// The largest bin with weight in it; the middle one where there is none.
size_t TopOf(const DecayingHistogram& seen) {
  size_t top = DecayingHistogram::kBins - 1;
  while (top > DecayingHistogram::BinOf(0) && seen.weights()[top] <= 0) --top;
  return top;
}

double Middle(size_t bin) {
  const double low = std::max(DecayingHistogram::Edge(bin), DecayingHistogram::kLeast);
  return std::sqrt(low * std::max(DecayingHistogram::Edge(bin + 1), low));
}

}  // namespace

double TailHistory::Decades(double x) const {
  const double total = total_;
  if (total <= 0) return 0;
  const size_t bin = DecayingHistogram::BinOf(x);
  const size_t top = TopOf(seen_);
  if (bin <= top) {
    double above = 0;
    for (size_t i = bin + 1; i <= top; ++i) above += seen_.weights()[i];
    return -std::log10((above + (seen_.weights()[bin] + weight_) / 2) / (total + weight_));
  }
  double tail = 0;
  size_t begin = top;
  while (begin > DecayingHistogram::BinOf(0) && tail + seen_.weights()[begin] < kTail * total) {
    tail += seen_.weights()[begin--];
  }
  const double height = std::max(1.0, std::log(kTail * total / weight_));
  const double slope =
      std::max(kLeastSlope, (std::log(Middle(top)) - std::log(Middle(begin))) / height);
  const double beyond = (std::log(x) - std::log(Middle(top))) / slope / std::log(10.0);
  const double seen = -std::log10(kUnseen * weight_ / (total + weight_));
  return seen + std::clamp(beyond, 0.0, std::min(kMost, seen));
}

void TailHistory::Learn(double x) {
  seen_.Add(x, weight_);
  total_ += weight_;
  weight_ /= memory_;
  if (weight_ < kHeaviest) return;
  seen_.Fade(1 / weight_);
  total_ /= weight_;
  weight_ = 1;
}

void TailHistory::ExchangeState(StateArchive& archive) {
  seen_.ExchangeState(archive);
  archive.Number("weight", weight_);
  archive.Number("total", total_);
  const bool sound = weight_ >= 1 && std::isfinite(weight_) && total_ >= 0 && std::isfinite(total_);
  if (!sound) archive.Refuse("weight", "is none");
}

}  // namespace hypnos
