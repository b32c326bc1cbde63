#include "lab/goodness_tally.h"

#include <algorithm>

namespace hypnos::lab {

GoodnessTally::GoodnessTally(size_t batch, size_t layers)
    : goodness_(layers + 1, std::vector<ByLabel>(batch)), right_(layers + 1) {}

void GoodnessTally::Record(uint8_t label, const LayerStack::Lane& lane) {
  auto& sums = goodness_.back();
  for (size_t i = 0; i < sums.size(); ++i) {
    sums[i][label] = 0;
    for (size_t l = 0; l < lane.states.size(); ++l) {
      const float goodness = lane.states[l].goodness[i];
      goodness_[l][i][label] = goodness;
      sums[i][label] += goodness;
    }
  }
}

void GoodnessTally::Count(std::span<const uint8_t> truth) {
  for (size_t l = 0; l < goodness_.size(); ++l) {
    for (size_t i = 0; i < truth.size(); ++i) {
      const ByLabel& goodness = goodness_[l][i];
      const auto answer = std::ranges::max_element(goodness) - goodness.begin();
      right_[l] += answer == truth[i] ? 1 : 0;
    }
  }
}

}  // namespace hypnos::lab
