#include "hypnos/cluster/broker.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "hypnos/base/backoff.h"
#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr Duration kPatienceOfTheForgetful = std::chrono::seconds(2);

Error NotConnected(const std::string& why) {
  return Error{Code::kUnavailable, "NOT_CONNECTED", why.empty() ? "it is not connected yet" : why};
}

}  // namespace

// All that the thread needs, so that it can be left behind.
struct Broker::State : std::enable_shared_from_this<State> {
  State(std::string known_as, Parts with)
      : name(std::move(known_as)),
        parts(std::move(with)),
        backoff(parts.rng, parts.first_retry, parts.longest_retry) {}

  void Loop();
  void HoldOneConnection(std::unique_lock<std::mutex>& lock);
  Result<std::shared_ptr<Link>> Connect();
  // Those with `lock` held let go of it meanwhile.
  void NoteFailure(const std::string& why, std::unique_lock<std::mutex>& lock);
  void NoteConnected(std::unique_lock<std::mutex>& lock);
  void NoteTried();
  void TellThatItWorks(std::unique_lock<std::mutex>& lock);
  void WaitBeforeTheNext(std::unique_lock<std::mutex>& lock);
  std::shared_ptr<Link> link_now(std::string* why) const;
  // What each handler holds that a link has, until the link will not call it any more.
  std::shared_ptr<void> Counted();

  const std::string name;
  Parts parts;
  std::vector<std::pair<std::string, Link::Handler>> subscriptions;
  std::thread thread;

  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::shared_ptr<Link> link;
  size_t most_bytes = 0;  // that the link takes; 0: there is none
  size_t handlers = 0;    // that a link has, those that were lost, too
  BrokerStatus status;
  // Of which connection it is told, and of which that it was lost.
  uint64_t number = 0;
  uint64_t lost_number = 0;
  std::string lost_why;
  bool stop = false;
  bool ended = false;
  bool tried = false;

  // The thread's own.
  Backoff backoff;
  bool told = false;  // that it cannot be connected to
};

Result<std::shared_ptr<Link>> Broker::State::Connect() {
  uint64_t own = 0;
  {
    const std::lock_guard lock(mutex);
    own = ++number;
  }
  const std::weak_ptr<State> weak = weak_from_this();
  LinkEvents events;
  events.lost = [weak, own](const std::string& why) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    const std::lock_guard lock(self->mutex);
    self->lost_number = own;
    self->lost_why = why;
    self->changed.notify_all();
  };
  events.refused = [title = name](const std::string& why) {
    log::Warning("broker {}: {}; the rest goes on", title, Printable(why));
  };
  HYPNOS_ASSIGN_OR_RETURN(std::shared_ptr<Link> made, parts.connector->Connect(std::move(events)));
  for (const auto& [subject, handler] : subscriptions) {
    HYPNOS_RETURN_IF_ERROR(made->Subscribe(
        subject,
        [handler = handler, counted = Counted()](std::string_view bytes) { handler(bytes); }));
  }
  return made;
}

void Broker::State::NoteFailure(const std::string& why, std::unique_lock<std::mutex>& lock) {
  status.why = why;
  if (std::exchange(told, true) || !parts.changed) return;
  const BrokerStatus now = status;
  lock.unlock();
  parts.changed(now);
  lock.lock();
}

void Broker::State::NoteTried() {
  tried = true;
  changed.notify_all();
}

void Broker::State::NoteConnected(std::unique_lock<std::mutex>& lock) {
  ++status.connections;
  status.connected = true;
  status.why.clear();
  lock.unlock();
  log::Info("broker {}: connected", name);
  if (parts.connected) parts.connected();
  lock.lock();
}

void Broker::State::TellThatItWorks(std::unique_lock<std::mutex>& lock) {
  if (!std::exchange(told, false) || !parts.changed) return;
  const BrokerStatus now = status;
  lock.unlock();
  parts.changed(now);
  lock.lock();
}

void Broker::State::HoldOneConnection(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  auto made = Connect();
  lock.lock();
  if (!made.ok()) {
    NoteFailure(made.error().message, lock);
    return NoteTried();
  }
  link = *std::move(made);
  most_bytes = link->most_bytes();
  const Instant since = parts.clock.Now();
  NoteConnected(lock);
  NoteTried();
  const auto over = [this] { return stop || lost_number == number; };
  const bool useless = changed.wait_for(lock, parts.probation, over);
  if (!useless) {
    TellThatItWorks(lock);
    changed.wait(lock, over);
  }
  // One that is made and lost at once is not asked at once again.
  if (parts.clock.Now() - since > parts.longest_retry) backoff.Reset();
  status.connected = false;
  // Closing may wait for the library.
  std::shared_ptr<Link> last = std::exchange(link, nullptr);
  most_bytes = 0;
  const std::string why = lost_why;
  const bool lost = !stop;
  lock.unlock();
  last.reset();
  if (lost) log::Info("broker {}: the connection is lost: {}", name, Printable(why));
  lock.lock();
  if (!lost) return;
  status.why = why;
  if (useless) NoteFailure(why, lock);
}

