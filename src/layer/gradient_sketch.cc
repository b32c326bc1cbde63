#include "layer/gradient_sketch.h"

#include <algorithm>
#include <cmath>

#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/product.h"

namespace hypnos {

GradientSketch::GradientSketch(size_t units, size_t fan_in, Rng rng)
    : signs_(kColumns, fan_in),
      positive_{Matrix(units, kColumns)},
      negative_{Matrix(units, kColumns)} {
  const float size = 1.0f / std::sqrt(static_cast<float>(kColumns));
  for (float& sign : signs_.values()) sign = rng.Below(2) == 0 ? size : -size;
}

void GradientSketch::Add(Phase phase, ConstMatrixView terms, std::span<const Segment> inputs,
                         MatrixView projected) {
  Sum& sum = phase == Phase::kPositive ? positive_ : negative_;
  MultiplySegments(inputs, 0, signs_, projected);
  AddOuter(terms, projected, 1.0f, sum.sketch);
  ++sum.steps;
}

double GradientSketch::Contrast() const {
  if (positive_.steps == 0 || negative_.steps == 0) return 1;
  const double scale = static_cast<double>(positive_.steps) / static_cast<double>(negative_.steps);
  double both = 0, positive = 0, negative = 0;
  for (size_t i = 0; i < positive_.sketch.values().size(); ++i) {
    const double p = static_cast<double>(positive_.sketch.values()[i]);
    const double n = scale * static_cast<double>(negative_.sketch.values()[i]);
    both += (p + n) * (p + n);
    positive += p * p;
    negative += n * n;
  }
  const double apart = std::sqrt(positive) + std::sqrt(negative);
  return apart > 0 ? std::sqrt(both) / apart : 0;
}

void GradientSketch::ExchangeState(StateArchive& archive) {
  const StateArchive::Scope scope(archive, "sketch");
  Exchange(archive, "positive", positive_.sketch);
  Exchange(archive, "negative", negative_.sketch);
  archive.Number("positive_steps", positive_.steps);
  archive.Number("negative_steps", negative_.steps);
}

void GradientSketch::Clear() {
  for (Sum* sum : {&positive_, &negative_}) {
    std::fill(sum->sketch.values().begin(), sum->sketch.values().end(), 0.0f);
    sum->steps = 0;
  }
}

}  // namespace hypnos
