#include "hypnos/network/hosted_layer.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

Error WrongShape(const char* what, ConstMatrixView is, size_t rows, size_t columns) {
  return {Code::kInvalidArgument, "WRONG_SHAPE",
          Format("{} is {} x {} values, and the layer takes {} x {}", what, is.rows, is.cols, rows,
                 columns)};
}

bool Fits(ConstMatrixView matrix, size_t rows, size_t columns) {
  return matrix.rows == rows && matrix.cols == columns;
}

void Copy(ConstMatrixView from, MatrixView to) {
  for (size_t i = 0; i < from.rows; ++i) std::ranges::copy(from.row(i), to.row(i).begin());
}

}  // namespace

HostedLayer::LaneState::LaneState(size_t locations, const FfLayerOptions& options)
    : state(locations, options),
      halves{Matrix(locations, options.units), Matrix(locations, options.units)} {}

HostedLayer::HostedLayer(FfLayer layer, size_t locations)
    : layer_(std::move(layer)),
      locations_(locations),
      silence_(locations,
               std::max({layer_.options().below, layer_.options().above, layer_.options().units})) {
}

HostedLayer::LaneState& HostedLayer::of(Lane lane) {
  return lanes_.try_emplace(lane, locations_, layer_.options()).first->second;
}

Status HostedLayer::CheckInputs(ConstMatrixView below, ConstMatrixView above) const {
  const FfLayerOptions& options = layer_.options();
  if (!below.empty() && !Fits(below, locations_, options.below)) {
    return WrongShape("what comes from below", below, locations_, options.below);
  }
  if (!above.empty() && !Fits(above, locations_, options.above)) {
    return WrongShape("what comes from above", above, locations_, options.above);
  }
  return {};
}

Status HostedLayer::CheckOrder(const Tick& tick) {
  if (tick.start == TickStart::kReset) return {};
  const bool forked = tick.start == TickStart::kFork;
  const int64_t wanted = forked ? tick.fork_number : tick.number - 1;
  const int64_t is = of(forked ? tick.fork_lane : tick.lane).number;
  if (is == wanted) return {};
  return Error{
      Code::kFailedPrecondition, "OUT_OF_STEP",
      Format("a step goes on from tick {} of its lane, and the newest here is {}", wanted, is)};
}

Result<StepStatistics> HostedLayer::Step(const Tick& tick, Phase phase, ConstMatrixView below,
                                         ConstMatrixView above, bool strict, Executor& executor) {
  HYPNOS_RETURN_IF_ERROR(CheckInputs(below, above));
  if (strict) HYPNOS_RETURN_IF_ERROR(CheckOrder(tick));
  if (!layer_.Takes(phase)) {
    return Error{Code::kFailedPrecondition, "WRONG_PHASE",
                 "a step is to be learned from in a phase in which the layer learns nothing of it"};
  }
  const FfLayerOptions& options = layer_.options();
  LaneState& own = of(tick.lane);
  const LaneState& past = tick.start == TickStart::kFork ? of(tick.fork_lane) : own;
  LayerInputs inputs = {.below = below, .above = above, .self = {}};
  const auto silence = [&](size_t columns) { return silence_.view().Cols(0, columns); };
  if (below.empty()) inputs.below = silence(options.below);
  if (above.empty() && options.above > 0) inputs.above = silence(options.above);
  if (options.self) {
    inputs.self = tick.start == TickStart::kReset ? silence(options.units) : past.said();
  }
  if (tick.start == TickStart::kReset) own.state.Reset();
  if (tick.start == TickStart::kFork) own.state.CopyFrom(past.state);
  Matrix& out = own.halves[1 - own.newest];
  const StepStatistics statistics = layer_.Step(inputs, phase, own.state, out, executor);
  own.newest = 1 - own.newest;
  own.number = tick.number;
  return statistics;
}

Status HostedLayer::SetLane(Lane lane, int64_t number, ConstMatrixView h, ConstMatrixView out) {
  const size_t units = layer_.options().units;
  if (!Fits(h, locations_, units)) return WrongShape("h of a lane", h, locations_, units);
  if (!Fits(out, locations_, units)) {
    return WrongShape("what a lane said", out, locations_, units);
  }
  LaneState& own = of(lane);
  Copy(h, own.state.h);
  Copy(out, own.halves[own.newest]);
  own.number = number;
  return {};
}

}  // namespace hypnos
