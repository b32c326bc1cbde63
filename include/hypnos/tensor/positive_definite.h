// Linear equations with a symmetric positive definite matrix, over LAPACK.
//
//   A = L L^T,   A x = b
//
// In double precision: sums over hundreds of features that say nearly the same are ill-conditioned.
// Only the lower triangle of A, row by row, is read and written.
// Threads: safe on disjoint arguments; one call runs on the calling thread only. Neither allocates.
#pragma once

#include <cstddef>
#include <span>

namespace hypnos {

// A [n x n] becomes L. False where A is not positive definite, or not finite: then it is spoilt.
bool Factorise(size_t n, std::span<double> a);

// One or more right sides, n values each, one after the other: each b becomes its x.
// `factor` is what Factorise left.
void SolveFactorised(size_t n, std::span<const double> factor, std::span<double> b);

}  // namespace hypnos
