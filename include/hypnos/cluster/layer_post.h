// What layers say to each other, to one subject of a broker. Who sends never waits for that: a
// thread of its own publishes, and what waits for it beyond a limit is lost. Threads: safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "hypnos/cluster/broker.h"
#include "hypnos/cluster/layer_mail.h"

namespace hypnos {

class LayerPost {
 public:
  static constexpr size_t kMostWaitingBytes = size_t{3} << 30;

  LayerPost(std::shared_ptr<Broker> broker, std::string subject);
  // What waits is lost.
  ~LayerPost();
  LayerPost(const LayerPost&) = delete;
  LayerPost& operator=(const LayerPost&) = delete;

  // Valid for as long as this lives.
  LayerMail mail();
  // Parcels that found no room, or that the broker did not take.
  uint64_t lost() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hypnos
