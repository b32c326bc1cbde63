#include "novelty/stillness.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hypnos {
namespace {

// That no single frame counts for.
constexpr double kSecond = 1;

// Of what is finite, and no less than 0.
double MeanOf(std::span<const float> change) {
  double sum = 0;
  for (const float value : change) {
    if (std::isfinite(value)) sum += std::max(0.0, static_cast<double>(value));
  }
  return sum / static_cast<double>(change.size());
}

}  // namespace

double Stillness::Judge(std::span<const float> change, double passed) {
  seconds_ += passed;
  if (seconds_ >= kSecond) {
    before_ = std::exchange(largest_, 0);
    seconds_ = 0;
  }
  largest_ = std::max(largest_, MeanOf(change));
  x_.reset();
  if (!before_) return FrameHistory::kNothing;
  const double most = std::max(largest_, *before_);
  x_ = most > 0 ? std::min(kNothing, -std::log2(most)) : kNothing;
  return history_.Score(*x_);
}

void Stillness::Learn(double memory, double weight) {
  if (x_) history_.Learn(*x_, memory, weight);
}

void Stillness::Cut() {
  largest_ = seconds_ = 0;
  before_.reset();
  x_.reset();
}

void Stillness::ExchangeState(StateArchive& archive) {
  {
    const StateArchive::Scope scope(archive, "history");
    history_.ExchangeState(archive);
  }
  archive.Number("largest", largest_);
  archive.Number("seconds", seconds_);
  archive.Number("before", before_);
  x_.reset();
  for (const double number : {largest_, seconds_, before_.value_or(0)}) {
    if (number >= 0 && std::isfinite(number)) continue;
    return archive.Refuse("largest", "is no change");
  }
}

}  // namespace hypnos
