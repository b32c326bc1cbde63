// One connection to a broker, until it is lost. What the library says is translated here, once.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/cluster/store.h"

namespace hypnos {

struct BrokerOptions {
  // nats:// or tls://.
  std::string url;
  // As the broker lists its clients.
  std::string client = {};
  std::string credentials_file = {};
  // PEM. Any of them: TLS, whatever the URL begins with.
  std::string ca_file = {};
  std::string certificate_file = {};
  std::string key_file = {};
  // To connect; for the system to take what is written.
  Duration timeout = std::chrono::seconds(5);
  // A broker that answers nothing for between two and three times as long is lost.
  Duration ping_interval = std::chrono::seconds(10);
};

// Called on threads of the library, and until the link has been destroyed.
struct LinkEvents {
  // Once. A sentence: why.
  std::function<void(const std::string& why)> lost;
  // It does not let this daemon listen to a subject: a sentence. The link goes on.
  std::function<void(const std::string& why)> refused;
};

// Threads: safe.
class Link {
 public:
  // On a thread of the library, one message of a subscription after the other. What comes while
  // a thousand wait is lost.
  using Handler = std::function<void(std::string_view bytes)>;

  virtual ~Link() = default;

  // Into memory, as a rule; where the broker takes nothing it waits for `timeout` at most.
  // kUnavailable, reason NOT_CONNECTED; kInvalidArgument, reason TOO_LARGE.
  virtual Status Publish(const std::string& subject, std::string_view bytes) = 0;
  // Until the broker has all that was published. kUnavailable, reason NO_ANSWER or NOT_CONNECTED.
  virtual Status Flush(Duration longest) = 0;
  virtual Status Subscribe(const std::string& subject, Handler handler) = 0;
  // The longest message that it takes.
  virtual size_t most_bytes() const = 0;
  // What the broker keeps under this name (letters, digits, '-' and '_'), which is made where there
  // is nothing yet. It lives as long as the link. Null: this one keeps nothing.
  virtual Store* StoreNamed(const std::string& /*name*/) { return nullptr; }
};

class Connector {
 public:
  virtual ~Connector() = default;
  // Blocks, for as long as the look-up of a name and `timeout`. kUnavailable, reason NO_ANSWER;
  // kUnauthenticated, reason LOGIN_REFUSED; kFailedPrecondition, reason TLS or WRONG_OPTIONS.
  virtual Result<std::unique_ptr<Link>> Connect(LinkEvents events) = 0;
};

// Whether this build has NATS.
bool HasNats();

// By cnats. Null where this build has none.
std::unique_ptr<Connector> NewNatsConnector(BrokerOptions options);

}  // namespace hypnos
