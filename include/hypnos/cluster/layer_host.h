// Computes one layer of a network that another daemon runs: the other side of LayerSeat.
//
//   offers itself, each second -> is given the layer -> does what it is asked for, one by one ...
//
// It is of the first head that gives it a layer, until that has said nothing for `patience`;
// another one is refused until then. What is asked for twice (an answer was lost) is answered twice
// and done once. Its weights are the head's: it takes the newest from there whenever it is given
// the layer. Threads: Receive comes from one thread at a time; all else is safe. A step is computed
// on the thread that Receive is called on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hypnos/base/clock.h"
#include "hypnos/cluster/layer_mail.h"
#include "hypnos/tensor/executor.h"

namespace hypnos {

struct LayerHostOptions {
  // For people: the network, which layer of it (from 1), and what this daemon is called.
  std::string network;
  size_t layer = 1;
  std::string name;
  // Another one for each start.
  std::string instance;
  Duration offer_every = std::chrono::seconds(1);
  Duration patience = std::chrono::seconds(10);
};

struct LayerHostStatus {
  // Whose layer it computes; empty: nobody's.
  std::string head;
  uint64_t steps = 0;
  // Messages that were none, or of another version, or asked for what cannot be.
  uint64_t refused = 0;
  uint64_t bytes_received = 0, bytes_sent = 0;
  Duration computing{};
};

class LayerHost {
 public:
  // All that is referred to outlives it. `told`: on any of its threads.
  LayerHost(LayerHostOptions options, LayerMail mail, const Clock& clock, Executor& executor,
            std::function<void(const LayerNews&)> told);
  ~LayerHost();
  LayerHost(const LayerHost&) = delete;
  LayerHost& operator=(const LayerHost&) = delete;

  // Offers itself from now on.
  void Start();
  void Receive(std::string_view parcel);
  LayerHostStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hypnos
