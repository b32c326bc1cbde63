// Row-major float32 matrices and views of them.
//   MatrixView(i, j) = data[i * stride + j],  0 <= i < rows,  0 <= j < cols <= stride
// A view does not own; whoever made it keeps the storage alive.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <span>

#include "hypnos/base/check.h"
#include "hypnos/tensor/buffer.h"

namespace hypnos {

template <class T>
struct BasicMatrixView {
  T* data = nullptr;
  size_t rows = 0;
  size_t cols = 0;
  size_t stride = 0;

  T& operator()(size_t i, size_t j) const { return data[i * stride + j]; }
  std::span<T> row(size_t i) const { return {data + i * stride, cols}; }
  bool empty() const { return rows == 0 || cols == 0; }

  BasicMatrixView Rows(size_t first, size_t count) const {
    HYPNOS_CHECK(first + count <= rows);
    return {data + first * stride, count, cols, stride};
  }
  BasicMatrixView Cols(size_t first, size_t count) const {
    HYPNOS_CHECK(first + count <= cols);
    return {data + first, rows, count, stride};
  }
  operator BasicMatrixView<const T>() const { return {data, rows, cols, stride}; }
};

using MatrixView = BasicMatrixView<float>;
using ConstMatrixView = BasicMatrixView<const float>;

// Zero on construction.
class Matrix {
 public:
  Matrix() = default;
  Matrix(size_t rows, size_t cols) : rows_(rows), cols_(cols), values_(rows * cols) {}

  size_t rows() const { return rows_; }
  size_t cols() const { return cols_; }
  std::span<float> values() { return values_; }
  std::span<const float> values() const { return values_; }
  std::span<float> row(size_t i) { return view().row(i); }
  std::span<const float> row(size_t i) const { return view().row(i); }
  MatrixView view() { return {values_.data(), rows_, cols_, cols_}; }
  ConstMatrixView view() const { return {values_.data(), rows_, cols_, cols_}; }
  operator MatrixView() { return view(); }
  operator ConstMatrixView() const { return view(); }

 private:
  size_t rows_ = 0;
  size_t cols_ = 0;
  Buffer values_;
};

}  // namespace hypnos
