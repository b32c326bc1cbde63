#include "cluster/layer_said.h"

#include <algorithm>
#include <utility>

#include "cluster/layer_wire.h"

namespace hypnos {

void LayerSaid::Expect(const cluster::ToHost::Step& step, bool forget) {
  step_lanes_.clear();
  for (const cluster::LayerTick& tick : step.ticks()) {
    step_lanes_.push_back(tick.lane());
    lanes_sent_.insert(tick.lane());
    if (forget) said_.erase(tick.lane());
  }
}

bool LayerSaid::Fits(const Lane& lane) const {
  const auto rows = static_cast<int>(locations_);
  return FitsWire(lane.said(), locations_, units_) && lane.goodness_size() == rows &&
         lane.probability_size() == rows && lane.energy_size() == rows &&
         lane.change_size() == rows && lanes_sent_.contains(lane.lane());
}

bool LayerSaid::Hear(cluster::FromHost& message, uint64_t newest) {
  // What is older has been overtaken; what was never asked for is somebody's invention.
  if (message.number() <= said_number_ || message.number() > newest) return true;
  auto& lanes = *message.mutable_said()->mutable_lanes();
  if (!std::ranges::all_of(lanes, [this](const Lane& lane) { return Fits(lane); })) return false;
  said_number_ = message.number();
  for (Lane& lane : lanes) {
    const uint64_t of = lane.lane();
    said_[of] = std::move(lane);
  }
  return true;
}

bool LayerSaid::SaysAll(uint64_t number) const {
  return Answers(number) &&
         std::ranges::all_of(step_lanes_, [this](uint64_t lane) { return said_.contains(lane); });
}

const LayerSaid::Lane* LayerSaid::Of(uint64_t lane) const {
  const auto found = said_.find(lane);
  return found == said_.end() ? nullptr : &found->second;
}

}  // namespace hypnos
