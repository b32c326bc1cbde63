// What a set of numbers or states says, as pure functions. Values must be finite.
// Threads: safe. They allocate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "hypnos/tensor/matrix.h"

namespace hypnos {

// Area under the ROC curve: the share of (positive, negative) pairs in which the positive one is
// larger, ties counted half; 0.5 where either is empty. By ranks, so that it costs a sort:
//   AUC = (sum of the positives' ranks - n+ (n+ + 1) / 2) / (n+ n-)
// Source: Mann and Whitney 1947; Hanley and McNeil 1982.
double Auc(std::span<const float> positive, std::span<const float> negative);

// How often a probability lay in [0, 0.1), [0.1, 0.2) … [0.9, 1].
inline constexpr size_t kProbabilityBins = 10;
using ProbabilityHistogram = std::array<uint64_t, kProbabilityBins>;
void Count(std::span<const float> probabilities, ProbabilityHistogram& histogram);

// Effective rank of states [n x units] about their mean: the participation ratio of the
// eigenvalues of their covariance C,
//   (sum_i lambda_i)^2 / sum_i lambda_i^2 = tr(C)^2 / tr(C^2),
// from 1 (they differ in one direction only) to min(n - 1, units); 0 where they do not differ. It
// needs no eigenvalues: both traces are sums over the n x n matrix of inner products, or over the
// units x units one, which has the same. Memory: the smaller one of the two, and the states again.
// Source: Gao et al. 2017, A theory of multineuronal dimensionality, dynamics and measurement.
double EffectiveRank(ConstMatrixView states);

// Mean cosine between states of different frames at the same place; states [frames * places x
// units], frame after frame. 0 with fewer than two frames; silent states count as 0. Near 1: what
// is seen makes no difference any more.
double MeanCosine(ConstMatrixView states, size_t frames);

// Euclidean norms of rows.
struct Norms {
  double mean = 0;
  double largest = 0;
};
Norms RowNorms(ConstMatrixView matrix);

}  // namespace hypnos
