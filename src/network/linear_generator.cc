#include "hypnos/network/linear_generator.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/few_rows.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/product.h"
#include "network/least_squares.h"

namespace hypnos {
namespace {

// Fixed, so that the bits do not depend on the number of threads.
constexpr size_t kBlockRows = 128;
// Rows of the weights that one part of a job takes.
constexpr size_t kPartRows = 64;

// f(first, count) for parts of so many rows.
template <class F>
void ForEachPart(size_t rows, size_t part_rows, Executor& executor, F f) {
  executor.Run((rows + part_rows - 1) / part_rows, [&](size_t part) {
    const size_t first = part * part_rows;
    f(first, std::min(part_rows, rows - first));
  });
}

double Mean(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

}  // namespace

LinearGenerator::LinearGenerator(const GeneratorOptions& options,
                                 const std::vector<size_t>& layer_widths, size_t inputs,
                                 size_t batch)
    : options_(options), errors_(batch, inputs), row_errors_(batch), energy_(batch) {
  size_t column = 0;
  for (const size_t width : layer_widths) {
    segments_.push_back({{}, column});
    column += width;
  }
  segments_.push_back({{}, column});
  const size_t features = column + inputs;
  weights_ = Matrix(inputs, features);
  if (options.rule == GeneratorRule::kLeastSquares && options.rate > 0) {
    HYPNOS_CHECK(inputs <= kMostLeastSquaresInputs);
    input_weights_ = std::make_unique<LeastSquares>(inputs, inputs, batch, options.horizon_steps);
  }
  // Least squares move the weights themselves.
  if (batch <= kFewRows && options.rate > 0 && input_weights_ == nullptr) {
    pending_ = PendingFactors(kFactorBlock + batch, inputs, features, batch);
    joined_ = Matrix(batch, features);
  }
  if (options.start == GeneratorStart::kCopyLast) {
    for (size_t i = 0; i < inputs; ++i) weights_.view()(i, column + i) = 1.0f;
  }
}

LinearGenerator::~LinearGenerator() = default;

std::span<const Segment> LinearGenerator::Segments(std::span<const ConstMatrixView> features) {
  HYPNOS_CHECK(features.size() == segments_.size());
  for (size_t i = 0; i < features.size(); ++i) segments_[i].input = features[i];
  return segments_;
}

ConstMatrixView LinearGenerator::Joined(std::span<const Segment> features) {
  for (const auto& [input, column] : features) {
    for (size_t b = 0; b < input.rows; ++b) {
      std::copy_n(input.row(b).data(), input.cols, joined_.row(b).data() + column);
    }
  }
  return joined_;
}

Matrix LinearGenerator::weights() const {
  Matrix weights = weights_;
  pending_.AddTo(weights);
  return weights;
}

void LinearGenerator::SetWeights(const Matrix& weights) {
  HYPNOS_CHECK(weights.rows() == weights_.rows() && weights.cols() == weights_.cols());
  std::ranges::copy(weights.values(), weights_.values().begin());
  pending_.Clear();
}

void LinearGenerator::ExchangeState(StateArchive& archive) {
  Exchange(archive, "weights", weights_);
  {
    const StateArchive::Scope scope(archive, "pending");
    pending_.ExchangeState(archive);
  }
  if (input_weights_ != nullptr) input_weights_->ExchangeState(archive);
}

void LinearGenerator::Predict(std::span<const ConstMatrixView> features, MatrixView prediction,
                              Executor& executor) {
  const auto segments = Segments(features);
  if (waiting()) return PredictFew(Joined(segments), prediction, executor);
  ForEachPart(prediction.rows, kBlockRows, executor, [&](size_t first, size_t rows) {
    MultiplySegments(segments, first, weights_, prediction.Rows(first, rows));
  });
}

void LinearGenerator::PredictFew(ConstMatrixView features, MatrixView prediction,
                                 Executor& executor) {
  if (!pending_.empty()) {
    executor.Run(pending_.blocks(), [&](size_t block) { pending_.Project(features, block); });
  }
  ForEachPart(weights_.rows(), kPartRows, executor, [&](size_t first, size_t rows) {
    const MatrixView part = prediction.Cols(first, rows);
    MultiplyFew(features, weights_.view().Rows(first, rows), part);
    pending_.Correct(first, part);
  });
}

double LinearGenerator::Compare(ConstMatrixView prediction, ConstMatrixView x, Executor& executor) {
  const float share = 1.0f / static_cast<float>(x.cols);
  ForEachPart(x.rows, kBlockRows, executor, [&](size_t first, size_t rows) {
    for (size_t i = first; i < first + rows; ++i) {
      Combine(x.row(i), -1.0f, prediction.row(i), errors_.row(i));
      row_errors_[i] = share * SumOfSquares(errors_.row(i));
    }
  });
  const double mean_square = Mean(row_errors_);
  finite_ = std::isfinite(mean_square);
  return mean_square;
}

void LinearGenerator::Learn(std::span<const ConstMatrixView> features, Executor& executor) {
  if (options_.rate <= 0 || !std::exchange(finite_, false)) return;  // errors are used up
  const auto segments = Segments(features);
  if (input_weights_ == nullptr) return LearnByDelta(segments, executor);
  const auto& [x, column] = segments.back();
  input_weights_->Learn(x, errors_, weights_.view().Cols(column, x.cols), executor);
  LearnByDelta(segments.first(segments.size() - 1), executor);
}

void LinearGenerator::LearnByDelta(std::span<const Segment> segments, Executor& executor) {
  ForEachPart(errors_.rows(), kBlockRows, executor, [&](size_t first, size_t rows) {
    for (size_t i = first; i < first + rows; ++i) {
      energy_[i] = 0;
      for (const auto& segment : segments) energy_[i] += SumOfSquares(segment.input.row(i));
    }
  });
  const double rate = rate_factor_ * static_cast<double>(options_.rate) / (1.0 + Mean(energy_)) /
                      static_cast<double>(errors_.rows());
  if (!std::isfinite(rate)) return;
  Scale(static_cast<float>(rate), errors_.values());
  waiting() ? LearnFew(Joined(segments), executor)
            : AddOuterSegments(errors_, segments, 1.0f, weights_, executor);
}

void LinearGenerator::LearnFew(ConstMatrixView features, Executor& executor) {
  for (size_t b = 0; b < features.rows; ++b) {
    pending_.Push(errors_.row(b), features.row(b));
    pending_.coefficient(pending_.size() - 1) = 1;
  }
  if (pending_.size() >= kFactorBlock) Fold(executor);
}

void LinearGenerator::Fold(Executor& executor) {
  ForEachPart(weights_.rows(), kPartRows, executor, [&](size_t first, size_t rows) {
    for (size_t age = 0; age < pending_.size();) {
      const PendingFactors::Block block = pending_.BlockFrom(age);
      AddOuter(block.terms.Cols(first, rows), block.inputs, 1.0f,
               weights_.view().Rows(first, rows));
      age += block.count;
    }
  });
  pending_.Clear();
}

}  // namespace hypnos
