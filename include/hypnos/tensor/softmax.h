// Odds as logarithms to probabilities:
//   p_c = exp(a_c) / sum_k exp(a_k)
// Threads: safe on disjoint values. Nothing allocates or fails.
#pragma once

#include <span>

namespace hypnos {

// In place. Precondition: there is one value at least; all are finite.
void Softmax(std::span<float> log_odds);

}  // namespace hypnos
