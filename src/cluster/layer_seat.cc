#include "hypnos/cluster/layer_seat.h"

#include <algorithm>
#include <utility>

#include "cluster/layer_seat_state.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

using cluster::FromHost;
using cluster::ToHost;

// Live: of weights that are asked for between steps, where nothing may wait for long.
constexpr Duration kLongestPull = std::chrono::milliseconds(500);
constexpr Duration kLastPull = std::chrono::seconds(3);
// One that is lost is asked so often whether it is back.
constexpr Duration kMoment = std::chrono::seconds(1);

Status StatusOf(const Result<RemoteFacts>& result) {
  return result.ok() ? Status() : Status(result.error());
}

Error StoppedWaiting() {
  return {Code::kCancelled, "STOPPED",
          "nobody computed the layers yet when the daemon was stopped"};
}

void CopyTo(const google::protobuf::RepeatedField<float>& from, std::vector<float>& to) {
  std::copy_n(from.data(), std::min(static_cast<size_t>(from.size()), to.size()), to.begin());
}

}  // namespace

LayerSeat::LayerSeat(LayerSeatOptions options, LayerMail mail, const Clock& clock,
                     std::function<void(const LayerNews&)> told)
    : state_(std::make_unique<State>(std::move(options), std::move(mail), clock, std::move(told))) {
  state_->watching = std::thread([state = state_.get()] { state->Watch(); });
}

LayerSeat::~LayerSeat() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->watching.join();
}

void LayerSeat::GiveUp() {
  const std::lock_guard lock(state_->mutex);
  state_->giving_up = true;
  state_->changed.notify_all();
}

void LayerSeat::Receive(std::string_view parcel) {
  State& s = *state_;
  // A connection that was lost may still be in the middle of one.
  const std::lock_guard receiving(s.receiving);
  {
    const std::lock_guard lock(s.mutex);
    s.status.bytes_received += parcel.size();
  }
  Result<std::optional<std::string>> bytes = s.collector.Add(parcel);
  const auto refuse = [&](const char* reason, const std::string& why) {
    {
      const std::lock_guard lock(s.mutex);
      ++s.status.refused;
    }
    if (s.told_of.insert(reason).second) {
      s.Tell(LayerNews::Kind::kRefused, s.Name() + ": " + why);
    }
  };
  if (!bytes.ok()) return refuse("POISONED", bytes.error().message);
  if (!bytes->has_value()) return;
  FromHost message;
  if (!message.ParseFromString(**bytes)) {
    return refuse("POISONED", "a message of another daemon is none of theirs");
  }
  if (message.protocol() != kLayerProtocol) {
    const std::string why = Format(
        "'{}' offers itself, and speaks version {} of what layers are told; this daemon speaks "
        "version {}: both must be of one version",
        Printable(message.host_name()), message.protocol(), kLayerProtocol);
    s.Refuse(message.host(), why);
    return refuse("ANOTHER_PROTOCOL", why);
  }
  s.Hear(std::move(message));
}

LayerSeatStatus LayerSeat::status() const {
  const std::lock_guard lock(state_->mutex);
  LayerSeatStatus status = state_->status;
  status.host = state_->holder.name();
  status.seated = state_->holder.seated();
  return status;
}

bool LayerSeat::wants_seat() const {
  const State& s = *state_;
  const std::lock_guard lock(s.mutex);
  return !s.options.lossless && !s.holder.seated() && s.holder.HasOffer(s.clock.Now());
}

