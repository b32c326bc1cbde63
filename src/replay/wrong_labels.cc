#include "hypnos/replay/wrong_labels.h"

#include <algorithm>
#include <cmath>

#include "hypnos/base/check.h"

namespace hypnos {

WrongLabels::WrongLabels(size_t classes, Rng rng) : rng_(rng), weights_(classes, 1.0f) {}

void WrongLabels::Begin(std::span<const float> guess) {
  truth_.reset();
  label_.reset();
  if (guess.empty()) {
    std::ranges::fill(weights_, 1.0f);
  } else {
    HYPNOS_CHECK(guess.size() == weights_.size());
    std::ranges::copy(guess, weights_.begin());
  }
}

std::optional<size_t> WrongLabels::Next(std::optional<size_t> truth) {
  if (truth == truth_) return label_;
  truth_ = truth;
  label_.reset();
  if (truth) label_ = DrawOther(*truth);
  return label_;
}

void WrongLabels::ExchangeState(StateArchive& archive) {
  archive.Generator("rng", rng_);
  archive.Values("weights", std::span(weights_), {weights_.size()});
  archive.Number("truth", truth_);
  archive.Number("label", label_);
  if (label_ && *label_ >= weights_.size()) archive.Refuse("label", "is none of the labels");
}

size_t WrongLabels::DrawOther(size_t truth) {
  HYPNOS_CHECK(weights_.size() >= 2 && truth < weights_.size());
  double total = 0;
  for (size_t c = 0; c < weights_.size(); ++c) {
    if (c != truth) total += static_cast<double>(weights_[c]);
  }
  // Drawn in either case, so that what comes later does not hang on how sure the guess was.
  const auto share = static_cast<double>(rng_.Uniform());
  const bool even = !(total > 0 && std::isfinite(total));
  double left = share * (even ? static_cast<double>(weights_.size() - 1) : total);
  size_t drawn = truth;
  for (size_t c = 0; c < weights_.size(); ++c) {
    const double weight = even ? 1.0 : static_cast<double>(weights_[c]);
    if (c == truth || weight == 0) continue;
    drawn = c;
    if (left < weight) break;
    left -= weight;
  }
  return drawn;
}

}  // namespace hypnos
