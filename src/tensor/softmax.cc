#include "hypnos/tensor/softmax.h"

#include <algorithm>
#include <cmath>

#include "hypnos/tensor/kernels.h"

namespace hypnos {

void Softmax(std::span<float> log_odds) {
  const float largest = *std::ranges::max_element(log_odds);
  float sum = 0;
  for (float& value : log_odds) sum += value = std::exp(value - largest);
  Scale(1.0f / sum, log_odds);
}

}  // namespace hypnos
