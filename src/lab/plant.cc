#include "lab/plant.h"

#include <algorithm>
#include <chrono>

namespace hypnos::lab {
namespace {

constexpr double kNoise = 0.01;
constexpr uint64_t kRowsOfADemand = 40;
constexpr size_t kDelay = 15;
// 2026-01-01.
constexpr Duration kBegin = std::chrono::hours(24) * 20454;

double Noise(Rng& rng) { return kNoise * static_cast<double>(rng.Normal()); }

}  // namespace

std::string_view ToString(Fault fault) {
  switch (fault) {
    case Fault::kForeign:
      return "foreign";
    case Fault::kDelayed:
      return "delayed";
    case Fault::kStuck:
      return "stuck";
    case Fault::kSwapped:
      return "swapped";
  }
  return "";
}

std::vector<FaultMoment> MomentsOf(const PlantPlan& plan, Rng rng) {
  std::vector<FaultMoment> moments;
  for (size_t i = 0; i < plan.faults(); ++i) {
    const size_t begin = plan.warm_up_rows + (i + 1) * plan.apart_rows - plan.lasts_rows;
    moments.push_back({.fault = kAllFaults[i % kAllFaults.size()],
                       .begin = begin,
                       .end = begin + plan.lasts_rows,
                       .sensor = rng.Below(kSensors)});
  }
  return moments;
}

PlantSource::PlantSource(const PlantPlan& plan, const Rng& rng)
    : plan_(plan), rng_(rng.Fork("rows")), moments_(MomentsOf(plan, rng.Fork("faults"))) {}

PlantSource::Row PlantSource::Machine::Next(Rng& rng) {
  if (rng.Below(kRowsOfADemand) == 0) demand = static_cast<double>(rng.Uniform());
  auto& [speed, flow, power, heat] = now;
  speed += 0.3 * (demand - speed) + Noise(rng);
  flow += 0.2 * (speed * speed - flow) + Noise(rng);
  power = speed * flow + Noise(rng);
  heat += 0.05 * (power - heat) + Noise(rng) / 4;
  return now;
}

Result<FrameOrEnd> PlantSource::Next() {
  const size_t row = said_.size();
  if (row == plan_.rows()) return FrameOrEnd(EndOfStream{});
  auto& said = said_.emplace_back();
  for (size_t i = 0; i < said.size(); ++i) said[i] = machines_[i].Next(rng_);
  Frame frame;
  frame.clip = "plant";
  frame.index = static_cast<int64_t>(row);
  frame.presentation_time = std::chrono::minutes(row);
  if (row == 0) frame.discontinuity = Discontinuity::kStart;
  frame.readings.when = kBegin + frame.presentation_time;
  for (size_t i = 0; i < kMachines; ++i) {
    frame.readings.values.insert(frame.readings.values.end(), said[i].begin(), said[i].end());
  }
  const auto moment = std::ranges::find_if(
      moments_, [row](const FaultMoment& m) { return row >= m.begin && row < m.end; });
  if (moment != moments_.end()) Break(*moment, frame.readings.values);
  return FrameOrEnd(std::move(frame));
}

void PlantSource::Break(const FaultMoment& moment, std::vector<double>& readings) const {
  const size_t sensor = moment.sensor, row = said_.size() - 1;
  switch (moment.fault) {
    case Fault::kForeign:
      readings[sensor] = said_[row][kMachines][sensor];
      return;
    case Fault::kDelayed:
      readings[sensor] = said_[row - std::min(row, kDelay)][0][sensor];
      return;
    case Fault::kStuck:
      readings[sensor] = said_[moment.begin][0][sensor];
      return;
    case Fault::kSwapped:
      std::swap(readings[sensor], readings[kSensors + sensor]);
      return;
  }
}

}  // namespace hypnos::lab
