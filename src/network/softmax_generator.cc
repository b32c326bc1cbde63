#include "hypnos/network/softmax_generator.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/softmax.h"

namespace hypnos {
namespace {

// Fixed, so that the bits do not depend on the number of threads.
constexpr size_t kBlockRows = 128;

// What an update leaves of a weight's mean square.
constexpr float kSquareMemory = 0.999f;

// No symbol is thought so unlikely that its coming would cost infinitely many bits.
constexpr float kLeastLikely = 1e-30f;

}  // namespace

SoftmaxGenerator::SoftmaxGenerator(const GeneratorOptions& options,
                                   const std::vector<size_t>& layer_widths, size_t inputs,
                                   size_t batch)
    : options_(options), errors_(batch, inputs), row_errors_(batch) {
  HYPNOS_CHECK(options.symbols >= 2 && options.symbols <= inputs);
  size_t column = 0;
  for (const size_t width : layer_widths) {
    segments_.push_back({{}, column});
    column += width;
  }
  segments_.push_back({{}, column});
  weights_ = Matrix(options.symbols, column + inputs);
  if (options.rate > 0) gradient_ = squares_ = velocity_ = weights_;
}

std::span<const Segment> SoftmaxGenerator::Segments(std::span<const ConstMatrixView> features) {
  HYPNOS_CHECK(features.size() == segments_.size());
  for (size_t i = 0; i < features.size(); ++i) segments_[i].input = features[i];
  return segments_;
}

void SoftmaxGenerator::SetWeights(const Matrix& weights) {
  HYPNOS_CHECK(weights.rows() == weights_.rows() && weights.cols() == weights_.cols());
  std::ranges::copy(weights.values(), weights_.values().begin());
}

void SoftmaxGenerator::ExchangeState(StateArchive& archive) {
  Exchange(archive, "weights", weights_);
  Exchange(archive, "squares", squares_);
  Exchange(archive, "velocity", velocity_);
  archive.Number("forgotten", forgotten_);
}

void SoftmaxGenerator::Predict(std::span<const ConstMatrixView> features, MatrixView prediction,
                               Executor& executor) {
  const auto segments = Segments(features);
  const ConstMatrixView x = features.back();
  const size_t symbols = options_.symbols;
  executor.Run((prediction.rows + kBlockRows - 1) / kBlockRows, [&](size_t block) {
    const size_t first = block * kBlockRows, rows = std::min(kBlockRows, prediction.rows - first);
    MultiplySegments(segments, first, weights_, prediction.Rows(first, rows).Cols(0, symbols));
    for (size_t i = first; i < first + rows; ++i) {
      Softmax(prediction.row(i).first(symbols));
      const auto known = x.row(i).first(x.cols - symbols);
      std::ranges::copy(known, prediction.row(i).begin() + static_cast<ptrdiff_t>(symbols));
    }
  });
}

double SoftmaxGenerator::Compare(ConstMatrixView prediction, ConstMatrixView x,
                                 Executor& /*executor*/) {
  double bits = 0;
  for (size_t i = 0; i < x.rows; ++i) {
    const auto newest = x.row(i).first(options_.symbols);
    const auto came = static_cast<size_t>(std::ranges::max_element(newest) - newest.begin());
    const auto q = prediction.row(i).first(options_.symbols);
    row_errors_[i] = -std::log2(std::max(q[came], kLeastLikely));
    bits += static_cast<double>(row_errors_[i]);
    Scaled(-1.0f, q, errors_.row(i).first(options_.symbols));
    errors_.row(i)[came] += 1.0f;
    // max() takes a NaN for the least likely.
    if (!std::isfinite(q[came])) bits = std::nan("");
  }
  finite_ = std::isfinite(bits);
  return bits / static_cast<double>(x.rows);
}

void SoftmaxGenerator::Learn(std::span<const ConstMatrixView> features, Executor& executor) {
  if (options_.rate <= 0 || !std::exchange(finite_, false)) return;
  const auto segments = Segments(features);
  for (const Segment& segment : segments) {
    for (size_t i = 0; i < segment.input.rows; ++i) {
      if (!std::isfinite(SumOfSquares(segment.input.row(i)))) return;
    }
  }
  Scale(1.0f / static_cast<float>(errors_.rows()), errors_.values());
  AddOuterSegments(errors_.view().Cols(0, options_.symbols), segments, 0.0f, gradient_, executor);
  forgotten_ *= static_cast<double>(kSquareMemory);
  const NormalisedStep step{
      .memory = kSquareMemory,
      .correction = static_cast<float>(1 / (1 - forgotten_)),
      .velocity = 0,
      .keep = 1,
      .rate = rate_factor_ * options_.rate / static_cast<float>(weights_.cols())};
  executor.Run(weights_.rows(), [&](size_t c) {
    TakeNormalisedStep(step, gradient_.row(c), squares_.row(c), velocity_.row(c), weights_.row(c));
  });
}

}  // namespace hypnos
