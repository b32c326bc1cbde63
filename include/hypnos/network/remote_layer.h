// A layer of the column that is computed elsewhere: by another process, or on another host.
//
// For a step it is sent what the layer reads from below and above, for each tick in the order in
// which they are computed, and gives back what the layer said. Weights, h and the layer's own
// activity are kept there; nothing of a gradient travels. The network keeps a mirror of them, which
// Pull brings up to date where somebody reads it, and Push puts there where it was changed.
//
//   network: Send(ticks of step t) ... answered ... Take(each tick)        one step at a time
//
// Modes are the implementation's: it may wait for every answer (what comes of it is the same bits
// as in one process), or say after a while that there is none, whereupon the network goes on with
// what the layer said last.
// Threads: `answered` comes from any thread; all else is called by one thread at a time, and with
// nothing under way but Send and Take. Errors end the run, see RemoteLayerError, those of what
// changes the layer (FallAsleep to Push, PushLane) by the next Take; who goes on without answers
// returns none. Source: Hinton 2022, section 3: every layer reads what its neighbours said a step
// before.
#pragma once

#include <functional>
#include <span>
#include <stdexcept>

#include "hypnos/base/result.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/network/tick.h"

namespace hypnos {

// What one tick of one lane is computed from. `below` and `above` are empty where the layer has no
// such neighbour, or that has said nothing yet: after a reset.
struct RemoteTick {
  const Tick* tick = nullptr;
  Phase phase = Phase::kLook;  // of this layer: see Network::Reached
  ConstMatrixView below, above;
};

// What is known of a remote layer without pulling its weights; see FfLayer.
struct RemoteFacts {
  double contrast = 1;
  bool stopped = false;
};

// What weights are wanted for. kReading: figures, a checkpoint, while steps wait; where the line is
// slow, those of a while ago may do. kEnd: no step comes any more.
enum class PullFor { kReading, kEnd };

class RemoteLayer {
 public:
  virtual ~RemoteLayer() = default;

  // Puts the layer there: options, weights, what it has learned. Blocks, perhaps until there is
  // somebody to compute it.
  struct Seat {
    FfLayer& mirror;
    const LearningOptions& learning;
    size_t locations = 0;
    float rate_factor = 1;
    // What the layer was drawn from: not all of that is part of its state.
    Rng rng;
  };
  virtual Status Begin(const Seat& seat) = 0;
  // Whether the layer has to be put there again: whoever computes it has begun anew.
  virtual bool wants_seat() const { return false; }

  // A step; `finish`: the weights move after it. `answered` is called once, when Take need not wait
  // any longer, perhaps before Send returns. The views are valid until Send returns.
  virtual void Send(std::span<const RemoteTick> ticks, bool finish,
                    std::function<void()> answered) = 0;
  // What came of a tick of that step: statistics, the rows' goodness, probability, energy and
  // change, and what the layer says. False: nothing has come in time.
  virtual Result<bool> Take(const Tick& tick, StepStatistics& statistics, FfLayerState& state,
                            MatrixView out) = 0;

  virtual Result<RemoteFacts> FallAsleep() = 0;
  virtual Result<RemoteFacts> WakeUp() = 0;
  virtual Status SetRateFactor(float factor) = 0;

  // Weights and all that the layer learns by.
  virtual Status Pull(FfLayer& mirror, PullFor what) = 0;
  virtual Status Push(FfLayer& mirror) = 0;
  // h of a lane; and, where a lane goes on from elsewhere, what it said at tick `number`, too.
  virtual Status PullLane(Lane lane, FfLayerState& state) = 0;
  virtual Status PushLane(Lane lane, int64_t number, const FfLayerState& state,
                          ConstMatrixView out) = 0;
};

// A remote layer that cannot be reached, where the run cannot go on without it.
class RemoteLayerError final : public std::runtime_error {
 public:
  explicit RemoteLayerError(Error error)
      : std::runtime_error(error.message), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace hypnos
