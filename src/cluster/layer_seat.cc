#include "hypnos/cluster/layer_seat.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "cluster/layer_wire.h"
#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/cluster/parcels.h"

namespace hypnos {
namespace {

using cluster::FromHost;
using cluster::ToHost;
using LaneSaid = FromHost::Said::LaneSaid;

// How long an offer counts that is not renewed: they come each second.
constexpr Duration kOfferLasts = std::chrono::seconds(5);
// Who has refused a layer is not offered it again for so long.
constexpr Duration kUnfitFor = std::chrono::seconds(60);
// How often it is looked whether somebody is late or lost, where nothing else is due.
constexpr Duration kLookEvery = std::chrono::milliseconds(200);
// Of what is asked for between steps, where nothing may wait for long.
constexpr Duration kLiveCall = std::chrono::seconds(2);
constexpr Duration kMoment = std::chrono::seconds(1);
// Of a daemon that is to end.
constexpr Duration kLastPatience = std::chrono::seconds(5);

// A step that is under way.
struct Awaited {
  uint64_t number = 0;
  std::function<void()> answered;
  Instant sent;   // for the first time
  Instant asked;  // for the last time
};

struct Offered {
  std::string instance, name;
  Instant when;
};

// All of it, or nothing.
Status LoadOrLeave(const cluster::State& state, FfLayer& layer) {
  cluster::State before;
  SaveState(layer, before);
  Status loaded = LoadState(state, layer);
  if (!loaded.ok()) HYPNOS_CHECK(LoadState(before, layer).ok());
  return loaded;
}

Status StatusOf(const Result<RemoteFacts>& result) {
  return result.ok() ? Status() : Status(result.error());
}

Error StoppedWaiting() {
  return {Code::kCancelled, "STOPPED", "nobody computed the layers yet when the daemon was stopped"};
}

void CopyTo(const google::protobuf::RepeatedField<float>& from, std::vector<float>& to) {
  std::copy_n(from.data(), std::min(static_cast<size_t>(from.size()), to.size()), to.begin());
}

}  // namespace

struct LayerSeat::State {
  State(LayerSeatOptions given, LayerMail mail_given, const Clock& clock_given,
        std::function<void(const LayerNews&)> told_given)
      : options(std::move(given)),
        mail(std::move(mail_given)),
        clock(clock_given),
        told(std::move(told_given)),
        post(options.instance, mail.send),
        collector(kLongestLayerMessage) {}

  // "layer 2 of porch"
  std::string Name() const { return Format("layer {} of {}", options.layer, options.network); }
  void Tell(LayerNews::Kind kind, std::string sentence) {
    if (told) told({kind, std::move(sentence)});
  }
  // The next one, to whom the layer is given. Needs the lock.
  ToHost Next();
  Status Post(const ToHost& message);
  Result<FromHost> Ask(const ToHost& asked, Duration longest);
  Result<RemoteFacts> Order(const std::function<void(ToHost&)>& fill);
  Result<RemoteFacts> TurnTo(bool sleep);
  // Live: whether so much is on its way that no more is sent. Needs the lock.
  bool IsFull(Instant now) const {
    return number - answered_number >= kMostUnanswered && now - posted < kMoment;
  }
  Duration Patience() const {
    if (giving_up) return std::min<Duration>(kLastPatience, options.lost_after);
    return options.lost_after;
  }
  bool WasGivenUp() const {
    const std::lock_guard lock(mutex);
    return giving_up;
  }
  Error Lost() const;
  std::optional<Offered> AwaitOffer();

  void Hear(FromHost message);
  void HearOffer(const FromHost& message, std::optional<std::string>& refuse);
  void HearSaid(FromHost& message);
  // Whether all that was asked for was understood.
  bool SaysAll(const FromHost& message) const {
    return said_number == message.number() &&
           std::ranges::all_of(step_lanes, [&](uint64_t lane) { return said.contains(lane); });
  }
  void Watch();
  std::function<void()> LookAtStep(Instant now, bool& again);
  void LookAtHost(Instant now, std::string& news);
  void Refuse(const std::string& host, const std::string& sentence);

