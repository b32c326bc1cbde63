// A linear read-out that names the class, trained beside the layers and never through them.
//   q = softmax(W x + b)
//   g = mean over the batch of (target - q) x^T
//   plain:  V <- velocity V + g;  W <- W + rate/F V     F: features
//   rms:    each weight's g divided by the root of its running mean square;  W <- W + rate V
// Features are length-normalised, so that |x|^2 = F and the plain rate does not depend on how many.
// Threads: thread-compatible. Nothing allocates or fails after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hypnos/layer/options.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/segments.h"

namespace hypnos::lab {

class SoftmaxReadOut {
 public:
  struct Options {
    float rate = 10;
    float velocity = 0.9f;
    Optimiser optimiser = Optimiser::kPlain;
    float square_memory = 0.999f;  // rms only
  };

  SoftmaxReadOut(size_t batch, size_t features, size_t classes, const Options& options);

  // Features come as segments side by side, [batch x features] together; labels [batch].
  void Learn(std::span<const Segment> features, std::span<const uint8_t> labels);
  // q of each row. Shape: out [batch x classes].
  void Probabilities(std::span<const Segment> features, MatrixView out);
  // Of each class, [batch x classes]: log q.
  void LogProbabilities(std::span<const Segment> features, MatrixView out);
  // From now on; the rate may fall as learning ends.
  void SetRate(float rate) { options_.rate = rate; }
  // The likeliest class of each row; the first of equals.
  void Predict(std::span<const Segment> features, std::span<uint8_t> classes);

 private:
  void LogOdds(std::span<const Segment> features);
  void Move(std::span<const Segment> features);
  void MoveNormalised(std::span<const Segment> features);

  Options options_;
  size_t features_;
  Matrix weights_, velocity_;    // [classes x features]
  Matrix bias_, bias_velocity_;  // [1 x classes]
  Matrix gradient_, squares_;    // rms only, as the weights; the bias likewise
  Matrix bias_gradient_, bias_squares_;
  double forgotten_ = 1;  // square_memory to the number of updates
  Matrix terms_;          // [batch x classes]
  SerialExecutor executor_;
};

}  // namespace hypnos::lab
