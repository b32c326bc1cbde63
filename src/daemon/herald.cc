#include "daemon/herald.h"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "daemon/broker_options.h"
#include "daemon/fleet_answers.h"
#include "daemon/heartbeat_of.h"
#include "daemon/notice_of.h"
#include "hypnos/base/backoff.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/base/url.h"
#include "hypnos/checkpoint/folder_lock.h"
#include "hypnos/cluster/event_carrier.h"
#include "hypnos/cluster/fleet.h"
#include "hypnos/cluster/home_assistant.h"
#include "hypnos/cluster/parts.h"
#include "hypnos/cluster/subjects.h"

namespace hypnos {
namespace {

using control::Event;

// For what waits to be delivered, and then for who does not answer to be left alone.
constexpr Duration kToFinish = std::chrono::seconds(2);
constexpr Duration kToEnd = std::chrono::seconds(4);
constexpr Duration kLongestRetryOfReplicas = std::chrono::seconds(10);
constexpr Duration kLastFlush = std::chrono::seconds(1);
constexpr Duration kPatienceOfTheForgetful = std::chrono::seconds(2);
// However much happens, figures are not told more often.
constexpr Duration kLeastBetween = std::chrono::milliseconds(200);

struct HeraldOptions {
  std::string name;
  std::string prefix;
  std::string host;
  std::string instance;
  std::string version;
  Duration interval{};
  NoticeSeverity at_least = NoticeSeverity::kInfo;
  bool picture = false;
  std::string home_assistant;  // its prefix; empty: it is told nothing
};

bool IsOfBroker(Event::Kind kind) {
  return kind == Event::BROKER_FAILED || kind == Event::BROKER_WORKS ||
         kind == Event::BROKER_NAME_TAKEN;
}

void TellState(const SharedEvents& events, const std::string& shown, const BrokerStatus& status) {
  const std::string who = Format("broker {}", shown);
  if (status.why.empty()) {
    return Tell(events, Event::BROKER_WORKS, "", who + " can be published to again");
  }
  Tell(events, Event::BROKER_FAILED, "",
       Format("{} cannot be published to: {}; it is tried again, and events wait", who,
              Printable(status.why)));
}

}  // namespace

// All that threads need, so that they can be left behind.
struct Herald::State {
  State(HeraldOptions given, Parts with)
      : options(std::move(given)),
        parts(std::move(with)),
        subjects(options.prefix, options.name),
        fleet(parts.clock) {}

  // Of whoever tells of something.
  void Tell(const Event& event, const std::string& picture);
  // Of threads of the broker.
  void OnConnected();
  void OnHeartbeat(std::string_view json);
  void OnHomeAssistant(std::string_view status);

  // Of the thread that speaks.
  void Loop();
  void Beat(bool ending);
  Heartbeat Measured(bool ending);
  void Announce(const Heartbeat& heartbeat);
  void AnnounceSources(const Heartbeat& heartbeat);
  void SayPictures();
  void ForgetOthersThan(const std::vector<SourceBeat>& sources);
  // In parts, where it is too long.
  void Say(const std::string& subject, const std::string& json);
  void LeaveOut(const Status& published);

  const HeraldOptions options;
  const Parts parts;
  const Subjects subjects;
  Fleet fleet;
  std::optional<FolderLock> lock;
  std::shared_ptr<Broker> broker;
  std::unique_ptr<Courier> courier;
  uint64_t following = 0;
  std::thread thread;
  Measures measures;
  std::mutex listener_mutex;
  std::function<void(const Heartbeat&)> listener;

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool soon = false;      // something has happened that figures show
  bool announce = false;  // who shows them has come back
  bool silent = false;    // it is to be
  bool ended = false;
  std::map<std::string, std::set<uint64_t>> unusual;  // events that go on, by source
  std::map<std::string, std::string> pictures;        // the newest, by source
  std::set<std::string> new_pictures;
  bool told_of_namesake = false;
  uint64_t left_out = 0;
  uint64_t not_understood = 0;

