#include <nats/nats.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/nats_store.h"
#include "cluster/nats_words.h"
#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/guarded.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/cluster/link.h"

namespace hypnos {
namespace {

// Of a subscription, that wait to be handled.
constexpr int kMostPending = 1000;
constexpr int kMostPendingBytes = 256 << 20;
constexpr int kMostPingsOut = 2;
constexpr int64_t kLargest = int64_t{1} << 30;
constexpr Duration kPatienceWithLibrary = std::chrono::seconds(2);

struct FreeOptions {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};
using Options = std::unique_ptr<natsOptions, FreeOptions>;

int64_t Milliseconds(Duration duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration).count();
}

// "Permissions Violation for Publish to ...", in the broker's words. The
// subject, which is in quotes, may say anything.
bool IsOfPublishing(std::string_view words) {
  words = words.substr(0, words.find('"'));
  return words.find("Publish") != std::string_view::npos ||
         words.find("publish") != std::string_view::npos;
}

std::string LastWords(natsConnection* connection) {
  const char* words = nullptr;
  const natsStatus status = natsConnection_GetLastError(connection, &words);
  return SentenceOf(status, words == nullptr ? "" : words);
}

// What callbacks of the library refer to. It holds itself until the last of them has come, as the
// library may call after a connection has been destroyed.
struct Callbacks {
  LinkEvents events;
  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;
  bool ending = false;    // by this side
  int subscriptions = 0;  // whose handlers may be called
  std::shared_ptr<Callbacks> self;
};

void OnClosed(natsConnection* connection, void* closure) {
  auto* callbacks = static_cast<Callbacks*>(closure);
  const std::string why = LastWords(connection);
  std::shared_ptr<Callbacks> last;
  {
    const std::lock_guard lock(callbacks->mutex);
    if (!callbacks->ending && callbacks->events.lost) callbacks->events.lost(why);
    callbacks->closed = true;
    last = std::move(callbacks->self);
    callbacks->changed.notify_all();
  }
}

void OnError(natsConnection* connection, natsSubscription* subscription, natsStatus status,
             void* closure) {
  auto* callbacks = static_cast<Callbacks*>(closure);
  const std::string words = LastWords(connection);
  const std::lock_guard lock(callbacks->mutex);
  if (callbacks->ending) return;
  if (status == NATS_SLOW_CONSUMER || subscription != nullptr) {
    log::Debug("broker: {}", Printable(words));
  } else if (status != NATS_NOT_PERMITTED) {
    return;
  } else if (!IsOfPublishing(words)) {
    if (callbacks->events.refused) callbacks->events.refused(words);
  } else if (callbacks->events.lost) {
    // What it takes nothing from is no use.
    callbacks->events.lost(words);
  }
}

// What a subscription refers to, until the library has called for the last time.
struct Subscriber {
  Link::Handler handler;
  std::shared_ptr<Callbacks> callbacks;
};

void OnMessage(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  const auto& handler = static_cast<Subscriber*>(closure)->handler;
  const Status handled = Guarded([&]() -> Status {
    handler({natsMsg_GetData(message), static_cast<size_t>(natsMsg_GetDataLength(message))});
    return {};
  });
  if (!handled.ok()) log::Debug("broker: {}", Printable(handled.error().message));
  natsMsg_Destroy(message);
}

void OnLastMessage(void* closure) {
  const std::unique_ptr<Subscriber> last(static_cast<Subscriber*>(closure));
  const std::lock_guard lock(last->callbacks->mutex);
  --last->callbacks->subscriptions;
  last->callbacks->changed.notify_all();
}

class NatsLink final : public Link {
 public:
  NatsLink(natsConnection* connection, std::shared_ptr<Callbacks> callbacks)
      : connection_(connection), callbacks_(std::move(callbacks)) {}

  ~NatsLink() override {
    {
      const std::lock_guard lock(callbacks_->mutex);
      callbacks_->ending = true;
    }
    stores_.clear();
    for (natsSubscription* subscription : subscriptions_) natsSubscription_Destroy(subscription);
    natsConnection_Close(connection_);
    std::unique_lock lock(callbacks_->mutex);
    callbacks_->changed.wait_for(lock, kPatienceWithLibrary, [this] {
      return callbacks_->closed && callbacks_->subscriptions == 0;
    });
    lock.unlock();
    natsConnection_Destroy(connection_);
  }

  Status Publish(const std::string& subject, std::string_view bytes) override {
    if (bytes.size() > most_bytes()) {
      return Error{Code::kInvalidArgument, "TOO_LARGE",
                   Format("a message of {} bytes to {} is longer than the {} that the broker takes",
                          bytes.size(), subject, most_bytes())};
    }
    return StatusOf(natsConnection_Publish(connection_, subject.c_str(), bytes.data(),
                                           static_cast<int>(bytes.size())),
                    "NOT_CONNECTED");
  }

  Status Flush(Duration longest) override {
    HYPNOS_RETURN_IF_ERROR(
        StatusOf(natsConnection_FlushTimeout(connection_, Milliseconds(longest)), "NO_ANSWER"));
    // The broker answers although it has taken nothing.
    const char* words = nullptr;
    const natsStatus status = natsConnection_GetLastError(connection_, &words);
    if (status != NATS_NOT_PERMITTED || !IsOfPublishing(words == nullptr ? "" : words)) return {};
    return Error{Code::kUnavailable, "NOT_PERMITTED", SentenceOf(status, words)};
  }

