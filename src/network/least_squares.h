// What of a linear read-out is fitted to all that was seen, and not only to what was seen last:
// recursive least squares, several steps at a time, with the past forgotten exponentially.
//
//   of each step        A <- g A + sum f f^T,   N <- N + sum e f^T,   n <- g n + 1
//   every eight steps   V <- V + N (A + d I)^-1,   N <- 0,   d = (1 / n + 1e-5) trace(A) / features
//
// e = x - V f - … is the error of the whole read-out, of which V may be a part. The damping counts
// as one step of features that are unrelated and equally strong, so that the first steps do not
// tear V away from where it starts; a little of it stays, so that what the features never do is not
// divided by nothing.
// Of a large batch a part is seen each step, another one each time: neighbouring rows say much the
// same.
// Shapes: f [batch x features], e [batch x outputs], V [outputs x features].
// Threads: thread-compatible; parts run on the executor. Allocates on construction only.
// Source: Ljung and Söderström 1983, section 2.2; damping as in Levenberg 1944.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos {

class LeastSquares {
 public:
  // A step is remembered for so many more, on average.
  LeastSquares(size_t features, size_t outputs, size_t batch, double horizon_steps);

  // `errors` of what was predicted from `features` by `weights`, which move where it is time.
  // What is not finite is not learned from.
  void Learn(ConstMatrixView features, ConstMatrixView errors, MatrixView weights,
             Executor& executor);

  void ExchangeState(StateArchive& archive);

 private:
  // Copies the rows that are seen this time next to each other.
  void Sample(ConstMatrixView features, ConstMatrixView errors);
  bool SampleIsFinite() const;
  void AddUp(Executor& executor);
  bool due() const;
  void Move(MatrixView weights, Executor& executor);
  void SumUp();
  double Damping() const;

  size_t stride_;  // one of so many rows is seen each step
  double keep_;    // g
  uint64_t steps_ = 0;
  double remembered_ = 0;     // n
  double forgotten_ = 1;      // what is left of A since the last move
  size_t rows_ = 0;           // that are seen this time
  Matrix features_, errors_;  // the first rows_ of them
  // A, of which only lower triangles are kept: what was added since the last move; and all before,
  // in double precision, since what is added becomes small beside it.
  Matrix products_;
  std::vector<double> sum_;
  Matrix correlation_;          // N
  std::vector<double> factor_;  // of A + d I
  std::vector<double> change_;  // of V
};

}  // namespace hypnos
