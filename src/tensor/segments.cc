#include "hypnos/tensor/segments.h"

#include <algorithm>

#include "hypnos/tensor/product.h"

namespace hypnos {
namespace {

constexpr size_t kTileUnits = 128;
constexpr size_t kTileColumns = 512;

size_t Tiles(size_t n, size_t tile) { return (n + tile - 1) / tile; }

// The index-th tile of columns, counted over all segments; its units are left open.
Tile FindColumns(std::span<const Segment> segments, size_t index) {
  for (size_t s = 0; s < segments.size(); ++s) {
    const size_t columns = segments[s].input.cols, tiles = Tiles(columns, kTileColumns);
    if (index < tiles) {
      const size_t first = index * kTileColumns;
      return {.segment = s,
              .first = first,
              .column = segments[s].column + first,
              .columns = std::min(kTileColumns, columns - first)};
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

void ForEachTile(std::span<const Segment> segments, size_t units, Executor& executor,
                 FunctionRef<void(const Tile&)> f) {
  size_t column_tiles = 0;
  for (const auto& segment : segments) column_tiles += Tiles(segment.input.cols, kTileColumns);
  executor.Run(Tiles(units, kTileUnits) * column_tiles, [&](size_t index) {
    Tile tile = FindColumns(segments, index % column_tiles);
    tile.unit = index / column_tiles * kTileUnits;
    tile.units = std::min(kTileUnits, units - tile.unit);
    f(tile);
  });
}

void AddOuterTile(ConstMatrixView g, std::span<const Segment> segments, const Tile& tile,
                  float keep, MatrixView out) {
  AddOuter(g.Cols(tile.unit, tile.units),
           segments[tile.segment].input.Cols(tile.first, tile.columns), keep, tile.Of(out));
}

void AddOuterSegments(ConstMatrixView g, std::span<const Segment> segments, float keep,
                      MatrixView out, Executor& executor) {
  ForEachTile(segments, out.rows, executor,
              [&](const Tile& tile) { AddOuterTile(g, segments, tile, keep, out); });
}

}  // namespace hypnos