  Status Subscribe(const std::string& subject, Handler handler) override {
    auto kept = std::make_unique<Subscriber>(
        Subscriber{.handler = std::move(handler), .callbacks = callbacks_});
    natsSubscription* subscription = nullptr;
    const natsStatus subscribed = natsConnection_Subscribe(&subscription, connection_,
                                                           subject.c_str(), &OnMessage, kept.get());
    if (subscribed != NATS_OK) return StatusOf(subscribed, "NOT_CONNECTED");
    subscriptions_.push_back(subscription);
    (void)natsSubscription_SetPendingLimits(subscription, kMostPending, kMostPendingBytes);
    // From here on the library may be in the middle of it.
    Subscriber* const shared = kept.release();
    const std::lock_guard lock(callbacks_->mutex);
    Status watched = StatusOf(
        natsSubscription_SetOnCompleteCB(subscription, &OnLastMessage, shared), "NOT_CONNECTED");
    if (watched.ok()) ++callbacks_->subscriptions;
    return watched;
  }

  Store* StoreNamed(const std::string& name) override {
    const std::lock_guard lock(stores_mutex_);
    std::unique_ptr<NatsStore>& store = stores_[name];
    if (store == nullptr) store = std::make_unique<NatsStore>(connection_, name);
    return store.get();
  }

  size_t most_bytes() const override {
    const int64_t most = natsConnection_GetMaxPayload(connection_);
    return most <= 0 ? 0 : static_cast<size_t>(std::min<int64_t>(most, kLargest));
  }

 private:
  static Status StatusOf(natsStatus status, const char* reason) {
    if (status == NATS_OK) return {};
    return Error{Code::kUnavailable, reason, SentenceOf(status, "")};
  }

  natsConnection* const connection_;
  const std::shared_ptr<Callbacks> callbacks_;
  std::vector<natsSubscription*> subscriptions_;
  std::mutex stores_mutex_;
  std::map<std::string, std::unique_ptr<NatsStore>> stores_;
};

class NatsConnector final : public Connector {
 public:
  explicit NatsConnector(BrokerOptions options) : options_(std::move(options)) {}

  Result<std::unique_ptr<Link>> Connect(LinkEvents events) override {
    natsOptions* made = nullptr;
    HYPNOS_CHECK(natsOptions_Create(&made) == NATS_OK);
    const Options options(made);
    HYPNOS_RETURN_IF_ERROR(SetAll(made));
    auto callbacks = std::make_shared<Callbacks>();
    callbacks->events = std::move(events);
    HYPNOS_CHECK(natsOptions_SetClosedCB(made, &OnClosed, callbacks.get()) == NATS_OK);
    HYPNOS_CHECK(natsOptions_SetErrorHandler(made, &OnError, callbacks.get()) == NATS_OK);
    // Before the library knows of it, and so may call.
    callbacks->self = callbacks;
    natsConnection* connection = nullptr;
    const natsStatus status = natsConnection_Connect(&connection, made);
    if (status == NATS_OK) return std::unique_ptr<Link>(new NatsLink(connection, callbacks));
    callbacks->self.reset();
    return ErrorOf(status, LastWordsOfThread());
  }

 private:
  // Again for each connection: files may have changed.
  Status SetAll(natsOptions* options) const {
    const auto set = [](natsStatus status, const char* what) -> Status {
      if (status == NATS_OK) return {};
      return Error{Code::kFailedPrecondition, "WRONG_OPTIONS",
                   Format("{} cannot be used: {}", what, SentenceOf(status, LastWordsOfThread()))};
    };
    HYPNOS_RETURN_IF_ERROR(set(natsOptions_SetURL(options, options_.url.c_str()), "its URL"));
    HYPNOS_RETURN_IF_ERROR(set(natsOptions_SetName(options, options_.client.c_str()), "its name"));
    // Coming back is the broker's (broker.h), who says why it cannot.
    natsOptions_SetAllowReconnect(options, false);
    natsOptions_SetTimeout(options, Milliseconds(options_.timeout));
    natsOptions_SetWriteDeadline(options, Milliseconds(options_.timeout));
    natsOptions_SetPingInterval(options, Milliseconds(options_.ping_interval));
    natsOptions_SetMaxPingsOut(options, kMostPingsOut);
    if (!options_.credentials_file.empty()) {
      HYPNOS_RETURN_IF_ERROR(set(natsOptions_SetUserCredentialsFromFiles(
                                     options, options_.credentials_file.c_str(), nullptr),
                                 "credentials_file"));
    }
    // Also where the URL does not ask for TLS: a server may insist on it.
    const std::string host = HostOf(options_.url);
    HYPNOS_RETURN_IF_ERROR(
        set(natsOptions_SetExpectedHostname(options, host.c_str()), "the host's name"));
    return IsSecure() ? SetTls(options, set) : Status();
  }

  template <class Set>
  Status SetTls(natsOptions* options, const Set& set) const {
    HYPNOS_RETURN_IF_ERROR(set(natsOptions_SetSecure(options, true), "TLS"));
    if (!options_.ca_file.empty()) {
      HYPNOS_RETURN_IF_ERROR(
          set(natsOptions_LoadCATrustedCertificates(options, options_.ca_file.c_str()), "ca_file"));
    }
    if (options_.certificate_file.empty()) return {};
    return set(natsOptions_LoadCertificatesChain(options, options_.certificate_file.c_str(),
                                                 options_.key_file.c_str()),
               "certificate_file with key_file");
  }

  bool IsSecure() const {
    return options_.url.starts_with("tls://") || !options_.ca_file.empty() ||
           !options_.certificate_file.empty();
  }

  static std::string LastWordsOfThread() {
    natsStatus status = NATS_OK;
    const char* words = nats_GetLastError(&status);
    return words == nullptr || status == NATS_OK ? "" : words;
  }

  const BrokerOptions options_;
};

}  // namespace

bool HasNats() { return true; }

std::unique_ptr<Connector> NewNatsConnector(BrokerOptions options) {
  return std::make_unique<NatsConnector>(std::move(options));
}

}  // namespace hypnos
