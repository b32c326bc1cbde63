#include "hypnos/network/generator.h"

#include <algorithm>
#include <cmath>

#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// Fixed, so that the bits do not depend on the number of threads.
constexpr size_t kBlockRows = 128;

template <class F>
void ForEachBlock(size_t rows, Executor& executor, F f) {
  executor.Run((rows + kBlockRows - 1) / kBlockRows, [&](size_t block) {
    const size_t first = block * kBlockRows;
    f(first, std::min(kBlockRows, rows - first));
  });
}

double Mean(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

}  // namespace

Generator::Generator(const GeneratorOptions& options, const std::vector<size_t>& layer_widths,
                     size_t inputs, size_t batch)
    : options_(options), errors_(batch, inputs), row_errors_(batch), energy_(batch) {
  size_t column = 0;
  for (const size_t width : layer_widths) {
    segments_.push_back({{}, column});
    column += width;
  }
  segments_.push_back({{}, column});
  weights_ = Matrix(inputs, column + inputs);
  if (options.start == GeneratorStart::kCopyLast) {
    for (size_t i = 0; i < inputs; ++i) weights_.view()(i, column + i) = 1.0f;
  }
}

std::span<const Segment> Generator::Segments(std::span<const ConstMatrixView> features) {
  HYPNOS_CHECK(features.size() == segments_.size());
  for (size_t i = 0; i < features.size(); ++i) segments_[i].input = features[i];
  return segments_;
}

void Generator::Predict(std::span<const ConstMatrixView> features, MatrixView prediction,
                        Executor& executor) {
  const auto segments = Segments(features);
  ForEachBlock(prediction.rows, executor, [&](size_t first, size_t rows) {
    MultiplySegments(segments, first, weights_, prediction.Rows(first, rows));
  });
}

double Generator::Compare(ConstMatrixView prediction, ConstMatrixView x, Executor& executor) {
  const float share = 1.0f / static_cast<float>(x.cols);
  ForEachBlock(x.rows, executor, [&](size_t first, size_t rows) {
    for (size_t i = first; i < first + rows; ++i) {
      Combine(x.row(i), -1.0f, prediction.row(i), errors_.row(i));
      row_errors_[i] = share * SumOfSquares(errors_.row(i));
    }
  });
  const double mean_square = Mean(row_errors_);
  finite_ = std::isfinite(mean_square);
  return mean_square;
}

void Generator::Learn(std::span<const ConstMatrixView> features, Executor& executor) {
  if (options_.rate <= 0 || !finite_) return;
  const auto segments = Segments(features);
  ForEachBlock(errors_.rows(), executor, [&](size_t first, size_t rows) {
    for (size_t i = first; i < first + rows; ++i) {
      energy_[i] = 0;
      for (const auto& segment : segments) energy_[i] += SumOfSquares(segment.input.row(i));
    }
  });
  const double rate = static_cast<double>(options_.rate) / (1.0 + Mean(energy_)) /
                      static_cast<double>(errors_.rows());
  if (!std::isfinite(rate)) return;
  Scale(static_cast<float>(rate), errors_.values());
  AddOuterSegments(errors_, segments, 1.0f, weights_, executor);
  finite_ = false;  // the errors are used up
}

}  // namespace hypnos
