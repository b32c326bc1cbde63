// One layer, computed for a network that is elsewhere: what a RemoteLayer speaks to.
//
// It keeps what Network keeps of a layer: weights, and of each lane h and what the layer said last;
// so a step of it has the same bits as Network::StepLayer. What the neighbours said comes with each
// tick.
// Shapes: below [locations x below], above [locations x above], output [locations x units].
// Threads: thread-compatible; the executor may run parts of a step in parallel.
// Source: see remote_layer.h.
#pragma once

#include <cstdint>
#include <map>

#include "hypnos/base/result.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/network/tick.h"

namespace hypnos {

class HostedLayer {
 public:
  HostedLayer(FfLayer layer, size_t locations);

  // Of neighbours that have said nothing yet the views are empty. `strict`: a tick that does not
  // follow the last one of its lane is kFailedPrecondition, reason OUT_OF_STEP, and nothing is
  // computed; otherwise it goes on from what there is.
  // kInvalidArgument, reason WRONG_SHAPE: what the neighbours said does not fit the layer;
  // kFailedPrecondition, reason WRONG_PHASE: it is not to be learned from now.
  Result<StepStatistics> Step(const Tick& tick, Phase phase, ConstMatrixView below,
                              ConstMatrixView above, bool strict, Executor& executor);
  void Finish(Executor& executor) { layer_.ApplyUpdate(executor); }

  FfLayer& layer() { return layer_; }
  size_t locations() const { return locations_; }

  // Of the lane's last step.
  const FfLayerState& state(Lane lane) { return of(lane).state; }
  ConstMatrixView output(Lane lane) { return of(lane).said(); }
  // As if tick `number` of the lane had just ended so. kInvalidArgument, reason WRONG_SHAPE.
  Status SetLane(Lane lane, int64_t number, ConstMatrixView h, ConstMatrixView out);

 private:
  struct LaneState {
    LaneState(size_t locations, const FfLayerOptions& options);
    // The newest output stands in one half, and the next one is written to the other.
    ConstMatrixView said() const { return halves[newest]; }

    FfLayerState state;
    Matrix halves[2];
    size_t newest = 0;
    int64_t number = -1;  // of the newest tick; -1: none yet
  };

  LaneState& of(Lane lane);
  Status CheckInputs(ConstMatrixView below, ConstMatrixView above) const;
  Status CheckOrder(const Tick& tick);

  FfLayer layer_;
  size_t locations_;
  Matrix silence_;
  std::map<Lane, LaneState> lanes_;
};

}  // namespace hypnos