Status LayerSeat::Begin(const Seat& seat) {
  State& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.said.SetShape(seat.locations, seat.mirror.options().units);
    s.failure.reset();
  }
  const std::optional<SeatHolder::Offer> offered = s.AwaitOffer();
  const bool first = !std::exchange(s.begun, true);
  if (!offered && !s.options.lossless && (!first || s.WasGivenUp())) return {};
  if (!offered && !s.options.lossless) {
    s.Tell(LayerNews::Kind::kLost, s.Name() +
                                       " is computed by nobody yet: it says nothing until a daemon "
                                       "offers itself (hosts: in its configuration)");
    return {};
  }
  if (!offered && s.WasGivenUp()) return StoppedWaiting();
  if (!offered) {
    return Error{Code::kUnavailable, "NO_HOST",
                 s.Name() +
                     " is computed by nobody: no daemon has offered itself at the broker; start "
                     "one whose configuration names this layer under hosts"};
  }
  ToHost asked;
  {
    const std::lock_guard lock(s.mutex);
    s.holder.Ask(*offered);
    asked = s.Next();
  }
  ToHost::Seat& given = *asked.mutable_seat();
  const LayerPlan plan = {seat.locations, seat.mirror.options(), seat.learning};
  ToWire(plan, *given.mutable_plan());
  given.set_plan_hash(HashOf(given.plan()));
  SaveState(seat.mirror, *given.mutable_state());
  given.set_rate_factor(seat.rate_factor);
  given.set_lossless(s.options.lossless);
  given.set_bfloat16(s.options.bfloat16);
  given.set_rng_seed(seat.rng.seed());
  given.set_rng_state(seat.rng.state());
  given.set_turns(s.turns_of_mirror);
  const Result<FromHost> answer = s.Ask(asked, s.options.lost_after);
  std::string news;
  {
    const std::lock_guard lock(s.mutex);
    if (answer.ok()) {
      s.holder.Take(s.clock.Now());
      s.rate_factor = seat.rate_factor;
      s.said.Forget();
      s.pull.Forget();
      s.status.updates = seat.mirror.updates();
      news = Format("{} is computed by '{}', from what it had learned in {} updates of its weights",
                    s.Name(), Printable(offered->name), s.status.updates);
    }
  }
  if (answer.ok()) {
    s.Tell(LayerNews::Kind::kSeated, news);
    return {};
  }
  // Nothing was learned that could be lost.
  if (s.options.lossless && first && s.WasGivenUp()) return StoppedWaiting();
  {
    const std::lock_guard lock(s.mutex);
    s.holder.Refuse(*offered, s.clock.Now());
  }
  s.Tell(LayerNews::Kind::kRefused, answer.error().message);
  return s.options.lossless ? Status(answer.error()) : Status();
}

void LayerSeat::Send(std::span<const RemoteTick> ticks, bool finish,
                     std::function<void()> answered) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  ++s.status.steps;
  s.late_counted = false;
  const Instant now = s.clock.Now();
  // One that is lost is asked now and then, whether it is back.
  const bool tries = s.holder.placed() && now - s.posted >= kMoment && s.mail.waiting() == 0;
  if (!s.options.lossless && (s.holder.seated() ? s.IsFull(now) : !tries)) {
    s.said.Begin(0);
    lock.unlock();
    return answered();
  }
  // Answers come in their order: where an earlier one is late, this one will be, too.
  const bool waits = s.options.lossless || s.Silence(now) < s.options.late_after;
  ToHost asked = s.Next();
  s.said.Begin(asked.number());
  lock.unlock();
  ToHost::Step& step = *asked.mutable_step();
  for (const RemoteTick& tick : ticks) ToWire(tick, s.Numbers(), *step.add_ticks());
  step.set_finish(finish);
  lock.lock();
  step.set_turns(s.turns);
  step.set_asleep(s.asleep);
  step.set_rate_factor(s.rate_factor);
  std::function<void()> over;
  if (waits) {
    s.step = State::Step{asked.number(), std::move(answered), now, now, {}};
  } else {
    over = std::move(answered);
  }
  s.changed.notify_all();
  s.said.Expect(step, s.options.lossless);
  if (s.options.lossless) s.step->bytes = asked.SerializeAsString();
  lock.unlock();
  const Status posted = s.Post(asked);
  if (!posted.ok()) {
    lock.lock();
    s.failure = posted.error();
    if (s.step) over = std::move(s.step->answered);
    s.step.reset();
    lock.unlock();
  }
  if (over) over();
}

Result<bool> LayerSeat::Take(const Tick& tick, StepStatistics& statistics, FfLayerState& state,
                             MatrixView out) {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  if (s.failure) return *s.failure;
  const bool in_time = s.said.in_time();
  if (!in_time && !std::exchange(s.late_counted, true)) ++s.status.late_steps;
  const LayerSaid::Lane* said = s.said.Of(static_cast<uint64_t>(tick.lane));
  if (said == nullptr) return false;
  // What was said before a reset, or of another dream, is of something else.
  if (!in_time && tick.start != TickStart::kContinue) return false;
  FromWire(said->said(), out);
  CopyTo(said->goodness(), state.goodness);
  CopyTo(said->probability(), state.probability);
  CopyTo(said->energy(), state.energy);
  CopyTo(said->change(), state.change);
  statistics = {.goodness = said->mean_goodness(),
                .probability = said->mean_probability(),
                .change = said->relative_change(),
                .finite = said->finite(),
                .stopped = said->stopped(),
                .late = !in_time};
  return true;
}

