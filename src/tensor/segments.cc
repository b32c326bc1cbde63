#include "hypnos/tensor/segments.h"

#include <algorithm>

#include "hypnos/tensor/product.h"

namespace hypnos {
namespace {

// Large enough for BLAS to run at full speed, small enough to share out a layer of 256.
constexpr size_t kTileUnits = 128;
constexpr size_t kTileColumns = 512;

size_t Tiles(size_t n, size_t tile) { return (n + tile - 1) / tile; }

// The index-th tile of columns, counted over all segments.
Segment FindTile(std::span<const Segment> segments, size_t index) {
  for (const auto& [input, column] : segments) {
    const size_t tiles = Tiles(input.cols, kTileColumns);
    if (index < tiles) {
      const size_t first = index * kTileColumns;
      return {input.Cols(first, std::min(kTileColumns, input.cols - first)), column + first};
    }
    index -= tiles;
  }
  HYPNOS_CHECK(false);
  return {};
}

}  // namespace

void MultiplySegments(std::span<const Segment> segments, size_t first_row, ConstMatrixView w,
                      MatrixView out) {
  Accumulate accumulate = Accumulate::kNo;
  for (const auto& [input, column] : segments) {
    if (input.empty()) continue;
    Multiply(input.Rows(first_row, out.rows), w.Cols(column, input.cols), accumulate, out);
    accumulate = Accumulate::kYes;
  }
}

void AddOuterSegments(ConstMatrixView g, std::span<const Segment> segments, float keep,
                      MatrixView out, Executor& executor) {
  size_t column_tiles = 0;
  for (const auto& segment : segments) column_tiles += Tiles(segment.input.cols, kTileColumns);
  executor.Run(Tiles(out.rows, kTileUnits) * column_tiles, [&](size_t tile) {
    const size_t unit = tile / column_tiles * kTileUnits;
    const size_t units = std::min(kTileUnits, out.rows - unit);
    const auto [input, column] = FindTile(segments, tile % column_tiles);
    AddOuter(g.Cols(unit, units), input, keep, out.Rows(unit, units).Cols(column, input.cols));
  });
}

}  // namespace hypnos
