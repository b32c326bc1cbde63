// Updates of rank one that wait beside a matrix instead of being written into it:
//   W[t] = stored + sum_j c_j g_j x_j^T
//   W[t] x = stored x + sum_j c_j (x_j . x) g_j           exact, whatever the c_j became meanwhile
// Writing an update reads and writes the whole matrix; keeping its two factors reads and writes two
// vectors, and the matrix has to be touched once for a whole block of them. At a batch of one,
// where a step is bound by memory, learning so costs about what looking costs.
//
// Factors are kept in the order of their age in blocks of kFactorBlock; a block is folded as one.
// Shapes: g [units], x [inputs] of one factor; float32.
// Threads: Project and Correct are safe on different parts at the same time; nothing else is.
// None but AddTo allocates, and none fails, once made.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos {

inline constexpr size_t kFactorBlock = 64;

class PendingFactors {
 public:
  PendingFactors() = default;
  // Room for `capacity` factors, rounded up to whole blocks; `batch` inputs are projected at once.
  PendingFactors(size_t capacity, size_t units, size_t inputs, size_t batch);

  size_t size() const { return size_; }
  size_t capacity() const { return terms_.rows(); }
  bool empty() const { return size_ == 0; }

  // Appends a factor with coefficient 0. There must be room.
  void Push(std::span<const float> term, std::span<const float> input);

  // c_j, by age: 0 is the oldest. It is the owner's to change.
  float& coefficient(size_t age) { return coefficients_[Slot(age)]; }
  // What is still to come of a factor, for its owner to keep book: 1 when pushed.
  float& momentum(size_t age) { return momenta_[Slot(age)]; }

  // What is projected, block by block, and then added to the products.
  size_t blocks() const { return capacity() / kFactorBlock; }
  // projection[b, j] = c_j (x_j . x_b) for the factors of this block.
  void Project(ConstMatrixView x, size_t block);
  // out[b, :] += sum_j projection[b, j] g_j for the units [first, first + out.cols).
  void Correct(size_t first_unit, MatrixView out) const;

  // The factors of ages [age, age + count), no more than kFactorBlock of them: count is chosen so
  // that they lie side by side.
  struct Block {
    size_t count = 0;
    ConstMatrixView terms;   // [count x units]
    ConstMatrixView inputs;  // [count x inputs]
  };
  Block BlockFrom(size_t age) const;
  void DropOldest(size_t count);
  void Clear();

  // With the places in which factors lie: how a sum over them is divided hangs on that.
  void ExchangeState(StateArchive& archive);

  // target += sum_j c_j g_j x_j^T, leaving everything as it is. For whoever looks: it allocates.
  void AddTo(MatrixView target) const;
  // Likewise of one column: out += sum_j c_j x_j[input] g_j. It allocates nothing.
  void AddColumnTo(size_t input, std::span<float> out) const;

 private:
  // The part of a block that holds factors: [first, first + count) of all slots.
  struct Range {
    size_t first = 0;
    size_t count = 0;
  };
  size_t Slot(size_t age) const { return (oldest_ + age) % capacity(); }
  // At most two: the window may begin in a block and, having gone round, end in it.
  void RangesOf(size_t block, Range (&ranges)[2]) const;

  Matrix terms_;                     // [capacity x units]
  Matrix inputs_;                    // [capacity x inputs]
  Matrix projections_;               // [batch x capacity]
  std::vector<float> coefficients_;  // [capacity]
  std::vector<float> momenta_;       // [capacity]
  size_t oldest_ = 0;
  size_t size_ = 0;
};

}  // namespace hypnos
