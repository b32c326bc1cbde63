#include "hypnos/replay/real_or_dream.h"

#include "hypnos/base/check.h"

namespace hypnos {

void RealOrDream::Count(std::span<const float> real, std::span<const float> dream) {
  HYPNOS_CHECK(real.size() == dream.size());
  for (size_t i = 0; i < real.size(); ++i) {
    wins_ += real[i] > dream[i] ? 1.0 : real[i] == dream[i] ? 0.5 : 0.0;
  }
  pairs_ += real.size();
}

double RealOrDream::pairwise_accuracy() const {
  return pairs_ == 0 ? 0.5 : wins_ / static_cast<double>(pairs_);
}

}  // namespace hypnos