  const LayerSeatOptions options;
  const LayerMail mail;
  const Clock& clock;
  const std::function<void(const LayerNews&)> told;

  std::mutex sending;
  ParcelPost post;
  ParcelCollector collector;      // of the receiving thread
  std::set<std::string> told_of;  // reasons; of the receiving thread
  std::mutex receiving;

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  bool giving_up = false;
  size_t locations = 0, units = 0;

  std::string host;  // who computes it, or did last
  // Whether it is there; and whether it was given the layer, by this daemon, and may have it still.
  bool seated = false;
  bool placed = false;
  bool begun = false;  // once
  // Who could not take the layer, and is not asked again for a while.
  std::string unfit;
  Instant unfit_since;
  Instant heard;
  Instant said_alive;
  std::optional<Offered> offered;
  std::optional<Error> failure;

  uint64_t number = 0;           // of what was asked for last
  uint64_t answered_number = 0;  // the highest one that was answered
  Instant posted;                // that
  Instant unanswered_since;      // the last answer, or what was asked for first after it
  // Live: how often the phase has turned, here and in the mirror, and to what; and the rate.
  uint64_t turns = 0, turns_of_mirror = 0;
  bool asleep = false;
  float rate_factor = 1;
  std::optional<Awaited> step;
  uint64_t step_number = 0;  // of the step that is taken from; 0: it was not sent
  bool late_counted = false;
  std::string step_bytes;  // lossless: to be sent again
  std::map<uint64_t, LaneSaid> said;
  std::set<uint64_t> lanes_sent;     // ever
  std::vector<uint64_t> step_lanes;  // of the step that is under way
  uint64_t said_number = 0;          // of which step
  std::optional<FromHost> reply;
  uint64_t awaited_reply = 0;
  RemoteFacts facts;

  LayerSeatStatus status;
  std::thread watching;
};

ToHost LayerSeat::State::Next() {
  ToHost message;
  message.set_protocol(kLayerProtocol);
  message.set_head(options.instance);
  message.set_host(host);
  const Instant now = clock.Now();
  if (number == answered_number) unanswered_since = now;
  message.set_number(++number);
  posted = now;
  return message;
}

Status LayerSeat::State::Post(const ToHost& message) {
  if (message.ByteSizeLong() > kLongestLayerMessage) {
    return Error{Code::kInvalidArgument, "TOO_LARGE",
                 Format("{}: {} bytes are more than one message may have, which is 2 GB: choose "
                        "fewer units",
                        Name(), message.ByteSizeLong())};
  }
  const std::string bytes = message.SerializeAsString();
  const size_t limit = mail.most_bytes();
  if (limit == 0) return {};  // it is sent again, or late
  const std::lock_guard lock(sending);
  const Status sent = post.Send(bytes, limit);
  if (!sent.ok()) log::Debug("{}: {}", Name(), sent.error().message);
  const std::lock_guard counting(mutex);
  status.bytes_sent += bytes.size();
  return {};
}

Error LayerSeat::State::Lost() const {
  return {
      Code::kUnavailable, "LAYER_LOST",
      Format("{}: '{}', which computes it, has not answered for {} s: nothing was learned since "
             "that could be kept; start it again, and this daemon, which goes on from the last "
             "checkpoint; or choose spread.mode: live, which goes on without",
             Name(), Printable(status.host),
             std::chrono::duration_cast<std::chrono::seconds>(options.lost_after).count())};
}

// One thing at a time is asked for: by whoever runs the pipeline, with no step under way.
Result<FromHost> LayerSeat::State::Ask(const ToHost& asked, Duration longest) {
  const uint64_t of = asked.number();
  {
    const std::lock_guard lock(mutex);
    reply.reset();
    awaited_reply = of;
  }
  const Instant begin = clock.Now();
  HYPNOS_RETURN_IF_ERROR(Post(asked));
  while (true) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, options.ask_again_after, [&] { return reply.has_value() || stopping; });
    if (reply) {
      awaited_reply = 0;
      FromHost answer = *std::exchange(reply, std::nullopt);
      if (!answer.has_refusal()) return answer;
      return Error{Code::kFailedPrecondition, answer.refusal().reason(),
                   Format("{}: '{}' refuses it: {}", Name(), Printable(answer.host_name()),
                          Printable(answer.refusal().message()))};
    }
    const Duration patience = std::min(longest, Patience());
    if (stopping || clock.Now() - begin >= patience) {
      awaited_reply = 0;
      return Lost();
    }
    lock.unlock();
    // What is still on its way need not go twice.
    if (mail.waiting() == 0) HYPNOS_RETURN_IF_ERROR(Post(asked));
  }
}

