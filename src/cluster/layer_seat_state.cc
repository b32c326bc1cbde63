#include "cluster/layer_seat_state.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

using cluster::FromHost;
using cluster::ToHost;

// How often it is looked whether somebody is late or lost, where nothing else is due.
constexpr Duration kLookEvery = std::chrono::milliseconds(200);
constexpr Duration kMoment = std::chrono::seconds(1);
// Of a daemon that is to end.
constexpr Duration kLastPatience = std::chrono::seconds(5);
// Live: what waits to be sent, by a line that takes it more slowly than it comes.
constexpr size_t kMostWaitingBytes = size_t{64} << 20;
// Live: weights may take one part in so many of a line's time.
constexpr int kPullsShare = 10;

// All of it, or nothing.
Status LoadOrLeave(const cluster::State& state, FfLayer& layer) {
  cluster::State before;
  SaveState(layer, before);
  Status loaded = LoadState(state, layer);
  if (!loaded.ok()) HYPNOS_CHECK(LoadState(before, layer).ok());
  return loaded;
}

}  // namespace

ToHost LayerSeat::State::Next() {
  ToHost message;
  message.set_protocol(kLayerProtocol);
  message.set_head(options.instance);
  message.set_host(holder.instance());
  const Instant now = clock.Now();
  if (number == answered_number) unanswered_since = now;
  message.set_number(++number);
  posted = now;
  if (on_their_way.size() < kMostUnanswered) on_their_way.push_back({number, now});
  return message;
}

bool LayerSeat::State::IsFull(Instant now) const {
  const size_t waiting = mail.waiting();
  const bool full = number - answered_number >= kMostUnanswered || Silence(now) >= kMoment ||
                    waiting >= kMostWaitingBytes;
  return full && (waiting > 0 || now - posted < kMoment);
}

bool LayerSeat::State::MayPull(PullFor what) const {
  if (options.lossless) return true;
  if (what == PullFor::kEnd) return holder.seated();
  const Duration since = clock.Now() - pull.asked;
  const bool on_its_way = pull.number > answered_number && since < options.lost_after;
  if (!holder.seated() || on_its_way) return false;
  return pull.took <= kSoonPulled || since >= kPullsShare * pull.took;
}

Status LayerSeat::State::Load(const cluster::State& state, uint64_t turns_of_state,
                              FfLayer& mirror) {
  Status loaded = LoadOrLeave(state, mirror);
  const std::lock_guard lock(mutex);
  if (!loaded.ok()) {
    ++status.refused;
    return options.lossless ? loaded : Status();
  }
  status.updates = mirror.updates();
  turns_of_mirror = turns_of_state;
  return {};
}

Duration LayerSeat::State::Patience() const {
  if (giving_up) return std::min<Duration>(kLastPatience, options.lost_after);
  return options.lost_after;
}

bool LayerSeat::State::WasGivenUp() const {
  const std::lock_guard lock(mutex);
  return giving_up;
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
             Name(), Printable(holder.name()),
             std::chrono::duration_cast<std::chrono::seconds>(options.lost_after).count())};
}

