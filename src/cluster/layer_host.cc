#include "hypnos/cluster/layer_host.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "cluster/layer_wire.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/cluster/parcels.h"
#include "hypnos/network/hosted_layer.h"

namespace hypnos {
namespace {

// Streams of one network, three lanes each: more than anybody watches.
constexpr uint64_t kMostLanes = 30000;
// Numbers that may be left out, as what was asked for was lost.
constexpr uint64_t kMostAhead = uint64_t{1} << 32;

using cluster::FromHost;
using cluster::ToHost;

Error NotSeated() {
  return {Code::kFailedPrecondition, "NOT_SEATED", "this daemon does not compute that layer"};
}

}  // namespace

struct LayerHost::State {
  State(LayerHostOptions given, LayerMail mail_given, const Clock& clock_given,
        Executor& executor_given, std::function<void(const LayerNews&)> told_given)
      : options(std::move(given)),
        mail(std::move(mail_given)),
        clock(clock_given),
        executor(executor_given),
        told(std::move(told_given)),
        post(options.instance, mail.send),
        collector(kLongestLayerMessage) {}

  // Live: phases that were not heard of, and the rate.
  void Follow(const ToHost::Step& step);
  // What it is asked for. An error is said to who asked.
  Status Do(const ToHost& asked, FromHost& answer);
  Status Seat(const ToHost& asked);
  Status Step(const ToHost::Step& step, FromHost& answer);
  Status PushLane(const ToHost::Lane& lane);
  Status CheckHead(const ToHost& asked);
  void Obey(const ToHost& asked);
  void Facts(FromHost& answer);
  void Drop();
  FromHost From() const;
  void Send(const FromHost& message);
  void Tell(LayerNews::Kind kind, std::string sentence);
  void Poisoned(const Error& error);
  void Offer();

  const LayerHostOptions options;
  const LayerMail mail;
  const Clock& clock;
  Executor& executor;
  const std::function<void(const LayerNews&)> told;

  // Who sends: answers and offers come from two threads.
  std::mutex sending;
  ParcelPost post;

