// A layer of this daemon's network that another daemon computes; see LayerHost, the other side.
//
// lossless: every answer is waited for, and asked for again each second; what is learned is the
// same
//   bits as in one process. Where nothing has come for `lost_after`, the run ends with an error:
//   the last checkpoint is what to go on from.
// live: a step waits for `late_after` at the most; then what the layer said last stands in, which
//   is counted. Where what was sent before is late already, nothing is waited for: what is dreamed,
//   as fast as can be, would take as long as the line. So many steps as kMostUnanswered may be on
//   their way, and for a second; more are not sent. Who has not been heard of for `lost_after` is
//   lost, and the next one that offers itself is given the layer as it was when it was last pulled
//   (each checkpoint, each scoring of the probe set); the same one goes on with what it has learned
//   meanwhile. Nothing waits for ever.
//
// Threads: see RemoteLayer; Receive comes from one thread at a time, all else is safe.
// Errors: kUnavailable, reason LAYER_LOST or NO_HOST; kCancelled, reason STOPPED, where the daemon
// was to end before anybody had the layer; what the host refuses, with its reason.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hypnos/base/clock.h"
#include "hypnos/cluster/host_wait.h"
#include "hypnos/cluster/layer_mail.h"
#include "hypnos/network/remote_layer.h"

namespace hypnos {

struct LayerSeatOptions {
  // For people: the network, and which layer of it (from 1).
  std::string network;
  size_t layer = 1;
  // Of this daemon: another one for each start.
  std::string instance;
  bool lossless = false;
  // Live: activities cross in bfloat16.
  bool bfloat16 = false;
  Duration late_after = std::chrono::milliseconds(30);
  Duration lost_after = std::chrono::seconds(10);
  // For somebody to offer himself, before the first step; shared by the layers of a network. Live
  // goes on without.
  std::shared_ptr<HostWait> host_wait = std::make_shared<HostWait>(std::chrono::seconds(30));
  Duration ask_again_after = std::chrono::seconds(1);
};

struct LayerSeatStatus {
  // Who computes it, or did last, as it is called; empty: nobody has yet.
  std::string host;
  bool seated = false;
  // Steps, and those at which something else than their own answer stood in.
  uint64_t steps = 0, late_steps = 0;
  // Of the layer's weights, when it was last pulled or put there: over all starts, as it is part of
  // what a checkpoint holds.
  uint64_t updates = 0;
  uint64_t refused = 0;
  uint64_t bytes_sent = 0, bytes_received = 0;
  // From sending steps to their answers, of those that were answered in time.
  Duration answering{};
};

class LayerSeat final : public RemoteLayer {
 public:
  static constexpr uint64_t kMostUnanswered = 64;

  // `clock` outlives it. `told`: on any thread.
  LayerSeat(LayerSeatOptions options, LayerMail mail, const Clock& clock,
            std::function<void(const LayerNews&)> told);
  ~LayerSeat() override;

  void Receive(std::string_view parcel);
  // From now on nothing is waited for any longer than a moment.
  void GiveUp();
  LayerSeatStatus status() const;

  Status Begin(const Seat& seat) override;
  bool wants_seat() const override;
  void Send(std::span<const RemoteTick> ticks, bool finish,
            std::function<void()> answered) override;
  Result<bool> Take(const Tick& tick, StepStatistics& statistics, FfLayerState& state,
                    MatrixView out) override;
  Result<RemoteFacts> FallAsleep() override;
  Result<RemoteFacts> WakeUp() override;
  Status SetRateFactor(float factor) override;
  Status Pull(FfLayer& mirror, PullFor what) override;
  Status Push(FfLayer& mirror) override;
  Status PullLane(Lane lane, FfLayerState& state) override;
  Status PushLane(Lane lane, int64_t number, const FfLayerState& state,
                  ConstMatrixView out) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hypnos
