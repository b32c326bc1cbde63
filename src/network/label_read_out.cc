#include "hypnos/network/label_read_out.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/softmax.h"

namespace hypnos {
namespace {

// A unit that hardly ever moves is not to be blown up to full size.
constexpr double kDeviationFloor = 0.01;
constexpr double kLargest = 8;

}  // namespace

LabelReadOut::LabelReadOut(size_t classes, const std::vector<size_t>& layer_widths, float rate)
    : rate_(rate),
      weights_(classes, std::reduce(layer_widths.begin(), layer_widths.end())),
      bias_(classes),
      mean_(weights_.cols()),
      variance_(weights_.cols()),
      pooled_(weights_.cols()),
      standardised_(weights_.cols()),
      error_(classes) {}

void LabelReadOut::ExchangeState(StateArchive& archive) {
  if (classes() == 0) return;
  Exchange(archive, "weights", weights_);
  archive.Values("bias", std::span(bias_), {bias_.size()});
  archive.Number("frames", frames_);
  archive.Values("mean", std::span(mean_), {mean_.size()});
  archive.Values("variance", std::span(variance_), {variance_.size()});
}

void LabelReadOut::Pool(std::span<const ConstMatrixView> outputs) {
  size_t column = 0;
  for (const ConstMatrixView& out : outputs) {
    const auto mean = std::span(pooled_).subspan(column, out.cols);
    std::ranges::fill(mean, 0.0f);
    const float share = 1.0f / static_cast<float>(out.rows);
    for (size_t b = 0; b < out.rows; ++b) AddScaled(share, out.row(b), mean);
    column += out.cols;
  }
  HYPNOS_CHECK(column == pooled_.size());
}

void LabelReadOut::Standardise() {
  const bool known = frames_ >= 2 && std::isfinite(SumOfSquares(pooled_));
  for (size_t i = 0; i < pooled_.size(); ++i) {
    const double deviation = std::max(std::sqrt(variance_[i]), kDeviationFloor);
    const double z = (static_cast<double>(pooled_[i]) - mean_[i]) / deviation;
    standardised_[i] = known ? static_cast<float>(std::clamp(z, -kLargest, kLargest)) : 0.0f;
  }
}

void LabelReadOut::LogOdds(std::span<float> odds) const {
  for (size_t c = 0; c < classes(); ++c) {
    const auto row = weights_.row(c);
    odds[c] = std::inner_product(row.begin(), row.end(), standardised_.begin(), bias_[c]);
  }
}

void LabelReadOut::Predict(std::span<const ConstMatrixView> outputs,
                           std::span<float> probabilities) {
  HYPNOS_CHECK(probabilities.size() == classes());
  Pool(outputs);
  Standardise();
  LogOdds(probabilities);
  Softmax(probabilities);
}

void LabelReadOut::Learn(std::span<const ConstMatrixView> outputs, size_t label) {
  HYPNOS_CHECK(label < classes());
  Predict(outputs, error_);
  if (!std::isfinite(SumOfSquares(pooled_))) return;
  const float rate = rate_ / (1.0f + SumOfSquares(standardised_));
  for (size_t c = 0; c < classes(); ++c) {
    const float term = rate * ((c == label ? 1.0f : 0.0f) - error_[c]);
    AddScaled(term, standardised_, weights_.row(c));
    bias_[c] += term;
  }
  UpdateStatistics();
}

// Mean and variance of all frames so far while these are fewer than the horizon, then forgetting.
void LabelReadOut::UpdateStatistics() {
  frames_ = std::min(frames_ + 1, kHorizonFrames);
  const double weight = 1 / frames_;
  for (size_t i = 0; i < pooled_.size(); ++i) {
    const double distance = static_cast<double>(pooled_[i]) - mean_[i];
    mean_[i] += weight * distance;
    variance_[i] = (1 - weight) * (variance_[i] + weight * distance * distance);
  }
}

size_t Likeliest(std::span<const float> values) {
  return static_cast<size_t>(std::ranges::max_element(values) - values.begin());
}

}  // namespace hypnos
