// The linear read-out that predicts the next input from what all layers say now, and so dreams.
//
//   f(t) = [out_1(t) | … | out_L(t) | x(t)],   y(t+1) = V f(t)
//   V <- V + rate / (1 + mean |f|^2) * mean_b (x(t+1) - y(t+1)) f(t)^T
//
// The delta rule with the step normalised by the features' energy (normalised least mean squares):
// stable for rates below 2 whatever the width. The error goes into V alone, never into the layers.
// Shapes: features [batch x width], x and y [batch x inputs], V [inputs x all widths].
// Threads: thread-compatible; parts run on the executor. No call allocates or fails.
// Source: Hinton 2022, section 3.4 (generative model); Widrow and Hoff 1960.
#pragma once

#include <span>
#include <vector>

#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/segments.h"

namespace hypnos {

enum class GeneratorStart {
  kCopyLast,  // y(t+1) = x(t): learning only has to be better than that
  kZero,
};

struct GeneratorOptions {
  float rate = 0.2f;
  GeneratorStart start = GeneratorStart::kCopyLast;
};

class Generator {
 public:
  // layer_widths from the bottom up.
  Generator(const GeneratorOptions& options, const std::vector<size_t>& layer_widths, size_t inputs,
            size_t batch);

  // `features`: the outputs of all layers, then x.
  void Predict(std::span<const ConstMatrixView> features, MatrixView prediction,
               Executor& executor);

  // Keeps the error of a prediction for Learn. Returns its mean square, per value.
  double Compare(ConstMatrixView prediction, ConstMatrixView x, Executor& executor);

  // Learns from the error last compared, of the prediction made from `features`. An error that is
  // not finite is not learned from.
  void Learn(std::span<const ConstMatrixView> features, Executor& executor);

  // Mean square error of each row of the batch, as last compared.
  std::span<const float> row_errors() const { return row_errors_; }
  // The error last compared; valid until Learn.
  const Matrix& errors() const { return errors_; }

  const Matrix& weights() const { return weights_; }
  Matrix& mutable_weights() { return weights_; }

 private:
  std::span<const Segment> Segments(std::span<const ConstMatrixView> features);

  GeneratorOptions options_;
  Matrix weights_;
  std::vector<Segment> segments_;
  Matrix errors_;                  // [batch x inputs] x - y
  std::vector<float> row_errors_;  // [batch]
  std::vector<float> energy_;      // [batch] |f|^2
  bool finite_ = false;
};

}  // namespace hypnos
