// How often the right label has the highest goodness: by each layer alone, and by all summed up.
// For each batch: Record for every label, then Count.
// Threads: thread-compatible. Nothing allocates or fails after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lab/image_set.h"
#include "lab/layer_stack.h"

namespace hypnos::lab {

class GoodnessTally {
 public:
  GoodnessTally(size_t batch, size_t layers);

  // What a step left in the lane when the images had this label.
  void Record(uint8_t label, const LayerStack::Lane& lane);
  // The true labels of the first images of the batch; the others do not count. The first of equals
  // is the answer.
  void Count(std::span<const uint8_t> truth);

  size_t right_by_layer(size_t layer) const { return right_[layer]; }
  size_t right_by_sum() const { return right_.back(); }

 private:
  using ByLabel = std::array<float, kClasses>;

  // For each layer and, behind them, for their sum.
  std::vector<std::vector<ByLabel>> goodness_;  // [batch] each
  std::vector<size_t> right_;
};

}  // namespace hypnos::lab
