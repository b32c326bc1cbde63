#include "lab/linear_predictor.h"

#include <algorithm>

#include "hypnos/base/check.h"
#include "hypnos/tensor/positive_definite.h"
#include "hypnos/tensor/product.h"

namespace hypnos::lab {
namespace {

// Of the mean of the diagonal: what never changes must not divide by zero.
constexpr double kRidge = 1e-6;

void Add(const Matrix& one, std::vector<double>& sum) {
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(one.values()[i]);
}

}  // namespace

LinearPredictor::LinearPredictor(size_t inputs, size_t past)
    : inputs_(inputs),
      past_(past),
      products_(features(), features()),
      targets_(inputs, features()),
      all_products_(features() * features()),
      all_targets_(features() * inputs) {
  HYPNOS_CHECK(inputs > 0 && past > 0);
}

Matrix LinearPredictor::Features(const std::vector<ConstMatrixView>& before) const {
  HYPNOS_CHECK(before.size() == past_);
  const size_t rows = before.front().rows;
  Matrix features(rows, this->features());
  for (size_t i = 0; i < rows; ++i) {
    auto out = features.row(i).begin();
    for (const ConstMatrixView& x : before) out = std::ranges::copy(x.row(i), out).out;
    *out = 1;
  }
  return features;
}

void LinearPredictor::Observe(const std::vector<ConstMatrixView>& before, ConstMatrixView x) {
  const Matrix features = Features(before);
  AddOuter(features, features, 0, products_);
  AddOuter(x, features, 0, targets_);
  Add(products_, all_products_);
  Add(targets_, all_targets_);
}

void LinearPredictor::Solve() {
  const size_t n = features();
  double trace = 0;
  for (size_t i = 0; i < n; ++i) trace += all_products_[i * n + i];
  for (size_t i = 0; i < n; ++i) {
    all_products_[i * n + i] += kRidge * trace / static_cast<double>(n) + 1e-12;
  }
  HYPNOS_CHECK(Factorise(n, all_products_));
  weights_ = Matrix(inputs_, n);
  SolveFactorised(n, all_products_, all_targets_);
  std::ranges::transform(all_targets_, weights_.values().begin(),
                         [](double weight) { return static_cast<float>(weight); });
}

double LinearPredictor::Error(const std::vector<ConstMatrixView>& before, ConstMatrixView x) const {
  HYPNOS_CHECK(weights_.rows() == inputs_);
  Matrix predicted(x.rows, x.cols);
  Multiply(Features(before), weights_, Accumulate::kNo, predicted);
  double squares = 0;
  for (size_t i = 0; i < x.rows; ++i) {
    for (size_t j = 0; j < x.cols; ++j) {
      const double error = static_cast<double>(x(i, j)) - static_cast<double>(predicted.row(i)[j]);
      squares += error * error;
    }
  }
  return squares / static_cast<double>(x.rows * x.cols);
}

}  // namespace hypnos::lab
