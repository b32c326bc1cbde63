// The best linear predictor of the next input, fitted with hindsight: what no online learner of the
// same form can beat on the frames that it was fitted to.
//   y(t+1) = B [x(t) | x(t-1) | … | 1],   B = argmin sum |x(t+1) - y(t+1)|^2 + ridge |B|^2
// one B for all patch locations, by the normal equations in double precision.
// Shapes: x [locations x inputs].
// Threads: thread-compatible. Allocates on construction and in Solve.
#pragma once

#include <cstddef>
#include <vector>

#include "hypnos/tensor/matrix.h"

namespace hypnos::lab {

class LinearPredictor {
 public:
  // Reads the last `past` inputs, at least one.
  LinearPredictor(size_t inputs, size_t past);

  size_t past() const { return past_; }

  // `before`: x(t), x(t-1) …, `past` of them; `x`: x(t+1).
  void Observe(const std::vector<ConstMatrixView>& before, ConstMatrixView x);
  // After the last observation.
  void Solve();

  // Mean square error, per value. Precondition: solved.
  double Error(const std::vector<ConstMatrixView>& before, ConstMatrixView x) const;

 private:
  size_t features() const { return inputs_ * past_ + 1; }
  Matrix Features(const std::vector<ConstMatrixView>& before) const;

  size_t inputs_;
  size_t past_;
  Matrix products_, targets_;         // of one observation
  std::vector<double> all_products_;  // sum of f f^T [features x features]
  std::vector<double> all_targets_;   // sum of x f^T [inputs x features]
  Matrix weights_;                    // [inputs x features]
};

}  // namespace hypnos::lab
