// The linear read-out that names what is seen, from what all layers say, the mean over all places:
//
//   f(t) = mean_b [out_1(t) | … | out_L(t)]
//   z_i = clamp((f_i - m_i) / max(s_i, 0.01), -8, 8),   z = 0 before two frames were learned from,
//   or
//                                                     where f is not finite
//   q(t) = softmax(W z(t) + c)
//   W <- W + rate / (1 + |z|^2) (target - q) z^T,   c <- c + rate / (1 + |z|^2) (target - q)
//   m, s: mean and deviation of the frames learned from; over the last kHorizonFrames or so
//
// The delta rule with the step normalised by the features' energy, as the generator's. Features of
// a rectified layer have a large common part; without m and s it would rule the step. The error
// goes into W and c alone, never into the layers.
// With patches a mean over the places of log-odds, were each place to have its own, would be the
// same: the read-out is linear.
// Shapes: features [places x width] for each layer, q [classes].
// Threads: thread-compatible. No call fails or allocates.
// Source: Hinton 2022, section 3.3 (read-out of hidden activities); Widrow and Hoff 1960.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos {

class LabelReadOut {
 public:
  static constexpr double kHorizonFrames = 1000;

  // Widths from the bottom up; 0 classes: there is no read-out.
  LabelReadOut(size_t classes, const std::vector<size_t>& layer_widths, float rate);

  size_t classes() const { return weights_.rows(); }

  // q, of the outputs of all layers.
  void Predict(std::span<const ConstMatrixView> outputs, std::span<float> probabilities);
  // That these outputs are of that class. Outputs that are not finite are not learned from.
  void Learn(std::span<const ConstMatrixView> outputs, size_t label);

  void ExchangeState(StateArchive& archive);

  std::span<const float> weights() const { return weights_.values(); }
  std::span<const float> bias() const { return bias_; }
  size_t weight_count() const { return weights_.values().size() + bias_.size(); }

 private:
  void Pool(std::span<const ConstMatrixView> outputs);
  void Standardise();
  void LogOdds(std::span<float> odds) const;
  void UpdateStatistics();

  float rate_;
  Matrix weights_;           // [classes x all widths]
  std::vector<float> bias_;  // [classes]
  double frames_ = 0;        // learned from, up to kHorizonFrames
  std::vector<double> mean_, variance_;
  std::vector<float> pooled_;        // f
  std::vector<float> standardised_;  // z
  std::vector<float> error_;         // [classes] q, then target - q
};

// The place of the largest value, the first of equals; `values` is not empty.
size_t Likeliest(std::span<const float> values);

}  // namespace hypnos
