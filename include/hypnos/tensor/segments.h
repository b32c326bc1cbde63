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

// A part of a matrix of [units x columns]: large enough for BLAS to run at full speed, small enough
// for two matrices of it to stay in a core's cache and to share out a layer of 256. Its columns
// belong to one segment.
struct Tile {
  size_t unit = 0;
  size_t units = 0;
  size_t segment = 0;
  size_t first = 0;   // of its columns, in the segment's input
  size_t column = 0;  // of its columns, in the matrix
  size_t columns = 0;

  MatrixView Of(MatrixView matrix) const { return matrix.Rows(unit, units).Cols(column, columns); }
};

// Calls f for every tile of a matrix of `units` rows, on the executor. The tiling is fixed: it
// depends on the shapes alone.
void ForEachTile(std::span<const Segment> segments, size_t units, Executor& executor,
                 FunctionRef<void(const Tile&)> f);

// The tile of out = keep out + g^T x.
void AddOuterTile(ConstMatrixView g, std::span<const Segment> segments, const Tile& tile,
                  float keep, MatrixView out);

// out [units x all columns] = keep out + g^T x, in tiles on the executor.
void AddOuterSegments(ConstMatrixView g, std::span<const Segment> segments, float keep,
                      MatrixView out, Executor& executor);

}  // namespace hypnos
