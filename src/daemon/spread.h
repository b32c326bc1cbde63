// Layers over several daemons: those of this one's network that others compute, and those of others
// that this one computes, over a connection of their own to the broker, so that neither holds up
// the events. Threads: safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/event_book.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/cluster/broker.h"
#include "hypnos/cluster/layer_host.h"
#include "hypnos/cluster/layer_seat.h"
#include "hypnos/pipeline/workers.h"
#include "proto/config.pb.h"

namespace hypnos {

struct MeasuredSpread {
  struct Seat {
    std::string network;
    size_t layer = 1;
    LayerSeatStatus status;
  };
  struct Host {
    std::string network;
    size_t layer = 1;
    LayerHostStatus status;
  };
  std::vector<Seat> elsewhere;  // layers of this daemon's network
  std::vector<Host> here;       // layers of others'
};

class Spread {
 public:
  struct Parts {
    FileSystem& files;
    const Clock& clock;
    SharedEvents events;
  };
  // Null where all layers are computed here, and none of others. Connects at once, and offers to
  // compute. What `parts` refers to outlives it. Errors: those of BrokerOptionsOf.
  static Result<std::unique_ptr<Spread>> Start(const config::Config& config, Parts parts);
  ~Spread();

  // See PipelineOptions; valid for as long as this lives.
  std::vector<RemoteLayer*> remote_layers() const;
  bool hosts() const;
  // The daemon is to end: nothing is waited for any longer than a moment.
  void GiveUp();
  // After the network has ended. False: the library hangs, and is left behind.
  bool Stop();

  MeasuredSpread Measure() const;

 private:
  struct State;
  explicit Spread(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace hypnos
