// The read-out of pictures: it predicts each value of the next input.
//
//   f(t) = [out_1(t) | … | out_L(t) | x(t)],   y(t+1) = V f(t)
//
// By the delta rule, with the step normalised by the features' energy (normalised least mean
// squares):
//
//   V <- V + rate / (1 + mean |f|^2) * mean_b (x(t+1) - y(t+1)) f(t)^T
//
// Stable for rates below 2 whatever the width, but slow where features have much in common, as
// neighbouring pixels have. By least squares the columns of x, which mean the same for ever, are
// fitted to all that was seen (network/least_squares.h), and those of the layers, which do not
// while layers learn, go on by the delta rule from what is left.
// The error goes into V alone, never into the layers.
// Of a few rows, updates wait beside V as factors and are written a block at a time, exactly (see
// tensor/pending_factors.h): learning costs little more than looking.
// Shapes: features [batch x width], x and y [batch x inputs], V [inputs x all widths].
// Threads: thread-compatible; parts run on the executor. No call fails,
// and none but weights() allocates.
// Source: Hinton 2022, section 3.4 (generative model); Widrow and Hoff 1960.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "hypnos/network/generator.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/pending_factors.h"
#include "hypnos/tensor/segments.h"

namespace hypnos {

class LeastSquares;

class LinearGenerator final : public Generator {
 public:
  // layer_widths from the bottom up.
  LinearGenerator(const GeneratorOptions& options, const std::vector<size_t>& layer_widths,
                  size_t inputs, size_t batch);
  ~LinearGenerator() override;

  void Predict(std::span<const ConstMatrixView> features, MatrixView prediction,
               Executor& executor) override;
  // Mean square errors.
  double Compare(ConstMatrixView prediction, ConstMatrixView x, Executor& executor) override;
  void Learn(std::span<const ConstMatrixView> features, Executor& executor) override;

  std::span<const float> row_errors() const override { return row_errors_; }
  const Matrix& errors() const override { return errors_; }

  void SetRateFactor(float factor) override { rate_factor_ = static_cast<double>(factor); }
  // With the updates that wait.
  Matrix weights() const override;
  void SetWeights(const Matrix& weights) override;
  size_t weight_count() const override { return weights_.values().size(); }
  void ExchangeState(StateArchive& archive) override;

 private:
  std::span<const Segment> Segments(std::span<const ConstMatrixView> features);
  bool waiting() const { return pending_.capacity() > 0; }
  // Side by side in one matrix.
  ConstMatrixView Joined(std::span<const Segment> features);
  void PredictFew(ConstMatrixView features, MatrixView prediction, Executor& executor);
  void LearnByDelta(std::span<const Segment> segments, Executor& executor);
  void LearnFew(ConstMatrixView features, Executor& executor);
  void Fold(Executor& executor);

  GeneratorOptions options_;
  double rate_factor_ = 1;
  std::unique_ptr<LeastSquares> input_weights_;  // null: by the delta rule
  Matrix weights_;                               // without what waits
  PendingFactors pending_;                       // no room where nothing waits
  Matrix joined_;                                // [batch x all widths], where something waits
  std::vector<Segment> segments_;
  Matrix errors_;                  // [batch x inputs] x - y
  std::vector<float> row_errors_;  // [batch]
  std::vector<float> energy_;      // [batch] |f|^2
  bool finite_ = false;
};

}  // namespace hypnos
