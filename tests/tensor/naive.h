// The plainest loops there are, in double precision: what every fast kernel is compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos::naive {

inline std::vector<float> RandomVector(size_t n, Rng& rng) {
  std::vector<float> v(n);
  for (float& x : v) x = rng.Normal();
  return v;
}

inline Matrix RandomMatrix(size_t rows, size_t cols, Rng& rng) {
  Matrix m(rows, cols);
  for (float& x : m.values()) x = rng.Normal();
  return m;
}

inline double SumOfSquares(std::span<const float> v) {
  double sum = 0;
  for (const float x : v) sum += static_cast<double>(x) * x;
  return sum;
}

// sum_f x[b, f] w[u, f]
inline double MultiplyAt(ConstMatrixView x, ConstMatrixView w, size_t b, size_t u) {
  double sum = 0;
  for (size_t f = 0; f < x.cols; ++f) sum += static_cast<double>(x(b, f)) * w(u, f);
  return sum;
}

// sum_b g[b, u] x[b, f]
inline double OuterAt(ConstMatrixView g, ConstMatrixView x, size_t u, size_t f) {
  double sum = 0;
  for (size_t b = 0; b < g.rows; ++b) sum += static_cast<double>(g(b, u)) * x(b, f);
  return sum;
}

// What the bits of an IEEE half stand for: sign, 5 of exponent, 10 of fraction.
inline float FromHalf(uint16_t half) {
  const int exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  float size = std::ldexp(static_cast<float>(fraction + (exponent > 0 ? 0x400 : 0)),
                          std::max(exponent, 1) - 25);
  if (exponent == 0x1f) size = fraction == 0 ? INFINITY : NAN;
  return std::copysign(size, (half & 0x8000) != 0 ? -1.0f : 1.0f);
}

}  // namespace hypnos::naive
