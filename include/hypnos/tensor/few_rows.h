// Products with a few rows of input, where reading the weights is what costs: vectorised for the
// CPU found at run time, the weights read once.
//   MultiplyFew:    out[b, u] = sum_f x[b, f] w[u, f]
//   AddScaledRows:  out[i] += sum_j scales[j] m[j, i]
// No alignment is needed. Sums are taken in an order that depends on the CPU's vector length and on
// nothing else: not on how units are shared out to calls.
// Threads: safe on disjoint outputs. None allocates or fails.
#pragma once

#include <cstdint>
#include <span>

#include "hypnos/tensor/matrix.h"

namespace hypnos {

// Weights in bfloat16: the upper half of a float32.
using Bfloat16View = BasicMatrixView<const uint16_t>;

// Up to so many rows it is faster than BLAS, which copies the weights before it multiplies.
inline constexpr size_t kFewRows = 4;

// Shapes: x [batch x inputs], w [units x inputs], out [batch x units].
void MultiplyFew(ConstMatrixView x, ConstMatrixView w, MatrixView out);
void MultiplyFew(ConstMatrixView x, Bfloat16View w, MatrixView out);

// Shapes: scales [rows], m [rows x columns], out [columns].
void AddScaledRows(std::span<const float> scales, ConstMatrixView m, std::span<float> out);

}  // namespace hypnos
