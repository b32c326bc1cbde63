// What LayerSeat keeps, and how it asks, hears and watches. The lock is `mutex`, but for what is
// said otherwise; functions that need it say so.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "cluster/layer_said.h"
#include "cluster/layer_wire.h"
#include "cluster/seat_holder.h"
#include "hypnos/base/format.h"
#include "hypnos/cluster/layer_seat.h"
#include "hypnos/cluster/parcels.h"
#include "proto/cluster.pb.h"

namespace hypnos {

// Live: where weights took longer than this the last time, nobody waits for them.
inline constexpr Duration kSoonPulled = std::chrono::milliseconds(100);

struct LayerSeat::State {
  // What was asked for and has no answer yet.
  struct OnItsWay {
    uint64_t number = 0;
    Instant since;
  };
  // Weights that were asked for last, and live what came of it where nobody waited any longer.
  struct Pulling {
    uint64_t number = 0, turns = 0;  // see below
    Instant asked;
    Duration took{};  // the last one that was answered
    std::optional<cluster::State> late;
    // The layer has been put there anew meanwhile.
    void Forget() {
      number = 0;
      late.reset();
    }
  };

  // A step that is under way.
  struct Step {
    uint64_t number = 0;
    std::function<void()> answered;
    Instant sent;       // for the first time
    Instant asked;      // for the last time
    std::string bytes;  // lossless: to be sent again
  };

  State(LayerSeatOptions given, LayerMail mail_given, const Clock& clock_given,
        std::function<void(const LayerNews&)> told_given)
      : options(std::move(given)),
        mail(std::move(mail_given)),
        clock(clock_given),
        told(std::move(told_given)),
        post(options.instance, mail.send),
        collector(kLongestLayerMessage),
        holder(Name(), options.instance) {}

  // "layer 2 of porch"
  std::string Name() const { return Format("layer {} of {}", options.layer, options.network); }
  void Tell(LayerNews::Kind kind, std::string sentence) {
    if (told) told({kind, std::move(sentence)});
  }

  WireNumbers Numbers() const {
    return options.bfloat16 ? WireNumbers::kBfloat16 : WireNumbers::kFloat32;
  }

  // The next one, to whom the layer is given. Needs the lock.
  cluster::ToHost Next();
  Status Post(const cluster::ToHost& message);
  // One thing at a time is asked for: by whoever runs the pipeline, with no step under way.
  Result<cluster::FromHost> Ask(const cluster::ToHost& asked, Duration longest);
  // What changes the layer there: lossless it has done so when this returns.
  Result<RemoteFacts> Order(const std::function<void(cluster::ToHost&)>& fill);
  // Live, with the next step: phases that pass while nobody hears of them are left out.
  Result<RemoteFacts> TurnTo(bool sleep);
  void Refuse(const std::string& host, const std::string& sentence);
  std::optional<SeatHolder::Offer> AwaitOffer();

  // For how long something has been without an answer. Needs the lock.
  Duration Silence(Instant now) const {
    return on_their_way.empty() ? Duration{} : now - on_their_way.front().since;
  }
  // Live: whether so much is on its way, or for so long, that no more is sent, but for one a second
  // where that leaves. Needs the lock.
  bool IsFull(Instant now) const;
  // Live: whether weights may be asked for, or would only keep steps from passing. Needs the lock.
  bool MayPull(PullFor what) const;
  // Live, the mirror stays as old as it is where that cannot be.
  Status Load(const cluster::State& state, uint64_t turns_of_state, FfLayer& mirror);
  Duration Patience() const;
  bool WasGivenUp() const;
  Error Lost() const;
  Error Refused(const cluster::FromHost& answer, const char* what) const;

  void Hear(cluster::FromHost message);
  // To what was asked for; what is to be called without the lock, which it needs.
  std::function<void()> HearAnswer(cluster::FromHost& message, bool& back);
  void HearRefusal(const cluster::FromHost& message, bool of_step);

  // Looks whether somebody is late or lost, until it is stopping.
  void Watch();
  // Whether the step that is under way has to be sent again, or nobody is to wait for it any
  // longer. Needs the lock.
  std::function<void()> LookAtStep(Instant now, bool& again);
  // Needs the lock.
  void LookAtHost(Instant now, std::string& news);

  const LayerSeatOptions options;
  const LayerMail mail;
  const Clock& clock;
  const std::function<void(const LayerNews&)> told;

  std::mutex sending;
  ParcelPost post;
  std::mutex receiving;
  ParcelCollector collector;      // of the receiving thread
  std::set<std::string> told_of;  // reasons; of the receiving thread

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  bool giving_up = false;
  std::optional<Error> failure;

  SeatHolder holder;
  bool begun = false;  // once
  Instant said_alive;

  uint64_t number = 0;                // of what was asked for last
  uint64_t answered_number = 0;       // the highest one that was answered
  std::deque<OnItsWay> on_their_way;  // the oldest of those between the two
  Instant posted;                     // of what was asked for last
  Instant unanswered_since;           // the last answer, or what was asked for first after it
  std::optional<cluster::FromHost> reply;
  uint64_t awaited_reply = 0;
  RemoteFacts facts;

  Pulling pull;

  // Live: how often the phase has turned, here and in the mirror, and to what; and the rate.
  uint64_t turns = 0, turns_of_mirror = 0;
  bool asleep = false;
  float rate_factor = 1;

  std::optional<Step> step;
  LayerSaid said;
  bool late_counted = false;

  LayerSeatStatus status;  // but for the host, which the holder knows
  std::thread watching;
};

}  // namespace hypnos