std::optional<Offered> LayerSeat::State::AwaitOffer() {
  std::unique_lock lock(mutex);
  const Instant by = options.host_wait->Until(clock.Now());
  while (true) {
    // It has the layer, and is given it anew.
    if (seated) return Offered{host, status.host, clock.Now()};
    if (offered && clock.Now() - offered->when < kOfferLasts) return offered;
    // Only the first time: afterwards there is a run that would wait.
    const bool waits = !begun && !giving_up && !stopping;
    if (!waits || clock.Now() >= by) return std::nullopt;
    changed.wait_for(lock, kLookEvery);
  }
}

void LayerSeat::State::Refuse(const std::string& to, const std::string& sentence) {
  ToHost message;
  message.set_protocol(kLayerProtocol);
  message.set_head(options.instance);
  message.set_host(to);
  message.set_refuse(sentence);
  (void)Post(message);
}

// Needs the lock.
void LayerSeat::State::HearOffer(const FromHost& message, std::optional<std::string>& refuse) {
  const bool same = message.host() == host;
  if (same && seated && message.head() == options.instance) {
    heard = clock.Now();
    return;
  }
  // One that was away is asked again, and has the layer once it answers.
  if (same && placed && message.head() == options.instance) return;
  if (same && seated && heard + kMoment < clock.Now()) {
    // It has been given the layer and knows nothing of it any longer.
    seated = status.seated = placed = false;
  }
  if (seated && !same) {
    ++status.refused;
    refuse = Format(
        "{} is computed by '{}' already: '{}' stands by, and is given it when that one "
        "is lost",
        Name(), Printable(status.host), Printable(message.host_name()));
    return;
  }
  const bool has_another = !message.head().empty() && message.head() != options.instance;
  if (has_another && !message.free()) return;
  if (message.host() == unfit && clock.Now() - unfit_since < kUnfitFor) return;
  offered = Offered{message.host(), message.host_name(), clock.Now()};
  changed.notify_all();
}

// Needs the lock.
void LayerSeat::State::HearSaid(FromHost& message) {
  // What is older has been overtaken; what was never asked for is somebody's invention.
  if (message.number() <= said_number || message.number() > number) return;
  for (const LaneSaid& lane : message.said().lanes()) {
    const auto rows = static_cast<int>(locations);
    if (!FitsWire(lane.said(), locations, units) || lane.goodness_size() != rows ||
        lane.probability_size() != rows || lane.energy_size() != rows ||
        lane.change_size() != rows || !lanes_sent.contains(lane.lane())) {
      ++status.refused;
      return;
    }
  }
  said_number = message.number();
  for (LaneSaid& lane : *message.mutable_said()->mutable_lanes()) {
    const uint64_t of = lane.lane();
    said[of] = std::move(lane);
  }
}

