// Publishes to the broker of the configuration what happens and how the daemon is doing, tells Home
// Assistant what there is to be shown, and hears how others are doing.
//
//   events -> courier -> broker         each at least once; what cannot be published waits on disk
//   figures -> broker                   every so often; what cannot be published is counted
//   broker -> fleet                     what others say of themselves
//
// Who tells it of something never waits. Threads: safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/event_book.h"
#include "daemon/measured.h"
#include "daemon/spread.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/cluster/broker.h"
#include "hypnos/cluster/heartbeat.h"
#include "hypnos/sinks/courier.h"
#include "proto/config.pb.h"

namespace hypnos {

struct MeasuredBroker {
  BrokerStatus broker;
  CourierStatus events;
  uint64_t left_out = 0;        // messages on how the daemon is doing
  uint64_t not_understood = 0;  // what others publish where daemons say how they are doing
};

class Herald {
 public:
  struct Parts {
    FileSystem& files;
    const Clock& clock;
    SharedEvents events;
    std::string version;
  };
  // Null where the configuration names no broker. Told of each event from now on; connects at once.
  // What `parts` refers to outlives it. Errors: of files that the configuration names,
  // kInvalidArgument where one says nothing of use or the machine's name is none for a daemon;
  // kUnavailable, reason FOLDER_IN_USE.
  static Result<std::unique_ptr<Herald>> Start(const config::Config& config, Parts parts);
  // As FallSilent and Stop, which should have come before.
  ~Herald();

  // Called on a thread of its own. The latter two of what there may be none of.
  struct Measures {
    std::function<std::vector<MeasuredNetwork>()> networks;
    std::function<std::optional<ModelBeat>()> model;
    std::function<std::optional<MeasuredSpread>()> spread;
  };
  // From now on it says how the daemon is doing.
  void Speak(Measures measures);
  // What other daemons say of themselves, from now on, on a thread of the broker, until it is given
  // an empty one: then it is not told of anything just now either.
  void SetListener(std::function<void(const Heartbeat&)> listener);
  // What the broker keeps for all daemons of the prefix, and how this one is called there.
  std::unique_ptr<Store> SharedStore() const;
  const std::string& name() const;
  // Says that the daemon ends, and measures no more. False: it hangs in that, and is left
  // behind with all that it refers to.
  bool FallSilent();

  // What happens is still delivered for a moment. False: as FallSilent.
  bool Stop();

  MeasuredBroker Measure() const;
  // Errors: those of FleetOf.
  Result<control::ListFleetResponse> ListFleet(const control::ListFleetRequest& request) const;

 private:
  struct State;
  explicit Herald(std::shared_ptr<State> state) : state_(std::move(state)) {}
  void Listen();

  std::shared_ptr<State> state_;
};

// Errors: kFailedPrecondition, reason NO_BROKER, where there is none; those of FleetOf.
Result<control::Response> AnswerFleet(const Herald* herald,
                                      const control::ListFleetRequest& request);

}  // namespace hypnos
