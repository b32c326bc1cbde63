#include "daemon/spread.h"

#include <unistd.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "daemon/broker_options.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/base/rng.h"
#include "hypnos/base/url.h"
#include "hypnos/cluster/layer_post.h"
#include "hypnos/cluster/subjects.h"

namespace hypnos {
namespace {

using control::Event;

constexpr Duration kToEnd = std::chrono::seconds(4);
// A line that is back is used again within seconds: a network goes on without a layer until then.
constexpr Duration kPingEvery = std::chrono::seconds(5);
constexpr Duration kLongestRetry = std::chrono::seconds(4);

Duration Seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Event::Kind KindOf(LayerNews::Kind kind) {
  switch (kind) {
    case LayerNews::Kind::kSeated:
      return Event::LAYER_PLACED;
    case LayerNews::Kind::kLost:
      return Event::LAYER_LOST;
    case LayerNews::Kind::kRefused:
      return Event::LAYER_REFUSED;
  }
  return Event::LAYER_REFUSED;
}

}  // namespace

struct Spread::State {
  struct Seat {
    Seat(std::shared_ptr<Broker> broker, LayerSeatOptions given, const std::string& subject,
         const Clock& clock, std::function<void(const LayerNews&)> told)
        : options(std::move(given)),
          post(std::move(broker), subject),
          seat(options, post.mail(), clock, std::move(told)) {}
    const LayerSeatOptions options;
    LayerPost post;
    LayerSeat seat;
  };
  struct Host {
    Host(std::shared_ptr<Broker> broker, LayerHostOptions given, const std::string& subject,
         const Clock& clock, std::shared_ptr<Workers> workers,
         std::function<void(const LayerNews&)> told)
        : options(std::move(given)),
          post(std::move(broker), subject),
          executor(NewExecutor(std::move(workers))),
          host(options, post.mail(), clock, *executor, std::move(told)) {}
    const LayerHostOptions options;
    LayerPost post;
    const std::unique_ptr<Executor> executor;
    LayerHost host;
  };

  explicit State(Parts with) : parts(std::move(with)) {}

  void AddSeats(const config::Config& config, const std::string& instance);
  void AddHosts(const config::Config& config, const std::string& name, const std::string& instance);
  auto Told() const {
    return [events = parts.events](const LayerNews& news) {
      Tell(events, KindOf(news.kind), "", news.sentence);
    };
  }

  const Parts parts;
  std::shared_ptr<Broker> broker;
  size_t layers = 0;  // of this daemon's network
  std::deque<Seat> seats;
  std::deque<Host> hosts;
};

void Spread::State::AddSeats(const config::Config& config, const std::string& instance) {
  const config::Spread& spread = config.spread();
  layers = static_cast<size_t>(config.network().layers_size());
  const auto host_wait = std::make_shared<HostWait>(Seconds(spread.host_within_seconds()));
  for (const uint32_t layer : spread.layers()) {
    const auto subject = [&](const char* to) {
      return LayerSubject(config.broker().prefix(), spread.network(), layer, to);
    };
    Seat& made = seats.emplace_back(
        broker,
        LayerSeatOptions{.network = spread.network(),
                         .layer = layer,
                         .instance = instance,
                         .lossless = spread.mode() == config::Spread::LOSSLESS,
                         .bfloat16 = spread.activities() == config::Spread::BF16,
                         .late_after = Seconds(spread.late_after_milliseconds() / 1000),
                         .lost_after = Seconds(spread.lost_after_seconds()),
                         .host_wait = host_wait},
        subject("to_host"), parts.clock, Told());
    broker->Subscribe(subject("to_head"),
                      [seat = &made.seat](std::string_view parcel) { seat->Receive(parcel); });
  }
}

void Spread::State::AddHosts(const config::Config& config, const std::string& name,
                             const std::string& instance) {
  const auto workers = std::make_shared<Workers>(static_cast<int>(config.pipeline().threads()));
  for (const config::HostedLayers& hosted : config.hosts()) {
    for (const uint32_t layer : hosted.layers()) {
      const auto subject = [&](const char* to) {
        return LayerSubject(config.broker().prefix(), hosted.network(), layer, to);
      };
      Host& made = hosts.emplace_back(
          broker,
          LayerHostOptions{
              .network = hosted.network(), .layer = layer, .name = name, .instance = instance},
          subject("to_head"), parts.clock, workers, Told());
      broker->Subscribe(subject("to_host"),
                        [host = &made.host](std::string_view parcel) { host->Receive(parcel); });
    }
  }
}

Result<std::unique_ptr<Spread>> Spread::Start(const config::Config& config, Parts parts) {
  if (!config.has_spread() && config.hosts().empty()) return std::unique_ptr<Spread>();
  HYPNOS_ASSIGN_OR_RETURN(const std::string name, NameAtBroker(config.broker()));
  HYPNOS_ASSIGN_OR_RETURN(
      BrokerOptions connection,
      BrokerOptionsOf(config.broker(), "hypnosd " + name + " layers", parts.files));
  connection.ping_interval = kPingEvery;
  const std::string shown = Printable(MaskedUrl(connection.url));
  auto state = std::make_shared<State>(std::move(parts));
  // Two daemons, or two starts of one, must not be taken for each other.
  Rng rng(static_cast<uint64_t>(state->parts.clock.WallNow().time_since_epoch().count()) +
          (static_cast<uint64_t>(::getpid()) << 40));
  const std::string instance = Format("{:016x}", rng());
  state->broker = std::make_shared<Broker>(
      shown + ", for layers", Broker::Parts{.clock = state->parts.clock,
                                            .connector = NewNatsConnector(std::move(connection)),
                                            .rng = rng.Fork("broker"),
                                            .connected = {},
                                            .changed = {},
                                            .longest_retry = kLongestRetry});
  if (config.has_spread()) state->AddSeats(config, instance);
  state->AddHosts(config, name, instance);
  state->broker->Start();
  for (State::Host& host : state->hosts) host.host.Start();
  return std::unique_ptr<Spread>(new Spread(std::move(state)));
}

Spread::~Spread() { (void)Stop(); }

std::vector<RemoteLayer*> Spread::remote_layers() const {
  std::vector<RemoteLayer*> remotes(state_->layers, nullptr);
  for (State::Seat& seat : state_->seats) remotes[seat.options.layer - 1] = &seat.seat;
  return remotes;
}

bool Spread::hosts() const { return !state_->hosts.empty(); }

void Spread::GiveUp() {
  for (State::Seat& seat : state_->seats) seat.seat.GiveUp();
}

bool Spread::Stop() {
  // Not before the library calls nobody any more, with a step that is still computed.
  if (state_->broker->Stop(state_->parts.clock.Now() + kToEnd)) return true;
  log::Warning("the broker hangs, in what layers say to each other, and is left behind");
  // Its thread may still call: never destroyed.
  (void)new std::shared_ptr<State>(state_);
  return false;
}

MeasuredSpread Spread::Measure() const {
  MeasuredSpread measured;
  for (const State::Seat& seat : state_->seats) {
    measured.elsewhere.push_back({seat.options.network, seat.options.layer, seat.seat.status()});
  }
  for (const State::Host& host : state_->hosts) {
    measured.here.push_back({host.options.network, host.options.layer, host.host.status()});
  }
  return measured;
}

}  // namespace hypnos