  // One message after the other.
  std::mutex receiving;
  ParcelCollector collector;
  std::optional<HostedLayer> hosted;
  bool lossless = false;
  WireNumbers numbers = WireNumbers::kFloat32;
  uint64_t turns = 0;  // of the phase, as the head counts them
  float rate_factor = 1;
  std::string head;
  uint64_t done = 0;              // the number of what was asked for last
  FromHost last_answer;           // to it
  std::set<std::string> told_of;  // reasons
  std::string told_refused;       // the last refusal of a head, told once

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  LayerHostStatus status;
  Instant heard;  // of the head
  std::thread offering;
};

FromHost LayerHost::State::From() const {
  FromHost message;
  message.set_protocol(kLayerProtocol);
  message.set_host(options.instance);
  message.set_host_name(options.name);
  const std::lock_guard lock(mutex);
  message.set_head(status.head);
  message.set_free(status.head.empty() || clock.Now() - heard >= options.patience);
  return message;
}

void LayerHost::State::Send(const FromHost& message) {
  const std::string bytes = message.SerializeAsString();
  const size_t limit = mail.most_bytes();
  // Who waits asks again.
  if (limit == 0) return;
  const std::lock_guard lock(sending);
  const Status sent = post.Send(bytes, limit);
  if (!sent.ok()) return log::Debug("layer {}: {}", options.layer, sent.error().message);
  const std::lock_guard counting(mutex);
  status.bytes_sent += bytes.size();
}

void LayerHost::State::Tell(LayerNews::Kind kind, std::string sentence) {
  if (told) told({kind, std::move(sentence)});
}

void LayerHost::State::Poisoned(const Error& error) {
  {
    const std::lock_guard lock(mutex);
    ++status.refused;
  }
  if (!told_of.insert(error.reason).second) return;
  Tell(LayerNews::Kind::kRefused,
       Format("layer {} of {}: {}", options.layer, options.network, error.message));
}

// One head at a time; who has said nothing for long has lost it.
Status LayerHost::State::CheckHead(const ToHost& asked) {
  if (head == asked.head()) return {};
  const bool is_seating = asked.what_case() == ToHost::kSeat;
  if (head.empty()) return is_seating ? Status() : NotSeated();
  const std::lock_guard lock(mutex);
  if (clock.Now() - heard >= options.patience && is_seating) return {};
  ++status.refused;
  return Error{Code::kFailedPrecondition, "TWO_HEADS",
               Format("layer {} of {} is computed by '{}' for another daemon that runs a network "
                      "of this name: give one of them another name",
                      options.layer, options.network, options.name)};
}

Status LayerHost::State::Seat(const ToHost& asked) {
  const ToHost::Seat& seat = asked.seat();
  HYPNOS_ASSIGN_OR_RETURN(const LayerPlan plan, FromWire(seat.plan()));
  cluster::Plan understood;
  ToWire(plan, understood);
  if (HashOf(understood) != seat.plan_hash()) {
    return Error{Code::kFailedPrecondition, "ANOTHER_PLAN",
                 Format("'{}' does not know all options of the layer: both daemons must be of one "
                        "version",
                        options.name)};
  }
  if (plan.layer.batch != 0 && plan.layer.batch != plan.locations) {
    return Error{Code::kInvalidArgument, "POISONED", "the batch is not the number of places"};
  }
  HYPNOS_ASSIGN_OR_RETURN(FfLayer layer, FfLayer::Create(plan.layer, plan.learning,
                                                         {seat.rng_seed(), seat.rng_state()}));
  HYPNOS_RETURN_IF_ERROR(LoadState(seat.state(), layer));
  layer.SetRateFactor(seat.rate_factor());
  HostedLayer made(std::move(layer), plan.locations);
  hosted.emplace(std::move(made));
  lossless = seat.lossless();
  numbers = seat.bfloat16() ? WireNumbers::kBfloat16 : WireNumbers::kFloat32;
  turns = seat.turns();
  rate_factor = seat.rate_factor();
  head = asked.head();
  {
    const std::lock_guard lock(mutex);
    status.head = head;
  }
  Tell(LayerNews::Kind::kSeated,
       Format("computes layer {} of {}: {} units at {} places", options.layer, options.network,
              plan.layer.units, plan.locations));
  return {};
}

Status LayerHost::State::Step(const ToHost::Step& step, FromHost& answer) {
  std::vector<WireTick> ticks;
  for (const cluster::LayerTick& wire : step.ticks()) {
    HYPNOS_ASSIGN_OR_RETURN(WireTick tick, FromWire(wire));
    if (wire.lane() >= kMostLanes || wire.fork_lane() >= kMostLanes) {
      return Error{Code::kInvalidArgument, "POISONED",
                   Format("lane {} is none", std::max(wire.lane(), wire.fork_lane()))};
    }
    ticks.push_back(std::move(tick));
  }
  const bool learns =
      std::ranges::any_of(ticks, [](const WireTick& tick) { return tick.phase != Phase::kLook; });
  if (ticks.size() > kLanes || (learns && !step.finish())) {
    return Error{Code::kInvalidArgument, "POISONED",
                 "a step has more ticks than there are lanes, "
                 "or is learned from and never ends"};
  }
  if (!lossless) Follow(step);
  const Instant begin = clock.Now();
  FromHost::Said& said = *answer.mutable_said();
  // What was read stays until the weights have moved.
  for (const WireTick& tick : ticks) {
    HYPNOS_ASSIGN_OR_RETURN(
        const StepStatistics statistics,
        hosted->Step(tick.tick, tick.phase, tick.below, tick.above, lossless, executor));
    FromHost::Said::LaneSaid& lane = *said.add_lanes();
    lane.set_lane(static_cast<uint64_t>(tick.tick.lane));
    ToWire(hosted->output(tick.tick.lane), numbers, *lane.mutable_said());
    const FfLayerState& state = hosted->state(tick.tick.lane);
    lane.mutable_goodness()->Assign(state.goodness.begin(), state.goodness.end());
    lane.mutable_probability()->Assign(state.probability.begin(), state.probability.end());
    lane.mutable_energy()->Assign(state.energy.begin(), state.energy.end());
    lane.mutable_change()->Assign(state.change.begin(), state.change.end());
    lane.set_mean_goodness(statistics.goodness);
    lane.set_mean_probability(statistics.probability);
    lane.set_relative_change(statistics.change);
    lane.set_finite(statistics.finite);
    lane.set_stopped(statistics.stopped);
  }
  if (step.finish()) hosted->Finish(executor);
  const std::lock_guard lock(mutex);
  ++status.steps;
  status.computing += clock.Now() - begin;
  return {};
}

void LayerHost::State::Follow(const ToHost::Step& step) {
  if (std::exchange(turns, step.turns()) != step.turns()) {
    step.asleep() ? hosted->layer().FallAsleep(executor) : hosted->layer().WakeUp(executor);
  }
  if (std::exchange(rate_factor, step.rate_factor()) != step.rate_factor()) {
    hosted->layer().SetRateFactor(rate_factor);
  }
}

// What is half done is of no use: it is given anew.
void LayerHost::State::Drop() {
  hosted.reset();
  head.clear();
  const std::lock_guard lock(mutex);
  status.head.clear();
}

Status LayerHost::State::PushLane(const ToHost::Lane& lane) {
  if (lane.lane() >= kMostLanes) {
    return Error{Code::kInvalidArgument, "POISONED", Format("lane {} is none", lane.lane())};
  }
  HYPNOS_ASSIGN_OR_RETURN(const Matrix h, FromWire(lane.h()));
  HYPNOS_ASSIGN_OR_RETURN(const Matrix said, FromWire(lane.said()));
  return hosted->SetLane(Lane{lane.lane()}, lane.number(), h, said);
}

void LayerHost::State::Facts(FromHost& answer) {
  answer.mutable_facts()->set_contrast(hosted->layer().contrast());
  answer.mutable_facts()->set_stopped(hosted->layer().stopped());
}

Status LayerHost::State::Do(const ToHost& asked, FromHost& answer) try {
  HYPNOS_RETURN_IF_ERROR(CheckHead(asked));
  if (asked.what_case() == ToHost::kSeat) {
    HYPNOS_RETURN_IF_ERROR(Seat(asked));
    Facts(answer);
    return {};
  }
  if (!hosted) return NotSeated();
  switch (asked.what_case()) {
    case ToHost::kStep: {
      Status done_so = Step(asked.step(), answer);
      if (!done_so.ok()) Drop();
      return done_so;
    }
    case ToHost::kFallAsleep:
      hosted->layer().FallAsleep(executor);
      break;
    case ToHost::kWakeUp:
      hosted->layer().WakeUp(executor);
      break;
    case ToHost::kRateFactor:
      hosted->layer().SetRateFactor(asked.rate_factor());
      break;
    case ToHost::kPull:
      SaveState(hosted->layer(), *answer.mutable_state());
      return {};
    case ToHost::kPush: {
      Status loaded = LoadState(asked.push(), hosted->layer());
      if (loaded.ok()) break;
      Drop();
      return loaded;
    }
    case ToHost::kPullLane: {
      if (asked.pull_lane() >= kMostLanes) return NotSeated();
      ToWire(hosted->state(Lane{asked.pull_lane()}).h, WireNumbers::kFloat32, *answer.mutable_h());
      return {};
    }
    case ToHost::kPushLane:
      HYPNOS_RETURN_IF_ERROR(PushLane(asked.push_lane()));
      break;
    default:
      return Error{Code::kInvalidArgument, "POISONED", "nothing is asked for that is known here"};
  }
  Facts(answer);
  return {};
} catch (const std::exception&) {
  Drop();
  return Error{
      Code::kResourceExhausted, "OUT_OF_MEMORY",
      Format("layer {} does not fit into the memory of '{}'", options.layer, options.name)};
}

void LayerHost::State::Obey(const ToHost& asked) {
  const bool of_head = asked.head() == head;
  if (asked.number() == 0) {
    const std::lock_guard lock(mutex);
    if (of_head) heard = clock.Now();
    return;
  }
  // None counts so fast: whoever says so wants to be the last one that is heard.
  if (of_head && asked.number() > done + kMostAhead) return;
  if (of_head && asked.number() <= done) {
    // Its answer was lost; what is older was given up.
    if (asked.number() == done) Send(last_answer);
    return;
  }
  FromHost answer = From();
  answer.set_number(asked.number());
  answer.set_asked_by(asked.head());
  const Status status_of = Do(asked, answer);
  if (!status_of.ok()) {
    answer.mutable_refusal()->set_reason(status_of.error().reason);
    answer.mutable_refusal()->set_message(status_of.error().message);
    const std::lock_guard lock(mutex);
    ++status.refused;
  }
  if (asked.head() == head) {
    done = asked.number();
    const std::lock_guard lock(mutex);
    heard = clock.Now();
  }
  answer.set_head(head);
  Send(answer);
  if (asked.head() == head) last_answer = std::move(answer);
}

void LayerHost::State::Offer() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    lock.unlock();
    Send(From());
    lock.lock();
    changed.wait_for(lock, options.offer_every, [this] { return stopping; });
  }
}

