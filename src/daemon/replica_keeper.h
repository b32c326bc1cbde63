// Averages what the network has learned with what its replicas have, through the broker: see
// hypnos/cluster/replicas.h. Learning never waits for the broker; of it all waits only while
// weights are copied, judged by the probe set and moved, once a round.
//
//   Look -> (mean came) -> Blend, between two steps -> accepted or refused
//        -> (due) -> TakeLasting, between two steps -> Offer
//
// Threads: safe. What it refers to outlives it, and where Stop says false, everything.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/event_book.h"
#include "hypnos/base/clock.h"
#include "hypnos/cluster/heartbeat.h"
#include "hypnos/cluster/store.h"
#include "hypnos/pipeline/pipeline.h"
#include "proto/config.pb.h"

namespace hypnos {

struct MeasuredReplicas {
  ModelBeat beat;
  uint64_t blended = 0;   // means that were taken over
  uint64_t refused = 0;   // that would have worsened the figures
  uint64_t left_out = 0;  // rounds in which what was offered here was not
};

class ReplicaKeeper {
 public:
  struct Parts {
    const Clock& clock;
    Pipeline& pipeline;
    std::unique_ptr<Store> store;
    SharedEvents events;
    // As the broker knows this daemon.
    std::string name;
    // It did not go on from a checkpoint.
    bool fresh = true;
  };
  // Precondition: config.has_replicas(). Begins at once.
  ReplicaKeeper(const config::Config& config, Parts parts);
  // As Stop, which should have come before.
  ~ReplicaKeeper();
  ReplicaKeeper(const ReplicaKeeper&) = delete;
  ReplicaKeeper& operator=(const ReplicaKeeper&) = delete;

  // How another daemon says that it is doing: whether it would be one of the replicas, and is none.
  void Hear(const Heartbeat& heartbeat);

  // False: it hangs in the library, and is left behind with all that it refers to.
  bool Stop();

  MeasuredReplicas Measure() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace hypnos