void LayerSeat::State::Hear(FromHost message) {
  std::function<void()> answered;
  std::optional<std::string> refuse;
  bool back = false;
  {
    const std::lock_guard lock(mutex);
    if (message.number() == 0) {
      HearOffer(message, refuse);
    } else if (message.host() == host && message.asked_by() == options.instance &&
               message.number() <= number) {
      heard = clock.Now();
      if (message.number() > answered_number) {
        answered_number = message.number();
        unanswered_since = heard;
      }
      // It was away, and has kept what it learned.
      if (!seated && placed && message.head() == options.instance) {
        seated = status.seated = true;
        back = true;
      }
      if (message.number() == awaited_reply) {
        reply = message;
        changed.notify_all();
      }
      if (message.has_facts()) {
        facts = {message.facts().contrast(), message.facts().stopped()};
      }
      if (message.has_said()) HearSaid(message);
      const bool of_step = step && message.number() == step->number;
      if (message.has_refusal()) {
        ++status.refused;
        if (options.lossless && of_step) {
          failure =
              Error{Code::kFailedPrecondition, message.refusal().reason(),
                    Format("{}: '{}' refuses a step: {}", Name(), Printable(message.host_name()),
                           Printable(message.refusal().message()))};
        } else if (!options.lossless) {
          seated = status.seated = placed = false;
        }
      }
      if (of_step && options.lossless && !failure && !SaysAll(message)) {
        failure = Error{Code::kDataLoss, "POISONED",
                        Name() +
                            ": the answer to a step is none: both daemons must be of one "
                            "version"};
      }
      if (of_step) {
        if (said_number == step->number) status.answering += clock.Now() - step->sent;
        answered = std::move(step->answered);
        step.reset();
      }
    }
  }
  if (refuse) Refuse(message.host(), *refuse);
  if (back) {
    Tell(LayerNews::Kind::kSeated,
         Format("{} is computed by '{}' again, which has kept what it had "
                "learned",
                Name(), Printable(message.host_name())));
  }
  if (answered) answered();
}

// Whether the step that is under way has to be sent again, or nobody is to wait for it any longer.
// Needs the lock.
std::function<void()> LayerSeat::State::LookAtStep(Instant now, bool& again) {
  if (!step) return {};
  if (!options.lossless) {
    if (now - step->sent < options.late_after && seated) return {};
  } else if (now - step->sent >= Patience()) {
    failure = Lost();
  } else {
    again = now - step->asked >= options.ask_again_after;
    if (again) step->asked = now;
    return {};
  }
  std::function<void()> answered = std::move(step->answered);
  step.reset();
  return answered;
}

// Needs the lock.
void LayerSeat::State::LookAtHost(Instant now, std::string& news) {
  if (options.lossless || !seated) return;
  // Also one that offers itself and does nothing.
  const bool idle = number > answered_number && now - unanswered_since >= options.lost_after;
  if (!idle && now - heard < options.lost_after) return;
  seated = status.seated = false;
  offered.reset();
  news = Format(
      "{} is lost: '{}' has not been heard of for {} s; what the layer said last stands "
      "in, and the next daemon that offers itself is given the layer as it was after {} updates of "
      "its weights",
      Name(), Printable(status.host),
      std::chrono::duration_cast<std::chrono::seconds>(options.lost_after).count(),
      status.updates);
}

void LayerSeat::State::Watch() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    Duration wait = kLookEvery;
    if (step && !options.lossless) {
      wait = std::clamp(options.late_after - (clock.Now() - step->sent), Duration{}, wait);
    }
    if (wait > Duration{}) changed.wait_for(lock, wait);
    if (stopping) break;
    const Instant now = clock.Now();
    bool again = false;
    std::string news;
    const std::function<void()> answered = LookAtStep(now, again);
    LookAtHost(now, news);
    const std::string bytes = again && mail.waiting() == 0 ? step_bytes : std::string();
    ToHost alive;
    if (placed && now - said_alive >= kMoment) {
      said_alive = now;
      alive.set_protocol(kLayerProtocol);
      alive.set_head(options.instance);
      alive.set_host(host);
    }
    lock.unlock();
    if (!alive.head().empty()) (void)Post(alive);
    if (answered) answered();
    if (!news.empty()) Tell(LayerNews::Kind::kLost, news);
    if (!bytes.empty() && mail.most_bytes() > 0) {
      const std::lock_guard one(sending);
      (void)post.Send(bytes, mail.most_bytes());
    }
    lock.lock();
  }
}

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
  return state_->status;
}

