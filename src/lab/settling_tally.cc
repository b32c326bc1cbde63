#include "lab/settling_tally.h"

#include <algorithm>

#include "hypnos/base/check.h"

namespace hypnos::lab {

SettlingTally::SettlingTally(size_t batch, size_t layers, size_t steps)
    : layers_(layers),
      goodness_(steps, std::vector(layers, std::vector<ByLabel>(batch))),
      right_(steps, std::vector<size_t>(layers + 1)) {}

void SettlingTally::Record(uint8_t label, size_t step, size_t layer,
                           std::span<const float> goodness) {
  auto& recorded = goodness_[step - 1][layer];
  HYPNOS_CHECK(goodness.size() == recorded.size());
  for (size_t i = 0; i < goodness.size(); ++i) recorded[i][label] = goodness[i];
}

void SettlingTally::Count(std::span<const uint8_t> truth) {
  for (size_t steps = 1; steps <= right_.size(); ++steps) {
    for (size_t i = 0; i < truth.size(); ++i) CountImage(i, steps, truth[i]);
  }
}

void SettlingTally::CountImage(size_t image, size_t steps, uint8_t truth) {
  const auto count = [&](const ByLabel& sum, size_t judge) {
    const auto answer = std::ranges::max_element(sum) - sum.begin();
    right_[steps - 1][judge] += answer == truth ? 1 : 0;
  };
  ByLabel of_all{};
  for (size_t layer = 0; layer < layers_; ++layer) {
    ByLabel of_layer{};
    for (size_t step = steps - std::min(steps, kSummedSteps); step < steps; ++step) {
      const ByLabel& goodness = goodness_[step][layer][image];
      for (size_t label = 0; label < kClasses; ++label) of_layer[label] += goodness[label];
    }
    for (size_t label = 0; label < kClasses; ++label) of_all[label] += of_layer[label];
    count(of_layer, layer);
  }
  count(of_all, layers_);
}

}  // namespace hypnos::lab
