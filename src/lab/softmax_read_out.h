// A linear read-out that names the class, trained beside the layers and never through them.
//   q = softmax(W x + b)
//   V <- velocity V + mean over the batch of (target - q) x^T;  W <- W + rate/F V     F: features
// Features are length-normalised, so that |x|^2 = F and the rate does not depend on how many.
// Threads: thread-compatible. Nothing allocates or fails after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/segments.h"

namespace hypnos::lab {

class SoftmaxReadOut {
 public:
  struct Options {
    float rate = 10;
    float velocity = 0.9f;
  };

  SoftmaxReadOut(size_t batch, size_t features, size_t classes, const Options& options);

  // Features come as segments side by side, [batch x features] together; labels [batch].
  void Learn(std::span<const Segment> features, std::span<const uint8_t> labels);
  // q of each row. Shape: out [batch x classes].
  void Probabilities(std::span<const Segment> features, MatrixView out);
  // The likeliest class of each row; the first of equals.
  void Predict(std::span<const Segment> features, std::span<uint8_t> classes);

 private:
  void LogOdds(std::span<const Segment> features);

  Options options_;
  size_t features_;
  Matrix weights_, velocity_;    // [classes x features]
  Matrix bias_, bias_velocity_;  // [1 x classes]
  Matrix terms_;                 // [batch x classes]
  SerialExecutor executor_;
};

}  // namespace hypnos::lab