Result<RemoteFacts> LayerSeat::FallAsleep() { return state_->TurnTo(true); }

Result<RemoteFacts> LayerSeat::WakeUp() { return state_->TurnTo(false); }

Status LayerSeat::SetRateFactor(float factor) {
  State& s = *state_;
  if (s.options.lossless) {
    return StatusOf(s.Order([&](ToHost& asked) { asked.set_rate_factor(factor); }));
  }
  const std::lock_guard lock(s.mutex);
  s.rate_factor = factor;
  return {};
}

// Live, as one that has nothing: it is given the layer anew, from the mirror.
Status LayerSeat::Push(FfLayer& mirror) {
  State& s = *state_;
  if (!s.options.lossless) {
    const std::lock_guard lock(s.mutex);
    s.holder.OfferAgain(s.clock.Now());
    s.pull.Forget();
    s.status.updates = mirror.updates();
    s.turns_of_mirror = s.turns;
    return {};
  }
  HYPNOS_RETURN_IF_ERROR(
      StatusOf(s.Order([&](ToHost& asked) { SaveState(mirror, *asked.mutable_push()); })));
  const std::lock_guard lock(s.mutex);
  s.status.updates = mirror.updates();
  return {};
}

Status LayerSeat::PushLane(Lane lane, int64_t number, const FfLayerState& state,
                           ConstMatrixView out) {
  return StatusOf(state_->Order([&](ToHost& asked) {
    ToHost::Lane& pushed = *asked.mutable_push_lane();
    pushed.set_lane(static_cast<uint64_t>(lane));
    pushed.set_number(number);
    ToWire(state.h, WireNumbers::kFloat32, *pushed.mutable_h());
    ToWire(out, WireNumbers::kFloat32, *pushed.mutable_said());
  }));
}

Status LayerSeat::Pull(FfLayer& mirror, PullFor what) {
  State& s = *state_;
  ToHost asked;
  bool waits = true;
  uint64_t turns = 0;
  std::optional<cluster::State> earlier;
  {
    const std::lock_guard lock(s.mutex);
    if (s.failure) return *s.failure;
    earlier = std::exchange(s.pull.late, std::nullopt);
    turns = s.pull.turns;
    if (s.MayPull(what)) {
      asked = s.Next();
      s.pull.number = asked.number();
      s.pull.asked = s.posted;
      s.pull.turns = s.turns;
    }
    waits = s.options.lossless || what == PullFor::kEnd || s.pull.took <= kSoonPulled;
  }
  asked.mutable_pull();
  if (asked.number() > 0 && waits) {
    const Result<FromHost> answer = s.Ask(asked, s.options.lossless      ? s.options.lost_after
                                                 : what == PullFor::kEnd ? kLastPull
                                                                         : kLongestPull);
    if (answer.ok()) return s.Load(answer->state(), s.pull.turns, mirror);
    if (s.options.lossless) return answer.error();
  } else if (asked.number() > 0) {
    (void)s.Post(asked);
  }
  return earlier ? s.Load(*earlier, turns, mirror) : Status();
}

// Live: what the layer said last, since h is that but for its length, and nobody is to wait.
Status LayerSeat::PullLane(Lane lane, FfLayerState& state) {
  State& s = *state_;
  ToHost asked;
  {
    const std::lock_guard lock(s.mutex);
    if (s.failure) return *s.failure;
    if (!s.options.lossless) {
      const LayerSaid::Lane* said = s.said.Of(static_cast<uint64_t>(lane));
      if (said != nullptr) FromWire(said->said(), state.h.view());
      return {};
    }
    asked = s.Next();
  }
  asked.set_pull_lane(static_cast<uint64_t>(lane));
  HYPNOS_ASSIGN_OR_RETURN(const FromHost answer, s.Ask(asked, s.options.lost_after));
  if (!FitsWire(answer.h(), state.h.rows(), state.h.cols())) {
    return Error{Code::kDataLoss, "POISONED", s.Name() + ": h of a lane has another size there"};
  }
  FromWire(answer.h(), state.h.view());
  return {};
}

}  // namespace hypnos
