// A matrix of weights as it is stored: float32, or bfloat16 for half the memory and half the time
// of reading it. Values are float32 at the interface; what is written to bfloat16 is rounded
// stochastically, see bfloat16.h.
//   out[b, u] = sum_f x[b, f] w[u, f]         shapes: x [batch x inputs], w [units x inputs]
//
// An expanded matrix keeps float32 in memory even where it holds bfloat16 values: BLAS, which
// batches go through, reads nothing else.
// Threads: safe on disjoint units. None allocates or fails once made.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "hypnos/base/state_archive.h"
#include "hypnos/tensor/buffer.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/few_rows.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos {

enum class WeightStorage { kFloat32, kBfloat16 };

class WeightMatrix {
 public:
  WeightMatrix() = default;
  WeightMatrix(size_t units, size_t inputs, WeightStorage storage, bool expanded);

  size_t units() const { return units_; }
  size_t inputs() const { return inputs_; }
  WeightStorage storage() const { return storage_; }
  // Whether view() is there.
  bool expanded() const { return halves_.empty(); }
  // What is written through it to bfloat16 has to be rounded by Round.
  MatrixView view() {
    HYPNOS_CHECK(expanded());
    return values_;
  }
  ConstMatrixView view() const {
    HYPNOS_CHECK(expanded());
    return values_;
  }

  // As it is stored.
  void ExchangeState(StateArchive& archive, std::string_view name);

  void Assign(ConstMatrixView values, uint32_t draw);
  void CopyTo(MatrixView values) const;
  // out[u] = w[u, input].
  void ReadColumn(size_t input, std::span<float> out) const;

  // A few rows of input, copied together; the units [first, first + out.cols).
  void MultiplyFew(ConstMatrixView x, size_t first_unit, MatrixView out) const;
  // w[u, :] += sum_j terms[j, u] inputs[j, :] for these units. `draw`: as in bfloat16.h.
  void AddOuter(ConstMatrixView terms, ConstMatrixView inputs, size_t first_unit, size_t units,
                uint32_t draw);
  // w[unit, first_input …] = values.
  void Write(size_t unit, size_t first_input, std::span<const float> values, uint32_t draw);
  // w[unit, :] += scale values.
  void AddScaledTo(size_t unit, float scale, std::span<const float> values, uint32_t draw);
  // Expanded: rounds these values to what the storage can hold.
  void Round(size_t unit, size_t first_input, size_t count, uint32_t draw);

  void Scale(float factor, size_t unit, uint32_t draw);
  double SumOfSquares(size_t unit) const;

 private:
  // change(first, values) for a row's values, as float32, part after part.
  void ChangeRow(size_t unit, uint32_t draw, FunctionRef<void(size_t, std::span<float>)> change);
  Bfloat16View halves() const { return {halves_.data(), units_, inputs_, inputs_}; }
  std::span<uint16_t> HalfRow(size_t unit) {
    return std::span(halves_).subspan(unit * inputs_, inputs_);
  }
  std::span<const uint16_t> HalfRow(size_t unit) const {
    return std::span(halves_).subspan(unit * inputs_, inputs_);
  }
  // Counts as bits may: what is drawn for an element beyond 2^32 is drawn for an earlier one, too.
  uint32_t Index(size_t unit, size_t input) const {
    return static_cast<uint32_t>(unit * inputs_ + input);
  }

  size_t units_ = 0;
  size_t inputs_ = 0;
  WeightStorage storage_ = WeightStorage::kFloat32;
  Matrix values_;      // expanded
  HalfBuffer halves_;  // not expanded: [units x inputs]
};

}  // namespace hypnos
