// A broker that is connected to for as long as this lives: where the connection is lost, or cannot
// be made, that is tried again after 1 to 60 s, or less. Nothing of it ever waits for it but who
// says so.
//
//   connect -> (lost) -> wait -> connect ...
//
// A thread of its own connects; where it hangs in a look-up or the library, Stop leaves it behind
// with what it needs. Threads: safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/base/rng.h"
#include "hypnos/cluster/link.h"

namespace hypnos {

struct BrokerStatus {
  bool connected = false;
  // How often it was connected to.
  uint64_t connections = 0;
  uint64_t published = 0;
  uint64_t published_bytes = 0;
  // Why it is not connected, in a sentence; empty: it is, or was not tried yet.
  std::string why;
};

class Broker {
 public:
  // `connected`: each time that it is. `changed`: called when it cannot be connected to, once until
  // it is again, and then. Both on the thread of the broker; may be empty. `clock` outlives it and,
  // where Stop says false, everything.
  struct Parts {
    const Clock& clock;
    std::unique_ptr<Connector> connector;
    Rng rng;
    std::function<void()> connected;
    std::function<void(const BrokerStatus&)> changed;
    Duration first_retry = std::chrono::seconds(1);
    Duration longest_retry = std::chrono::seconds(60);
    // A connection that is lost sooner did not work: a broker may let in whom it then takes nothing
    // from.
    Duration probation = std::chrono::seconds(1);
  };
  // `name`: for the log, in which no secret may stand.
  Broker(std::string name, Parts parts);
  // As Stop, which should have come before.
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // Over all connections. Before Start. See Link::Handler.
  void Subscribe(std::string subject, Link::Handler handler);
  void Start();

  // Until it has been tried to connect for the first time, and the handler `connected` has returned
  // if that worked: what ends within moments could say nothing otherwise. After Start.
  void AwaitFirstTry(Duration longest) const;

  // As those of Link; kUnavailable, reason NOT_CONNECTED, at once where there is no connection.
  Status Publish(const std::string& subject, std::string_view bytes);
  Status Flush(Duration longest);
  // The longest message that it takes; 0 where there is no connection.
  size_t most_bytes() const;

  // What it keeps under this name: see Link::StoreNamed. Its calls are kUnavailable at once where
  // there is no connection. It may outlive the broker.
  std::unique_ptr<Store> StoreNamed(std::string name) const;

  // Interrupts what may be. False: by `end_by` the thread had not ended, and is left behind.
  bool Stop(Instant end_by);

  BrokerStatus status() const;

 private:
  struct State;
  class ItsStore;
  std::shared_ptr<State> state_;
};

}  // namespace hypnos