bool LayerSeat::wants_seat() const {
  const State& s = *state_;
  const std::lock_guard lock(s.mutex);
  return !s.options.lossless && !s.seated && s.offered &&
         s.clock.Now() - s.offered->when < kOfferLasts;
}

Status LayerSeat::Begin(const Seat& seat) {
  State& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.locations = seat.locations;
    s.units = seat.mirror.options().units;
    s.failure.reset();
  }
  const std::optional<Offered> offered = s.AwaitOffer();
  const bool first = !std::exchange(s.begun, true);
  if (!offered && !s.options.lossless && !first) return {};
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
    s.host = offered->instance;
    s.status.host = offered->name;
    asked = s.Next();
  }
  ToHost::Seat& given = *asked.mutable_seat();
  const LayerPlan plan = {seat.locations, seat.mirror.options(), seat.learning};
  ToWire(plan, *given.mutable_plan());
  given.set_plan_hash(HashOf(given.plan()));
  SaveState(seat.mirror, *given.mutable_state());
  given.set_rate_factor(seat.rate_factor);
  given.set_lossless(s.options.lossless);
  given.set_rng_seed(seat.rng.seed());
  given.set_rng_state(seat.rng.state());
  given.set_turns(s.turns_of_mirror);
  const Result<FromHost> answer = s.Ask(asked, s.options.lost_after);
  std::string news;
  {
    const std::lock_guard lock(s.mutex);
    s.offered.reset();
    if (answer.ok()) {
      s.seated = s.status.seated = s.placed = true;
      s.rate_factor = seat.rate_factor;
      s.heard = s.clock.Now();
      s.said.clear();
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
    s.unfit = offered->instance;
    s.unfit_since = s.clock.Now();
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
  const bool tries = s.placed && now - s.posted >= kMoment;
  if (!s.options.lossless && (s.seated ? s.IsFull(now) : !tries)) {
    s.step_number = 0;
    lock.unlock();
    return answered();
  }
  ToHost asked = s.Next();
  s.step_number = asked.number();
  lock.unlock();
  ToHost::Step& step = *asked.mutable_step();
  for (const RemoteTick& tick : ticks) ToWire(tick, *step.add_ticks());
  step.set_finish(finish);
  lock.lock();
  step.set_turns(s.turns);
  step.set_asleep(s.asleep);
  step.set_rate_factor(s.rate_factor);
  s.step = Awaited{asked.number(), std::move(answered), now, now};
  s.changed.notify_all();
  s.step_lanes.clear();
  for (const cluster::LayerTick& tick : step.ticks()) {
    s.step_lanes.push_back(tick.lane());
    s.lanes_sent.insert(tick.lane());
    // What it said of a lane before is no answer.
    if (s.options.lossless) s.said.erase(tick.lane());
  }
  if (s.options.lossless) s.step_bytes = asked.SerializeAsString();
  lock.unlock();
  const Status posted = s.Post(asked);
  if (posted.ok()) return;
  lock.lock();
  s.failure = posted.error();
  const std::function<void()> over = s.step ? std::move(s.step->answered) : nullptr;
  s.step.reset();
  lock.unlock();
  if (over) over();
}

Result<bool> LayerSeat::Take(const Tick& tick, StepStatistics& statistics, FfLayerState& state,
                             MatrixView out) {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  if (s.failure) return *s.failure;
  const bool in_time = s.step_number != 0 && s.said_number == s.step_number;
  if (!in_time && !std::exchange(s.late_counted, true)) ++s.status.late_steps;
  const auto found = s.said.find(static_cast<uint64_t>(tick.lane));
  if (found == s.said.end()) return false;
  // What was said before a reset, or of another dream, is of something else.
  if (!in_time && tick.start != TickStart::kContinue) return false;
  const LaneSaid& said = found->second;
  FromWire(said.said(), out);
  CopyTo(said.goodness(), state.goodness);
  CopyTo(said.probability(), state.probability);
  CopyTo(said.energy(), state.energy);
  CopyTo(said.change(), state.change);
  statistics = {.goodness = said.mean_goodness(),
                .probability = said.mean_probability(),
                .change = said.relative_change(),
                .finite = said.finite(),
                .stopped = said.stopped(),
                .late = !in_time};
  return true;
}

// What changes the layer there: lossless it has done so when this returns.
Result<RemoteFacts> LayerSeat::State::Order(const std::function<void(ToHost&)>& fill) {
  ToHost asked;
  {
    const std::lock_guard lock(mutex);
    if (failure) return *failure;
    // It is told when it is given the layer.
    if (!options.lossless && (!seated || IsFull(clock.Now()))) return facts;
    asked = Next();
  }
  fill(asked);
  if (options.lossless) {
    const Result<FromHost> answer = Ask(asked, options.lost_after);
    if (answer.ok()) return RemoteFacts{answer->facts().contrast(), answer->facts().stopped()};
    const std::lock_guard lock(mutex);
    failure = answer.error();
    return *failure;
  }
  HYPNOS_RETURN_IF_ERROR(Post(asked));
  const std::lock_guard lock(mutex);
  return facts;
}

// Live, with the next step: phases that pass while nobody hears of them are left out.
Result<RemoteFacts> LayerSeat::State::TurnTo(bool sleep) {
  if (options.lossless) {
    return Order([&](ToHost& asked) {
      sleep ? (void)asked.mutable_fall_asleep() : (void)asked.mutable_wake_up();
    });
  }
  const std::lock_guard lock(mutex);
  asleep = sleep;
  ++turns;
  return facts;
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
    if (s.seated) s.offered = Offered{s.host, s.status.host, s.clock.Now()};
    s.seated = s.status.seated = s.placed = false;
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
    ToWire(state.h, *pushed.mutable_h());
    ToWire(out, *pushed.mutable_said());
  }));
}

