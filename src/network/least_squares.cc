#include "network/least_squares.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/positive_definite.h"
#include "hypnos/tensor/product.h"

namespace hypnos {
namespace {

constexpr size_t kRows = 256;       // that are seen of a step, at most
constexpr uint64_t kMoveSteps = 8;  // from one move to the next
constexpr double kLeastDamping = 1e-5;
// Rows of A, and of V, that one part of a job takes. Fixed: bits do not depend on threads.
constexpr size_t kPartRows = 64;

template <class F>
void ForEachPart(size_t rows, Executor& executor, F f) {
  executor.Run((rows + kPartRows - 1) / kPartRows, [&](size_t part) {
    const size_t first = part * kPartRows;
    f(first, std::min(kPartRows, rows - first));
  });
}

}  // namespace

LeastSquares::LeastSquares(size_t features, size_t outputs, size_t batch, double horizon_steps)
    : stride_((batch + kRows - 1) / kRows),
      keep_(1 - 1 / horizon_steps),
      features_((batch + stride_ - 1) / stride_, features),
      errors_(features_.rows(), outputs),
      products_(features, features),
      sum_(features * features),
      correlation_(outputs, features),
      factor_(features * features),
      change_(outputs * features) {}

void LeastSquares::ExchangeState(StateArchive& archive) {
  const StateArchive::Scope scope(archive, "least_squares");
  archive.Number("steps", steps_);
  archive.Number("remembered", remembered_);
  archive.Number("forgotten", forgotten_);
  Exchange(archive, "products", products_);
  archive.Values("sum", std::span(sum_), {products_.rows(), products_.cols()});
  Exchange(archive, "correlation", correlation_);
}

void LeastSquares::Learn(ConstMatrixView features, ConstMatrixView errors, MatrixView weights,
                         Executor& executor) {
  Sample(features, errors);
  if (!SampleIsFinite()) return;
  AddUp(executor);
  if (due()) Move(weights, executor);
}

void LeastSquares::Sample(ConstMatrixView features, ConstMatrixView errors) {
  rows_ = 0;
  for (size_t b = steps_ % stride_; b < errors.rows; b += stride_, ++rows_) {
    std::ranges::copy(features.row(b), features_.row(rows_).begin());
    std::ranges::copy(errors.row(b), errors_.row(rows_).begin());
  }
}

bool LeastSquares::SampleIsFinite() const {
  const auto squares = [&](const Matrix& matrix) {
    return SumOfSquares(matrix.values().first(rows_ * matrix.cols()));
  };
  return std::isfinite(squares(features_)) && std::isfinite(squares(errors_));
}

void LeastSquares::AddUp(Executor& executor) {
  const ConstMatrixView features = features_.view().Rows(0, rows_);
  const ConstMatrixView errors = errors_.view().Rows(0, rows_);
  ForEachPart(products_.rows(), executor, [&](size_t first, size_t rows) {
    AddOuter(features.Cols(first, rows), features.Cols(0, first + rows), 1,
             products_.view().Rows(first, rows).Cols(0, first + rows));
  });
  ForEachPart(correlation_.rows(), executor, [&](size_t first, size_t rows) {
    AddOuter(errors.Cols(first, rows), features, 1, correlation_.view().Rows(first, rows));
  });
  remembered_ = remembered_ * keep_ + 1;
  forgotten_ *= keep_;
  ++steps_;
}

// At first after 1, 2 and 4 steps, too.
bool LeastSquares::due() const {
  return steps_ % kMoveSteps == 0 || (steps_ < kMoveSteps && std::has_single_bit(steps_));
}

// What the steps since the last move added; within so few of them nothing is forgotten.
void LeastSquares::SumUp() {
  const size_t n = products_.rows();
  for (size_t i = 0; i < n; ++i) {
    const auto added = products_.row(i);
    for (size_t j = 0; j <= i; ++j) {
      sum_[i * n + j] = forgotten_ * sum_[i * n + j] + static_cast<double>(added[j]);
    }
  }
  std::ranges::fill(products_.values(), 0.0f);
  forgotten_ = 1;
}

double LeastSquares::Damping() const {
  const size_t n = products_.rows();
  double trace = 0;
  for (size_t i = 0; i < n; ++i) trace += sum_[i * n + i];
  return (1 / remembered_ + kLeastDamping) * trace / static_cast<double>(n);
}

void LeastSquares::Move(MatrixView weights, Executor& executor) {
  const size_t n = products_.rows();
  SumUp();
  const double damping = Damping();
  std::ranges::copy(sum_, factor_.begin());
  for (size_t i = 0; i < n; ++i) factor_[i * n + i] += damping;
  std::ranges::copy(correlation_.values(), change_.begin());
  std::ranges::fill(correlation_.values(), 0.0f);
  // Features that are all zero say nothing.
  if (!Factorise(n, factor_)) return;
  ForEachPart(weights.rows, executor, [&](size_t first, size_t rows) {
    SolveFactorised(n, factor_, std::span(change_).subspan(first * n, rows * n));
    for (size_t row = first; row < first + rows; ++row) {
      for (size_t i = 0; i < n; ++i) {
        weights(row, i) += static_cast<float>(change_[row * n + i]);
      }
    }
  });
}

}  // namespace hypnos