  // The thread's own: what Home Assistant was told of, by source.
  std::map<std::string, std::vector<std::string>> announced;
};

void Herald::State::Tell(const Event& event, const std::string& picture) {
  if (IsOfBroker(event.kind())) return;
  Notice notice = NoticeOf(event);
  if (options.picture) notice.picture = picture;
  if (notice.severity >= options.at_least) courier->Offer(JsonOf(notice, options.host));
  const std::lock_guard guard(mutex);
  if (event.kind() == Event::UNUSUAL) {
    auto& going_on = unusual[event.source()];
    if (event.end_time() == 0) {
      // One after the other; of one that was forgotten meanwhile the end is never heard.
      going_on = {event.id()};
    } else {
      going_on.erase(event.id());
    }
  }
  if (!notice.picture.empty()) {
    pictures[event.source()] = notice.picture;
    new_pictures.insert(event.source());
  }
  soon = true;
  changed.notify_all();
}

void Herald::State::OnConnected() {
  courier->TryNow();
  const std::lock_guard guard(mutex);
  announce = soon = true;
  changed.notify_all();
}

void Herald::State::OnHomeAssistant(std::string_view status) {
  if (status != "online") return;
  const std::lock_guard guard(mutex);
  announce = soon = true;
  changed.notify_all();
}

void Herald::State::OnHeartbeat(std::string_view json) {
  auto heard = ParseHeartbeat(json);
  if (!heard.ok()) {
    const std::lock_guard guard(mutex);
    if (not_understood++ > 0) return;
    log::Warning(
        "broker: what somebody says of himself to {} is passed over, as all that is like "
        "it from now on: {}",
        subjects.StatusOfAny(), Printable(heard.error().message));
    return;
  }
  const Heartbeat& heartbeat = heard->heartbeat;
  if (heartbeat.name != options.name) {
    {
      const std::lock_guard guard(listener_mutex);
      if (listener) listener(heartbeat);
    }
    return fleet.Take(*std::move(heard));
  }
  if (heartbeat.instance == options.instance) return;
  {
    const std::lock_guard guard(mutex);
    // Once: several of them would have it told with each heartbeat.
    if (std::exchange(told_of_namesake, true)) return;
  }
  hypnos::Tell(parts.events, Event::BROKER_NAME_TAKEN, "",
               Format("broker: another daemon, on '{}', is called {} there, too, so that what both "
                      "publish is mixed up: give each a broker.name of its own",
                      Printable(heartbeat.host), options.name));
}

void Herald::State::LeaveOut(const Status& published) {
  if (published.ok()) return;
  const std::lock_guard guard(mutex);
  ++left_out;
}

void Herald::State::Say(const std::string& subject, const std::string& json) {
  const size_t most = broker->most_bytes();
  const std::vector<std::string> in_parts = most == 0 ? std::vector{json} : InParts(json, most);
  for (const std::string& part : in_parts) LeaveOut(broker->Publish(subject, part));
  if (in_parts.empty()) LeaveOut(Error{Code::kInvalidArgument, "TOO_LARGE", ""});
}

Heartbeat Herald::State::Measured(bool ending) {
  std::set<std::string> sources;
  {
    const std::lock_guard guard(mutex);
    for (const auto& [source, events] : unusual) {
      if (!events.empty()) sources.insert(source);
    }
  }
  Heartbeat heartbeat = HeartbeatOf(measures.networks(), sources);
  heartbeat.name = options.name;
  heartbeat.host = options.host;
  heartbeat.instance = options.instance;
  heartbeat.daemon_version = options.version;
  heartbeat.time = Iso8601(parts.clock.WallNow());
  heartbeat.interval_seconds = Seconds(options.interval);
  heartbeat.ending = ending;
  if (const auto spread = measures.spread()) AddSpread(*spread, heartbeat);
  heartbeat.model = measures.model();
  if (heartbeat.model && !heartbeat.model->why.empty()) {
    heartbeat.problems.push_back(
        Format("model '{}': {}", heartbeat.model->model, heartbeat.model->why));
  }
  return heartbeat;
}

void Herald::State::AnnounceSources(const Heartbeat& heartbeat) {
  auto before = std::exchange(announced, {});
  for (const SourceBeat& source : heartbeat.sources) {
    std::vector<std::string>& told = announced[source.name];
    const auto known = before.extract(source.name);
    if (!known.empty()) {
      told = std::move(known.mapped());
      continue;
    }
    for (const Announcement& announcement : AnnounceSource(heartbeat, source.name, options.picture,
                                                           subjects, options.home_assistant)) {
      Say(announcement.subject, announcement.json);
      told.push_back(announcement.subject);
    }
  }
  // Taken back: it is watched no longer.
  for (const auto& [source, told] : before) {
    for (const std::string& subject : told) Say(subject, "");
  }
}

void Herald::State::Announce(const Heartbeat& heartbeat) {
  bool again = false;
  {
    const std::lock_guard guard(mutex);
    again = std::exchange(announce, false);
    if (again) {
      for (const auto& [source, picture] : pictures) new_pictures.insert(source);
    }
  }
  if (options.home_assistant.empty()) return;
  if (again) {
    // Those that are gone meanwhile are taken back.
    for (const SourceBeat& source : heartbeat.sources) announced.erase(source.name);
    for (const Announcement& announcement :
         AnnounceDaemon(heartbeat, subjects, options.home_assistant)) {
      Say(announcement.subject, announcement.json);
    }
  }
  AnnounceSources(heartbeat);
}

void Herald::State::SayPictures() {
  std::map<std::string, std::string> to_say;
  {
    const std::lock_guard guard(mutex);
    for (const std::string& source : std::exchange(new_pictures, {})) {
      to_say[source] = pictures[source];
    }
  }
  for (const auto& [source, picture] : to_say) {
    LeaveOut(broker->Publish(subjects.Picture(source), picture));
  }
}

void Herald::State::ForgetOthersThan(const std::vector<SourceBeat>& sources) {
  std::set<std::string> names;
  for (const SourceBeat& source : sources) names.insert(source.name);
  const auto is_gone = [&](const auto& of_source) { return !names.contains(of_source.first); };
  const std::lock_guard guard(mutex);
  std::erase_if(unusual, is_gone);
  std::erase_if(pictures, is_gone);
  std::erase_if(new_pictures, [&](const std::string& name) { return !names.contains(name); });
}

void Herald::State::Beat(bool ending) {
  const Heartbeat heartbeat = Measured(ending);
  ForgetOthersThan(heartbeat.sources);
  fleet.Take(HeardOf(heartbeat));
  if (!broker->status().connected) {
    const std::lock_guard guard(mutex);
    ++left_out;
    return;
  }
  Announce(heartbeat);
  Say(subjects.Status(), JsonOf(heartbeat));
  for (const SourceBeat& source : heartbeat.sources) {
    Say(subjects.Source(source.name), JsonOf(source));
  }
  SayPictures();
}

void Herald::State::Loop() {
  std::unique_lock guard(mutex);
  while (!silent) {
    soon = false;
    guard.unlock();
    Beat(false);
    guard.lock();
    changed.wait_for(guard, kLeastBetween, [this] { return silent; });
    changed.wait_for(guard, options.interval - kLeastBetween, [this] { return silent || soon; });
  }
  guard.unlock();
  Beat(true);
  (void)broker->Flush(kLastFlush);
  guard.lock();
  ended = true;
  changed.notify_all();
}

void Herald::Listen() {
  const std::weak_ptr<State> weak = state_;
  state_->broker->Subscribe(state_->subjects.StatusOfAny(), [weak](std::string_view bytes) {
    if (const auto state = weak.lock()) state->OnHeartbeat(bytes);
  });
  if (state_->options.home_assistant.empty()) return;
  state_->broker->Subscribe(HomeAssistantStatus(state_->options.home_assistant),
                            [weak](std::string_view bytes) {
                              if (const auto state = weak.lock()) state->OnHomeAssistant(bytes);
                            });
}

Result<std::unique_ptr<Herald>> Herald::Start(const config::Config& config, Parts parts) {
  if (!config.has_broker()) return std::unique_ptr<Herald>();
  const config::Broker& broker = config.broker();
  HYPNOS_ASSIGN_OR_RETURN(const std::string name, NameAtBroker(broker));
  HYPNOS_ASSIGN_OR_RETURN(BrokerOptions connection,
                          BrokerOptionsOf(broker, "hypnosd " + name, parts.files));
  auto lock = FolderLock::Take(broker.folder(), "broker.folder");
  if (!lock.ok() && lock.error().reason == "FOLDER_IN_USE") return lock.error();

  // Shares nothing with what is learned: when to try again may hang on the clock.
  Rng rng(static_cast<uint64_t>(parts.clock.WallNow().time_since_epoch().count()) +
          static_cast<uint64_t>(getpid()));
  const std::string shown = Printable(MaskedUrl(connection.url));
  HeraldOptions options = {.name = name,
                           .prefix = broker.prefix(),
                           .host = HostName(),
                           .instance = Format("{:016x}", rng()),
                           .version = parts.version,
                           .interval = FromSeconds(broker.interval_seconds()),
                           .at_least = static_cast<NoticeSeverity>(broker.severity()),
                           .picture = broker.picture(),
                           .home_assistant = ""};
  static_assert(static_cast<int>(NoticeSeverity::kWarning) == config::Broker::WARNING);
  static_assert(static_cast<int>(NoticeSeverity::kAlarm) == config::Broker::ALARM);
  if (broker.has_home_assistant()) {
    options.home_assistant = broker.home_assistant().discovery_prefix();
  }
  auto state = std::make_shared<State>(std::move(options), parts);
  if (lock.ok()) state->lock = *std::move(lock);
  const std::weak_ptr<State> weak = state;
  state->broker = std::make_shared<Broker>(
      shown,
      Broker::Parts{
          .clock = parts.clock,
          .connector = NewNatsConnector(std::move(connection)),
          .rng = rng.Fork("broker"),
          .connected =
              [weak] {
                if (const auto self = weak.lock()) self->OnConnected();
              },
          .changed = [events = parts.events,
                      shown](const BrokerStatus& now) { TellState(events, shown, now); },
          // A mean waits for all; events can wait.
          .longest_retry = config.has_replicas() ? kLongestRetryOfReplicas : Backoff::kLongest});
  state->courier = std::make_unique<Courier>(
      CourierOptions{.title = "broker", .shown_receiver = shown, .folder = broker.folder()},
      Courier::Parts{.files = parts.files,
                     .clock = parts.clock,
                     .carrier = NewEventCarrier(state->broker, state->subjects),
                     .rng = rng.Fork("courier"),
                     .changed = {}});
  std::unique_ptr<Herald> herald(new Herald(std::move(state)));
  herald->Listen();
  herald->state_->following = parts.events->Follow(
      [of = herald->state_.get()](const Event& event, const std::string& picture) {
        of->Tell(event, picture);
      });
  herald->state_->broker->Start();
  log::Info("broker {}: this daemon is called {} there", shown, name);
  return herald;
}

// After Stop there is nothing left to be waited for.
Herald::~Herald() {
  state_->parts.events->Unfollow(state_->following);
  (void)FallSilent();
  const Instant now = state_->parts.clock.Now();
  (void)state_->courier->Stop(now, now + kPatienceOfTheForgetful);
  (void)state_->broker->Stop(now + kPatienceOfTheForgetful);
}

void Herald::SetListener(std::function<void(const Heartbeat&)> listener) {
  const std::lock_guard guard(state_->listener_mutex);
  state_->listener = std::move(listener);
}

std::unique_ptr<Store> Herald::SharedStore() const {
  // A name of a store has no dots.
  std::string name = state_->options.prefix + "_models";
  std::ranges::replace(name, '.', '_');
  return state_->broker->StoreNamed(std::move(name));
}

const std::string& Herald::name() const { return state_->options.name; }

void Herald::Speak(Measures measures) {
  state_->measures = std::move(measures);
  state_->thread = std::thread([state = state_] { state->Loop(); });
}

bool Herald::FallSilent() {
  State& state = *state_;
  // What ends within moments has still something to say.
  state.broker->AwaitFirstTry(kToFinish);
  if (!state.thread.joinable()) return true;
  std::unique_lock guard(state.mutex);
  state.silent = true;
  state.changed.notify_all();
  const bool ended = state.changed.wait_for(guard, kToFinish, [&] { return state.ended; });
  guard.unlock();
  if (ended) {
    state.thread.join();
  } else {
    log::Warning("broker: saying how the daemon is doing hangs, and is left behind");
    state.thread.detach();
  }
  return ended;
}

bool Herald::Stop() {
  const Instant now = state_->parts.clock.Now();
  const bool delivered = state_->courier->Stop(now + kToFinish, now + kToEnd);
  const bool closed = state_->broker->Stop(now + kToEnd);
  if (delivered && closed) return true;
  log::Warning("the broker hangs and is left behind");
  return false;
}

MeasuredBroker Herald::Measure() const {
  MeasuredBroker measured = {.broker = state_->broker->status(),
                             .events = state_->courier->status()};
  const std::lock_guard guard(state_->mutex);
  measured.left_out = state_->left_out;
  measured.not_understood = state_->not_understood;
  return measured;
}

Result<control::ListFleetResponse> Herald::ListFleet(
    const control::ListFleetRequest& request) const {
  HYPNOS_ASSIGN_OR_RETURN(control::ListFleetResponse response,
                          FleetOf(state_->fleet.Members(), state_->options.name, request));
  const BrokerStatus status = state_->broker->status();
  response.set_connected(status.connected);
  response.set_why(status.why);
  return response;
}

Result<control::Response> AnswerFleet(const Herald* herald,
                                      const control::ListFleetRequest& request) {
  if (herald == nullptr) {
    return Error{Code::kFailedPrecondition, "NO_BROKER",
                 "the configuration has no broker, so that nobody else is known of"};
  }
  control::Response response;
  HYPNOS_ASSIGN_OR_RETURN(*response.mutable_list_fleet(), herald->ListFleet(request));
  return response;
}

}  // namespace hypnos
