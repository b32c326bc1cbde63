// Products with an input that is several matrices side by side, without copying them together:
//   x = [segment 0 | segment 1 | …],  out[b, u] = sum_f x[b, f] w[u, f]
// Each segment names the first column of the weights that belongs to it; segments may be empty.
// Threads, failure: as product.h.
#pragma once

#include <span>

#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos {

struct Segment {
  ConstMatrixView input;  // [batch x columns]
  size_t column = 0;
};

// The rows [first, first + out.rows) of the batch: out [rows x units] = x w^T.
void MultiplySegments(std::span<const Segment> segments, size_t first_row, ConstMatrixView w,
                      MatrixView out);

// out [units x all columns] = keep out + g^T x, in tiles on the executor. The tiling is fixed.
void AddOuterSegments(ConstMatrixView g, std::span<const Segment> segments, float keep,
                      MatrixView out, Executor& executor);

}  // namespace hypnos
