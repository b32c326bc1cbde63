#include "daemon/measured.h"

#include <utility>

namespace hypnos {

std::vector<MeasuredNetwork> Measure(const Learners& learners, bool separate) {
  std::vector<MeasuredNetwork> networks;
  for (const auto& learner : learners.All()) {
    StatusSnapshot snapshot = learner->status();
    control::StatusResponse status = learner->service().Describe(snapshot);
    networks.push_back({.source = separate ? learner->config().sources(0).name() : "",
                        .status = std::move(status),
                        .snapshot = std::move(snapshot)});
  }
  return networks;
}

}  // namespace hypnos