void Broker::State::WaitBeforeTheNext(std::unique_lock<std::mutex>& lock) {
  changed.wait_for(lock, backoff.Next(), [this] { return stop; });
}

void Broker::State::Loop() {
  std::unique_lock lock(mutex);
  while (!stop) {
    HoldOneConnection(lock);
    WaitBeforeTheNext(lock);
  }
  // A library that is in the middle of a handler goes on with it after its link was closed.
  changed.wait(lock, [this] { return handlers == 0; });
  ended = true;
  changed.notify_all();
}

std::shared_ptr<void> Broker::State::Counted() {
  {
    const std::lock_guard lock(mutex);
    ++handlers;
  }
  // The last one may go when everybody else has left this behind.
  return {nullptr, [self = shared_from_this()](void*) {
            const std::lock_guard lock(self->mutex);
            --self->handlers;
            self->changed.notify_all();
          }};
}

std::shared_ptr<Link> Broker::State::link_now(std::string* why) const {
  const std::lock_guard lock(mutex);
  *why = status.why;
  return link;
}

Broker::Broker(std::string name, Parts parts)
    : state_(std::make_shared<State>(std::move(name), std::move(parts))) {}

Broker::~Broker() {
  if (!state_->thread.joinable()) return;
  (void)Stop(state_->parts.clock.Now() + kPatienceOfTheForgetful);
}

void Broker::Subscribe(std::string subject, Link::Handler handler) {
  HYPNOS_CHECK(!state_->thread.joinable());
  state_->subscriptions.emplace_back(std::move(subject), std::move(handler));
}

void Broker::Start() {
  state_->thread = std::thread([state = state_] { state->Loop(); });
}

void Broker::AwaitFirstTry(Duration longest) const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, longest, [this] { return state_->tried || state_->ended; });
}

Status Broker::Publish(const std::string& subject, std::string_view bytes) {
  std::string why;
  const auto link = state_->link_now(&why);
  if (link == nullptr) return NotConnected(why);
  HYPNOS_RETURN_IF_ERROR(link->Publish(subject, bytes));
  const std::lock_guard lock(state_->mutex);
  ++state_->status.published;
  state_->status.published_bytes += bytes.size();
  return {};
}

Status Broker::Flush(Duration longest) {
  std::string why;
  const auto link = state_->link_now(&why);
  return link == nullptr ? NotConnected(why) : link->Flush(longest);
}

// Not the link's: who handles a message asks, and must not be the last one to hold the link that
// waits for him.
size_t Broker::most_bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->most_bytes;
}

// Of whatever connection there is at the moment.
class Broker::ItsStore final : public Store {
 public:
  ItsStore(std::shared_ptr<State> broker, std::string name)
      : broker_(std::move(broker)), name_(std::move(name)) {}

  Result<std::optional<Entry>> Get(const std::string& key) override {
    HYPNOS_ASSIGN_OR_RETURN(const Now now, Find());
    return now.store->Get(key);
  }
  Status Put(const std::string& key, std::string_view bytes) override {
    HYPNOS_ASSIGN_OR_RETURN(const Now now, Find());
    return now.store->Put(key, bytes);
  }
  Result<bool> Replace(const std::string& key, std::string_view bytes, uint64_t revision) override {
    HYPNOS_ASSIGN_OR_RETURN(const Now now, Find());
    return now.store->Replace(key, bytes, revision);
  }
  size_t most_bytes() const override {
    const auto now = Find();
    return now.ok() ? now->store->most_bytes() : 0;
  }

 private:
  struct Now {
    std::shared_ptr<Link> link;
    Store* store = nullptr;
  };
  Result<Now> Find() const {
    std::string why;
    Now now{broker_->link_now(&why), nullptr};
    if (now.link == nullptr) return NotConnected(why);
    now.store = now.link->StoreNamed(name_);
    if (now.store != nullptr) return now;
    return Error{Code::kUnavailable, "NO_STORE", "the broker keeps nothing"};
  }

  const std::shared_ptr<State> broker_;
  const std::string name_;
};

std::unique_ptr<Store> Broker::StoreNamed(std::string name) const {
  return std::make_unique<ItsStore>(state_, std::move(name));
}

bool Broker::Stop(Instant end_by) {
  State& state = *state_;
  if (!state.thread.joinable()) return true;
  std::unique_lock lock(state.mutex);
  state.stop = true;
  state.changed.notify_all();
  const bool ended =
      state.changed.wait_for(lock, end_by - state.parts.clock.Now(), [&] { return state.ended; });
  lock.unlock();
  if (ended) {
    state.thread.join();
  } else {
    state.thread.detach();
  }
  return ended;
}

BrokerStatus Broker::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

}  // namespace hypnos