Status LayerSeat::Pull(FfLayer& mirror) {
  State& s = *state_;
  ToHost asked;
  uint64_t turns = 0;
  {
    const std::lock_guard lock(s.mutex);
    if (s.failure) return *s.failure;
    if (!s.options.lossless && !s.seated) return {};
    asked = s.Next();
    turns = s.turns;
  }
  asked.mutable_pull();
  const Result<FromHost> answer =
      s.Ask(asked, s.options.lossless ? s.options.lost_after : kLiveCall);
  const Status loaded = answer.ok() ? LoadOrLeave(answer->state(), mirror) : Status(answer.error());
  const std::lock_guard lock(s.mutex);
  // The mirror stays as old as it is.
  if (!loaded.ok() && answer.ok()) ++s.status.refused;
  if (!loaded.ok()) return s.options.lossless ? loaded : Status();
  s.status.updates = mirror.updates();
  s.turns_of_mirror = turns;
  return {};
}

// Live: what the layer said last, since h is that but for its length, and nobody is to wait.
Status LayerSeat::PullLane(Lane lane, FfLayerState& state) {
  State& s = *state_;
  ToHost asked;
  {
    const std::lock_guard lock(s.mutex);
    if (s.failure) return *s.failure;
    if (!s.options.lossless) {
      const auto found = s.said.find(static_cast<uint64_t>(lane));
      if (found != s.said.end()) FromWire(found->second.said(), state.h.view());
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
