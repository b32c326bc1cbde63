#include "hypnos/diagnostics/measures.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/product.h"

namespace hypnos {
namespace {

struct Ranked {
  float value;
  bool positive;
};

// The smaller one of the two matrices of inner products of the states about their mean: of states,
// [n x n], or of units, [units x units]. Both have the same eigenvalues but for zeroes.
Matrix InnerProducts(ConstMatrixView states) {
  std::vector<double> mean(states.cols);
  for (size_t i = 0; i < states.rows; ++i) {
    for (size_t j = 0; j < states.cols; ++j) mean[j] += static_cast<double>(states(i, j));
  }
  const bool of_units = states.cols < states.rows;
  Matrix centred(of_units ? states.cols : states.rows, of_units ? states.rows : states.cols);
  for (size_t i = 0; i < states.rows; ++i) {
    for (size_t j = 0; j < states.cols; ++j) {
      float& to = of_units ? centred.row(j)[i] : centred.row(i)[j];
      to = static_cast<float>(static_cast<double>(states(i, j)) -
                              mean[j] / static_cast<double>(states.rows));
    }
  }
  Matrix products(centred.rows(), centred.rows());
  Multiply(centred, centred, Accumulate::kNo, products);
  return products;
}

}  // namespace

double Auc(std::span<const float> positive, std::span<const float> negative) {
  if (positive.empty() || negative.empty()) return 0.5;
  std::vector<Ranked> all;
  all.reserve(positive.size() + negative.size());
  for (const float value : positive) all.push_back({value, true});
  for (const float value : negative) all.push_back({value, false});
  std::ranges::sort(all, {}, &Ranked::value);
  double ranks = 0;
  for (size_t first = 0; first < all.size();) {
    size_t end = first, positives = 0;
    for (; end < all.size() && all[end].value == all[first].value; ++end) {
      positives += all[end].positive ? 1 : 0;
    }
    // Equal values share the mean of their ranks, which are first + 1 … end.
    ranks += static_cast<double>(positives) * static_cast<double>(first + 1 + end) / 2;
    first = end;
  }
  const auto n = static_cast<double>(positive.size()), m = static_cast<double>(negative.size());
  return (ranks - n * (n + 1) / 2) / (n * m);
}

void Count(std::span<const float> probabilities, ProbabilityHistogram& histogram) {
  for (const float p : probabilities) {
    const auto bin = static_cast<size_t>(std::max(0.0f, p) * static_cast<float>(kProbabilityBins));
    ++histogram[std::min(bin, kProbabilityBins - 1)];
  }
}

double EffectiveRank(ConstMatrixView states) {
  if (states.empty()) return 0;
  const Matrix products = InnerProducts(states);
  double trace = 0, squares = 0;
  for (size_t i = 0; i < products.rows(); ++i) trace += static_cast<double>(products.row(i)[i]);
  for (const float value : products.values()) squares += static_cast<double>(value) * value;
  return squares > 0 ? trace * trace / squares : 0;
}

double MeanCosine(ConstMatrixView states, size_t frames) {
  if (frames < 2) return 0;
  HYPNOS_CHECK(states.rows % frames == 0);
  const size_t places = states.rows / frames;
  std::vector<double> sum(states.cols);
  double cosines = 0;
  for (size_t place = 0; place < places; ++place) {
    // Of unit vectors u: sum over pairs of u.v = |sum u|^2 - sum |u|^2.
    std::ranges::fill(sum, 0.0);
    double own = 0;
    for (size_t frame = 0; frame < frames; ++frame) {
      const auto state = states.row(frame * places + place);
      const double length = std::sqrt(static_cast<double>(SumOfSquares(state)));
      if (length == 0) continue;
      for (size_t j = 0; j < sum.size(); ++j) sum[j] += static_cast<double>(state[j]) / length;
      own += 1;
    }
    for (const double value : sum) cosines += value * value;
    cosines -= own;
  }
  const auto pairs = static_cast<double>(places * frames * (frames - 1));
  return pairs > 0 ? cosines / pairs : 0;
}

Norms RowNorms(ConstMatrixView matrix) {
  Norms norms;
  for (size_t i = 0; i < matrix.rows; ++i) {
    const double norm = std::sqrt(static_cast<double>(SumOfSquares(matrix.row(i))));
    norms.mean += norm / static_cast<double>(matrix.rows);
    norms.largest = std::max(norms.largest, norm);
  }
  return norms;
}

}  // namespace hypnos
