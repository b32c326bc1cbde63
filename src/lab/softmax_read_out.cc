#include "lab/softmax_read_out.h"

#include <algorithm>
#include <cmath>

#include "hypnos/base/check.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/softmax.h"

namespace hypnos::lab {
SoftmaxReadOut::SoftmaxReadOut(size_t batch, size_t features, size_t classes,
                               const Options& options)
    : options_(options),
      features_(features),
      weights_(classes, features),
      velocity_(classes, features),
      bias_(1, classes),
      bias_velocity_(1, classes),
      terms_(batch, classes) {
  if (options.optimiser != Optimiser::kRms) return;
  gradient_ = squares_ = Matrix(classes, features);
  bias_gradient_ = bias_squares_ = Matrix(1, classes);
}

void SoftmaxReadOut::LogProbabilities(std::span<const Segment> features, MatrixView out) {
  LogOdds(features);
  for (size_t i = 0; i < terms_.rows(); ++i) {
    const std::span<const float> odds = terms_.row(i);
    const float largest = *std::ranges::max_element(odds);
    float sum = 0;
    for (const float value : odds) sum += std::exp(value - largest);
    const float all = largest + std::log(sum);
    std::ranges::transform(odds, out.row(i).begin(), [&](float value) { return value - all; });
  }
}

void SoftmaxReadOut::LogOdds(std::span<const Segment> features) {
  MultiplySegments(features, 0, weights_, terms_);
  for (size_t i = 0; i < terms_.rows(); ++i) AddScaled(1.0f, bias_.values(), terms_.row(i));
}

void SoftmaxReadOut::Learn(std::span<const Segment> features, std::span<const uint8_t> labels) {
  HYPNOS_CHECK(labels.size() == terms_.rows());
  LogOdds(features);
  const float share = 1.0f / static_cast<float>(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto terms = terms_.row(i);
    Softmax(terms);
    Scale(-share, terms);
    terms[labels[i]] += share;
  }
  options_.optimiser == Optimiser::kRms ? MoveNormalised(features) : Move(features);
}

void SoftmaxReadOut::Move(std::span<const Segment> features) {
  Scale(options_.velocity, bias_velocity_.values());
  for (size_t i = 0; i < terms_.rows(); ++i) {
    AddScaled(1.0f, terms_.row(i), bias_velocity_.values());
  }
  AddOuterSegments(terms_, features, options_.velocity, velocity_, executor_);
  const float rate = options_.rate / static_cast<float>(features_);
  AddScaled(rate, velocity_.values(), weights_.values());
  AddScaled(rate, bias_velocity_.values(), bias_.values());
}

void SoftmaxReadOut::Probabilities(std::span<const Segment> features, MatrixView out) {
  HYPNOS_CHECK(out.rows == terms_.rows() && out.cols == terms_.cols());
  LogOdds(features);
  for (size_t i = 0; i < out.rows; ++i) {
    std::ranges::copy(terms_.row(i), out.row(i).begin());
    Softmax(out.row(i));
  }
}

void SoftmaxReadOut::MoveNormalised(std::span<const Segment> features) {
  for (size_t i = 0; i < terms_.rows(); ++i) {
    AddScaled(1.0f, terms_.row(i), bias_gradient_.values());
  }
  AddOuterSegments(terms_, features, 0.0f, gradient_, executor_);
  forgotten_ *= static_cast<double>(options_.square_memory);
  const NormalisedStep step{.memory = options_.square_memory,
                            .correction = static_cast<float>(1 / (1 - forgotten_)),
                            .velocity = options_.velocity,
                            .keep = 1,
                            .rate = options_.rate};
  TakeNormalisedStep(step, gradient_.values(), squares_.values(), velocity_.values(),
                     weights_.values());
  TakeNormalisedStep(step, bias_gradient_.values(), bias_squares_.values(), bias_velocity_.values(),
                     bias_.values());
}

void SoftmaxReadOut::Predict(std::span<const Segment> features, std::span<uint8_t> classes) {
  HYPNOS_CHECK(classes.size() == terms_.rows());
  LogOdds(features);
  for (size_t i = 0; i < classes.size(); ++i) {
    const auto odds = terms_.row(i);
    classes[i] = static_cast<uint8_t>(std::ranges::max_element(odds) - odds.begin());
  }
}

}  // namespace hypnos::lab
