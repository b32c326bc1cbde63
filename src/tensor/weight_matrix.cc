#include "hypnos/tensor/weight_matrix.h"

#include <algorithm>

#include "hypnos/tensor/bfloat16.h"
#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/product.h"

namespace hypnos {
namespace {

// What is expanded at a time, on the stack: 128 KiB.
constexpr size_t kTileUnits = 128;
constexpr size_t kTileInputs = 256;

}  // namespace

WeightMatrix::WeightMatrix(size_t units, size_t inputs, WeightStorage storage, bool expanded)
    : units_(units), inputs_(inputs), storage_(storage) {
  if (expanded || storage == WeightStorage::kFloat32) {
    values_ = Matrix(units, inputs);
  } else {
    halves_.assign(units * inputs, 0);
  }
}

void WeightMatrix::ExchangeState(StateArchive& archive, std::string_view name) {
  if (expanded()) return Exchange(archive, name, values_);
  archive.Halves(name, std::span(halves_), {units_, inputs_}, ElementType::kBF16);
}

void WeightMatrix::Assign(ConstMatrixView values, uint32_t draw) {
  HYPNOS_CHECK(values.rows == units_ && values.cols == inputs_);
  for (size_t u = 0; u < units_; ++u) Write(u, 0, values.row(u), draw);
}

void WeightMatrix::Write(size_t unit, size_t first_input, std::span<const float> values,
                         uint32_t draw) {
  if (expanded()) {
    std::copy(values.begin(), values.end(), values_.row(unit).begin() + first_input);
    Round(unit, first_input, values.size(), draw);
  } else {
    RoundToBfloat16(values, draw, Index(unit, first_input),
                    HalfRow(unit).subspan(first_input, values.size()));
  }
}

void WeightMatrix::CopyTo(MatrixView values) const {
  HYPNOS_CHECK(values.rows == units_ && values.cols == inputs_);
  for (size_t u = 0; u < units_; ++u) {
    if (expanded()) {
      const auto row = values_.row(u);
      std::copy(row.begin(), row.end(), values.row(u).begin());
    } else {
      FromBfloat16(HalfRow(u), values.row(u));
    }
  }
}

void WeightMatrix::ReadColumn(size_t input, std::span<float> out) const {
  HYPNOS_CHECK(input < inputs_ && out.size() == units_);
  for (size_t u = 0; u < units_; ++u) {
    if (expanded()) {
      out[u] = values_.row(u)[input];
    } else {
      FromBfloat16(HalfRow(u).subspan(input, 1), out.subspan(u, 1));
    }
  }
}

void WeightMatrix::MultiplyFew(ConstMatrixView x, size_t first_unit, MatrixView out) const {
  if (expanded()) {
    hypnos::MultiplyFew(x, values_.view().Rows(first_unit, out.cols), out);
  } else {
    hypnos::MultiplyFew(x, halves().Rows(first_unit, out.cols), out);
  }
}

void WeightMatrix::AddOuter(ConstMatrixView terms, ConstMatrixView inputs, size_t first_unit,
                            size_t units, uint32_t draw) {
  const ConstMatrixView own_terms = terms.Cols(first_unit, units);
  if (expanded()) {
    hypnos::AddOuter(own_terms, inputs, 1.0f, values_.view().Rows(first_unit, units));
    for (size_t u = first_unit; u < first_unit + units; ++u) Round(u, 0, inputs_, draw);
    return;
  }
  alignas(kAlignmentBytes) float storage[kTileUnits * kTileInputs];
  for (size_t u = 0; u < units; u += kTileUnits) {
    for (size_t f = 0; f < inputs_; f += kTileInputs) {
      const size_t rows = std::min(kTileUnits, units - u),
                   cols = std::min(kTileInputs, inputs_ - f);
      const MatrixView tile{storage, rows, cols, kTileInputs};
      const auto half = [&](size_t i) { return HalfRow(first_unit + u + i).subspan(f, cols); };
      for (size_t i = 0; i < rows; ++i) FromBfloat16(half(i), tile.row(i));
      hypnos::AddOuter(own_terms.Cols(u, rows), inputs.Cols(f, cols), 1.0f, tile);
      for (size_t i = 0; i < rows; ++i) {
        RoundToBfloat16(tile.row(i), draw, Index(first_unit + u + i, f), half(i));
      }
    }
  }
}

void WeightMatrix::Round(size_t unit, size_t first_input, size_t count, uint32_t draw) {
  if (storage_ == WeightStorage::kFloat32) return;
  RoundToBfloat16(values_.row(unit).subspan(first_input, count), draw, Index(unit, first_input));
}

void WeightMatrix::Scale(float factor, size_t unit, uint32_t draw) {
  ChangeRow(unit, draw,
            [&](size_t /*first*/, std::span<float> part) { hypnos::Scale(factor, part); });
}

void WeightMatrix::AddScaledTo(size_t unit, float scale, std::span<const float> values,
                               uint32_t draw) {
  ChangeRow(unit, draw, [&](size_t first, std::span<float> part) {
    hypnos::AddScaled(scale, values.subspan(first, part.size()), part);
  });
}

void WeightMatrix::ChangeRow(size_t unit, uint32_t draw,
                             FunctionRef<void(size_t, std::span<float>)> change) {
  if (expanded()) {
    change(0, values_.row(unit));
    return Round(unit, 0, inputs_, draw);
  }
  alignas(kAlignmentBytes) float storage[kTileInputs];
  for (size_t f = 0; f < inputs_; f += kTileInputs) {
    const auto half = HalfRow(unit).subspan(f, std::min(kTileInputs, inputs_ - f));
    const std::span<float> part(storage, half.size());
    FromBfloat16(half, part);
    change(f, part);
    RoundToBfloat16(part, draw, Index(unit, f), half);
  }
}

double WeightMatrix::SumOfSquares(size_t unit) const {
  if (expanded()) return static_cast<double>(hypnos::SumOfSquares(values_.row(unit)));
  alignas(kAlignmentBytes) float storage[kTileInputs];
  double sum = 0;
  for (size_t f = 0; f < inputs_; f += kTileInputs) {
    const auto half = HalfRow(unit).subspan(f, std::min(kTileInputs, inputs_ - f));
    const std::span<float> part(storage, half.size());
    FromBfloat16(half, part);
    sum += static_cast<double>(hypnos::SumOfSquares(part));
  }
  return sum;
}

}  // namespace hypnos
