// The read-out of symbols: it says how likely each is to come next.
//   x(t) = [newest symbol, one-hot | the one before | …]          symbols: S
//   q(t+1) = softmax(V f(t))                                       f: see generator.h
//   y(t+1) = [q(t+1) | x(t) without its oldest symbol]             all but the newest is known
//   g = mean_b (onehot(t+1) - q(t+1)) f(t)^T
//   V <- V + rate/|f|_0 g / sqrt(mean square of g of late)         |f|_0: number of features
// The delta rule; each weight moves about equally fast, however rare its symbol is. A symbol that
// all features agree on moves by about the rate.
// The error is -log2 q(c) of the symbol c that came: bits.
// Source: Widrow and Hoff 1960; Bridle 1990 (softmax); Tieleman and Hinton 2012 (RMSProp).
#pragma once

#include <span>
#include <vector>

#include "hypnos/network/generator.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/segments.h"

namespace hypnos {

class SoftmaxGenerator final : public Generator {
 public:
  // layer_widths from the bottom up. Precondition: 2 <= symbols <= inputs.
  SoftmaxGenerator(const GeneratorOptions& options, const std::vector<size_t>& layer_widths,
                   size_t inputs, size_t batch);

  void Predict(std::span<const ConstMatrixView> features, MatrixView prediction,
               Executor& executor) override;
  double Compare(ConstMatrixView prediction, ConstMatrixView x, Executor& executor) override;
  void Learn(std::span<const ConstMatrixView> features, Executor& executor) override;

  std::span<const float> row_errors() const override { return row_errors_; }
  // onehot - q, and zeros.
  const Matrix& errors() const override { return errors_; }

  void SetRateFactor(float factor) override { rate_factor_ = factor; }
  Matrix weights() const override { return weights_; }
  void SetWeights(const Matrix& weights) override;
  size_t weight_count() const override { return weights_.values().size(); }
  void ExchangeState(StateArchive& archive) override;

 private:
  std::span<const Segment> Segments(std::span<const ConstMatrixView> features);

  GeneratorOptions options_;
  float rate_factor_ = 1;
  Matrix weights_;  // [symbols x all widths]
  Matrix gradient_, squares_, velocity_;
  double forgotten_ = 1;  // the memory of squares to the number of updates
  std::vector<Segment> segments_;
  Matrix errors_;  // [batch x inputs]
  std::vector<float> row_errors_;
  bool finite_ = false;
};

}  // namespace hypnos
