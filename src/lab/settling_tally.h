// How often the right label has the highest goodness, by how many steps the images have settled: by
// each layer alone and by all summed up. After s steps the goodness of the last kSummedSteps of
// them counts, or of all where there are fewer. For each batch: Record every label, step and layer,
// then Count. Threads: thread-compatible. Nothing allocates or fails after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lab/image_set.h"

namespace hypnos::lab {

class SettlingTally {
 public:
  static constexpr size_t kSummedSteps = 3;

  SettlingTally(size_t batch, size_t layers, size_t steps);

  // Steps count from 1, layers from 0. Shape: goodness [batch].
  void Record(uint8_t label, size_t step, size_t layer, std::span<const float> goodness);
  // The true labels of the first images of the batch; the others do not count. The first of equals
  // is the answer.
  void Count(std::span<const uint8_t> truth);

  size_t right_by_layer(size_t steps, size_t layer) const { return right_[steps - 1][layer]; }
  size_t right_by_sum(size_t steps) const { return right_[steps - 1].back(); }

 private:
  using ByLabel = std::array<float, kClasses>;

  void CountImage(size_t image, size_t steps, uint8_t truth);

  size_t layers_;
  std::vector<std::vector<std::vector<ByLabel>>> goodness_;  // [steps][layers][batch]
  std::vector<std::vector<size_t>> right_;                   // [steps][layers and their sum]
};

}  // namespace hypnos::lab
