// Element-wise kernels over rows, vectorised for the CPU found at run time.
// Spans of one call have the same length and do not overlap unless it says so; no alignment is
// needed. Sums are taken in an order that depends on the CPU's vector length, never on threads.
// Threads: safe on disjoint outputs. None allocates or fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hypnos {

// out = v / sqrt(mean(v_i^2) + noise_power); out may be v.
void NormaliseLength(std::span<const float> v, float noise_power, std::span<float> out);

// Of one row: sum_i r_i^2, sum_i h_i^2, and sum_i of the squares by which h_i has changed.
struct Energy {
  float fresh = 0;
  float damped = 0;
  float change = 0;
};

// r_i = max(0, a_i + bias_i),  h_i = (1 - damping) h_i + damping r_i; r may be a.
// A NaN in `a` makes all sums NaN.
Energy Activate(std::span<const float> a, std::span<const float> bias, float damping,
                std::span<float> r, std::span<float> h);

// What a row of responses gives to its layer's update, in one pass:
//   activity_i += r_i,  r_i = gain r_i + offset_i,  term_sum_i += r_i
// `activity` and `offset` may be empty: then there is none.
void TakeTerms(float gain, std::span<const float> offset, std::span<float> r,
               std::span<float> activity, std::span<float> term_sum);

// out = factor v.
void Scaled(float factor, std::span<const float> v, std::span<float> out);

// y = keep y + scale x.
void Blend(float keep, float scale, std::span<const float> x, std::span<float> y);

// y = keep y + scale x, and then x = fade x.
void BlendAndFade(float keep, float scale, float fade, std::span<float> x, std::span<float> y);

// A gradient on its way to the weights, each divided by the root of its running mean square:
//   s = memory s + (1-memory) g^2,  v = velocity v + g / (sqrt(correction s) + epsilon),
//   w = keep w + rate v,  g = 0
struct NormalisedStep {
  float memory = 0;
  float correction = 1;
  float epsilon = 1e-8f;
  float velocity = 0;
  float keep = 1;
  float rate = 0;
};
void TakeNormalisedStep(const NormalisedStep& step, std::span<float> g, std::span<float> s,
                        std::span<float> v, std::span<float> w);

// y = y + scale x.
void AddScaled(float scale, std::span<const float> x, std::span<float> y);

// out = a + scale b; out may be a or b.
void Combine(std::span<const float> a, float scale, std::span<const float> b, std::span<float> out);

// y = factor y.
void Scale(float factor, std::span<float> y);

float SumOfSquares(std::span<const float> v);

// IEEE half precision, round to nearest even.
void ToHalf(std::span<const float> in, std::span<uint16_t> out);
void FromHalf(std::span<const uint16_t> in, std::span<float> out);

}  // namespace hypnos
