// The read-out of pictures: it predicts each value of the next input.
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

#include "hypnos/network/generator.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/pending_factors.h"
#include "hypnos/tensor/segments.h"

namespace hypnos {

class LinearGenerator final : public Generator {
 public:
  // layer_widths from the bottom up.
  LinearGenerator(const GeneratorOptions& options, const std::vector<size_t>& layer_widths,
                  size_t inputs, size_t batch);

  void Predict(std::span<const ConstMatrixView> features, MatrixView prediction,
               Executor& executor) override;
  // Mean square errors.
  double Compare(ConstMatrixView prediction, ConstMatrixView x, Executor& executor) override;
  void Learn(std::span<const ConstMatrixView> features, Executor& executor) override;

  std::span<const float> row_errors() const override { return row_errors_; }
  const Matrix& errors() const override { return errors_; }

  // With the updates that wait.
  Matrix weights() const override;
  void SetWeights(const Matrix& weights) override;
  size_t weight_count() const override { return weights_.values().size(); }

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
