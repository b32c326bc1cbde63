// The linear read-out that predicts the next input from what all layers say now, and so dreams.
//
//   f(t) = [out_1(t) | … | out_L(t) | x(t)],   y(t+1) = V f(t)
//   V <- V + rate / (1 + mean |f|^2) * mean_b (x(t+1) - y(t+1)) f(t)^T
//
// The delta rule with the step normalised by the features' energy (normalised least mean squares):
// stable for rates below 2 whatever the width. The error goes into V alone, never into the layers.
// Of a few rows, updates wait beside V as factors and are written a block at a time, exactly (see
// tensor/pending_factors.h): learning costs little more than looking.
// Shapes: features [batch x width], x and y [batch x inputs], V [inputs x all widths].
// Threads: thread-compatible; parts run on the executor. No call fails,
// and none but weights() allocates.
// Source: Hinton 2022, section 3.4 (generative model); Widrow and Hoff 1960.
#pragma once

#include <span>
#include <vector>

#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/pending_factors.h"
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

  // A copy, with the updates that wait. It allocates.
  Matrix weights() const;
  // Of the same shape.
  void SetWeights(const Matrix& weights);
  size_t weight_count() const { return weights_.values().size(); }

 private:
  std::span<const Segment> Segments(std::span<const ConstMatrixView> features);
  bool waiting() const { return pending_.capacity() > 0; }
  // Side by side in one matrix.
  ConstMatrixView Joined(std::span<const Segment> features);
  void PredictFew(ConstMatrixView features, MatrixView prediction, Executor& executor);
  void LearnFew(ConstMatrixView features, Executor& executor);
  void Fold(Executor& executor);

  GeneratorOptions options_;
  Matrix weights_;          // without what waits
  PendingFactors pending_;  // no room where nothing waits
  Matrix joined_;           // [batch x all widths], where something waits
  std::vector<Segment> segments_;
  Matrix errors_;                  // [batch x inputs] x - y
  std::vector<float> row_errors_;  // [batch]
  std::vector<float> energy_;      // [batch] |f|^2
  bool finite_ = false;
};

}  // namespace hypnos