// Its own reason is for people: it must not decide what this daemon does.
Error LayerSeat::State::Refused(const FromHost& answer, const char* what) const {
  return {Code::kUnavailable, "HOST_REFUSES",
          Format("{}: '{}' refuses {}: {}", Name(), Printable(answer.host_name()), what,
                 Printable(answer.refusal().message()))};
}

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
    const Duration left = std::min(longest, Patience()) - (clock.Now() - begin);
    changed.wait_for(lock, std::min(options.ask_again_after, left),
                     [&] { return reply.has_value() || stopping; });
    if (reply) {
      awaited_reply = 0;
      FromHost answer = *std::exchange(reply, std::nullopt);
      if (!answer.has_refusal()) return answer;
      return Refused(answer, "it");
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

std::optional<SeatHolder::Offer> LayerSeat::State::AwaitOffer() {
  std::unique_lock lock(mutex);
  const Instant by = options.host_wait->Until(clock.Now());
  bool told_to_wait = false;
  while (true) {
    std::optional<SeatHolder::Offer> candidate = holder.Candidate(clock.Now());
    // Only the first time: afterwards there is a run that would wait.
    const bool waits = !begun && !giving_up && !stopping;
    if (candidate || !waits || clock.Now() >= by) return candidate;
    if (!std::exchange(told_to_wait, true)) {
      log::Info("{}: waiting up to {:.0f} s for a daemon that computes it", Name(),
                Seconds(by - clock.Now()));
    }
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

Result<RemoteFacts> LayerSeat::State::Order(const std::function<void(ToHost&)>& fill) {
  ToHost asked;
  {
    const std::lock_guard lock(mutex);
    if (failure) return *failure;
    // It is told when it is given the layer.
    if (!options.lossless && (!holder.seated() || IsFull(clock.Now()))) return facts;
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

void LayerSeat::State::HearRefusal(const FromHost& message, bool of_step) {
  ++status.refused;
  if (!options.lossless) return holder.Leave();
  if (!of_step) return;
  failure = Refused(message, "a step");
}

std::function<void()> LayerSeat::State::HearAnswer(FromHost& message, bool& back) {
  const Instant now = clock.Now();
  back = holder.HearAnswer(message, now);
  if (message.number() > answered_number) {
    answered_number = message.number();
    unanswered_since = now;
    while (!on_their_way.empty() && on_their_way.front().number <= answered_number) {
      on_their_way.pop_front();
    }
  }
  const bool of_pull = message.has_state() && message.number() == pull.number;
  if (of_pull) pull.took = now - pull.asked;
  if (message.number() == awaited_reply) {
    reply = message;
    changed.notify_all();
  } else if (of_pull) {
    pull.late = std::move(*message.mutable_state());
  }
  if (message.has_facts()) facts = {message.facts().contrast(), message.facts().stopped()};
  if (message.has_said() && !said.Hear(message, number)) ++status.refused;
  const bool of_step = step && message.number() == step->number;
  if (message.has_refusal()) HearRefusal(message, of_step);
  if (!of_step) return {};
  if (options.lossless && !failure && !said.SaysAll(step->number)) {
    failure = Error{Code::kDataLoss, "POISONED",
                    Name() + ": the answer to a step is none: both daemons must be of one version"};
  }
  if (said.Answers(step->number)) status.answering += now - step->sent;
  std::function<void()> answered = std::move(step->answered);
  step.reset();
  return answered;
}

void LayerSeat::State::Hear(FromHost message) {
  std::function<void()> answered;
  std::optional<std::string> refuse;
  bool back = false;
  {
    const std::lock_guard lock(mutex);
    if (message.number() == 0) {
      refuse = holder.HearOffer(message, clock.Now());
      if (refuse) ++status.refused;
      changed.notify_all();
    } else if (holder.Answers(message) && message.number() <= number) {
      answered = HearAnswer(message, back);
    }
  }
  if (refuse) Refuse(message.host(), *refuse);
  if (back) {
    Tell(LayerNews::Kind::kSeated,
         Format("{} is computed by '{}' again, which has kept what it had learned", Name(),
                Printable(message.host_name())));
  }
  if (answered) answered();
}

std::function<void()> LayerSeat::State::LookAtStep(Instant now, bool& again) {
  if (!step) return {};
  if (!options.lossless) {
    if (now - step->sent < options.late_after && holder.seated()) return {};
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

void LayerSeat::State::LookAtHost(Instant now, std::string& news) {
  if (options.lossless || !holder.seated()) return;
  // Also one that offers itself and does nothing.
  const bool idle = number > answered_number && now - unanswered_since >= options.lost_after;
  if (!idle && now - holder.heard() < options.lost_after) return;
  holder.Lose();
  news = Format(
      "{} is lost: '{}' has not been heard of for {} s; what the layer said last stands "
      "in, and the next daemon that offers itself is given the layer as it was after {} updates of "
      "its weights",
      Name(), Printable(holder.name()),
      std::chrono::duration_cast<std::chrono::seconds>(options.lost_after).count(), status.updates);
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
    const std::string bytes = again && mail.waiting() == 0 ? step->bytes : std::string();
    ToHost alive;
    if (holder.placed() && now - said_alive >= kMoment) {
      said_alive = now;
      alive.set_protocol(kLayerProtocol);
      alive.set_head(options.instance);
      alive.set_host(holder.instance());
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

}  // namespace hypnos