LayerHost::LayerHost(LayerHostOptions options, LayerMail mail, const Clock& clock,
                     Executor& executor, std::function<void(const LayerNews&)> told)
    : state_(std::make_unique<State>(std::move(options), std::move(mail), clock, executor,
                                     std::move(told))) {}

LayerHost::~LayerHost() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  if (state_->offering.joinable()) state_->offering.join();
}

void LayerHost::Start() {
  state_->offering = std::thread([state = state_.get()] { state->Offer(); });
}

void LayerHost::Receive(std::string_view parcel) {
  State& s = *state_;
  // A connection that was lost may still be in the middle of one.
  const std::lock_guard receiving(s.receiving);
  {
    const std::lock_guard lock(s.mutex);
    s.status.bytes_received += parcel.size();
  }
  Result<std::optional<std::string>> message = s.collector.Add(parcel);
  if (!message.ok()) return s.Poisoned(message.error());
  if (!message->has_value()) return;
  ToHost asked;
  if (!asked.ParseFromString(**message)) {
    return s.Poisoned(
        {Code::kDataLoss, "POISONED", "a message of another daemon is none of theirs"});
  }
  // It is said to all who offer themselves.
  if (asked.host() != s.options.instance) return;
  if (asked.protocol() != kLayerProtocol) {
    const std::string why = Format(
        "layer {} of {}: the daemon that runs the network speaks version {} of what layers "
        "are told, and '{}' version {}: both must be of one version",
        s.options.layer, s.options.network, asked.protocol(), s.options.name, kLayerProtocol);
    s.Poisoned({Code::kFailedPrecondition, "ANOTHER_PROTOCOL", why});
    FromHost answer = s.From();
    answer.set_number(asked.number());
    answer.set_asked_by(asked.head());
    answer.mutable_refusal()->set_reason("ANOTHER_PROTOCOL");
    answer.mutable_refusal()->set_message(why);
    return s.Send(answer);
  }
  if (asked.what_case() == ToHost::kRefuse) {
    if (std::exchange(s.told_refused, asked.refuse()) == asked.refuse()) return;
    return s.Tell(LayerNews::Kind::kRefused, Printable(asked.refuse()));
  }
  s.Obey(asked);
}

LayerHostStatus LayerHost::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

}  // namespace hypnos
