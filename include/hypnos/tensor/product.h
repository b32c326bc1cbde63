// The two matrix products of a layer, over BLAS.
//
//   Multiply:    out[b, u] (+)= sum_f x[b, f] w[u, f]        the forward step
//   AddOuter:    out[u, f] = beta out[u, f] + sum_b g[b, u] x[b, f]    the update
//
// One call runs on the calling thread only (BLAS threads and ours would fight for the cores).
// A batch of one goes through the matrix-vector routines, which read the weights once.
// Threads: safe on disjoint outputs. Neither allocates nor fails.
#pragma once

#include "hypnos/tensor/matrix.h"

namespace hypnos {

enum class Accumulate { kNo, kYes };

// Shapes: x [batch x inputs], w [units x inputs], out [batch x units].
void Multiply(ConstMatrixView x, ConstMatrixView w, Accumulate accumulate, MatrixView out);

// Shapes: g [batch x units], x [batch x inputs], out [units x inputs].
void AddOuter(ConstMatrixView g, ConstMatrixView x, float beta, MatrixView out);

}  // namespace hypnos
