#include "hypnos/sinks/courier.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "hypnos/base/backoff.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// Offered, and not yet in the outbox.
constexpr size_t kMostOffered = 1000;
constexpr Duration kLongestAskedFor = std::chrono::hours(1);
constexpr Duration kPatienceOfTheForgetful = std::chrono::seconds(2);
// One that fails now and then is not worth a word.
constexpr int kBeforeTold = 3;

}  // namespace

// All that the thread needs, so that it can be left behind.
struct Courier::State {
  State(CourierOptions given, Parts with)
      : options(std::move(given)),
        parts(std::move(with)),
        backoff(parts.rng, options.first_retry),
        outbox(parts.files, options.folder, options.limits) {}

  void Loop();
  // With `lock` held, which is let go of meanwhile.
  void Store(std::unique_lock<std::mutex>& lock);
  void Send(std::unique_lock<std::mutex>& lock);
  void NoteStored(const Status& stored);
  void NoteRemoved(const Status& removed) const;
  void Settle(const Result<Delivery>& delivery, std::unique_lock<std::mutex>& lock);
  void TellIfChanged(std::unique_lock<std::mutex>& lock);
  void TryLater(std::string why, std::optional<Duration> asked);
  void BeDone(const Delivery& delivery, std::unique_lock<std::mutex>& lock);
  void Count();

  const CourierOptions options;
  Parts parts;
  std::thread thread;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> offered;  // bodies
  CourierStatus status;
  uint64_t refused = 0;
  uint64_t overrun = 0;
  std::optional<Instant> not_before;
  Backoff backoff;
  bool hurry = false;  // TryNow came during a try
  bool finishing = false;
  bool ended = false;
  std::atomic<bool> stop = false;

  // The thread's own.
  Outbox outbox;
  bool disk_works = true;
  int undelivered = 0;  // tries in a row
  bool told = false;    // of that
};

void Courier::State::NoteStored(const Status& stored) {
  const bool worked = std::exchange(disk_works, stored.ok());
  if (stored.ok() || !worked) return;
  log::Warning("{}: {}; what waits is in memory only until that works again", options.title,
               Printable(stored.error().message));
}

void Courier::State::NoteRemoved(const Status& removed) const {
  if (removed.ok()) return;
  log::Warning("{}: {}; what was delivered may be delivered once more", options.title,
               Printable(removed.error().message));
}

// What outbox and counts say.
void Courier::State::Count() {
  status.waiting = outbox.waiting();
  status.dropped = outbox.dropped() + refused + overrun;
}

void Courier::State::Store(std::unique_lock<std::mutex>& lock) {
  while (!offered.empty()) {
    std::string body = std::move(offered.front());
    offered.pop_front();
    lock.unlock();
    NoteStored(outbox.Put(std::move(body)));
    lock.lock();
    Count();
  }
}

void Courier::State::Send(std::unique_lock<std::mutex>& lock) {
  hurry = false;
  lock.unlock();
  const auto delivery = parts.carrier->Carry(outbox.front(), stop);
  lock.lock();
  Settle(delivery, lock);
}

void Courier::State::TryLater(std::string why, std::optional<Duration> asked) {
  ++status.failed;
  ++undelivered;
  status.error = std::move(why);
  if (hurry) return;
  const Duration wait = backoff.Next();
  not_before = parts.clock.Now() + std::max(wait, std::min(asked.value_or(wait), kLongestAskedFor));
}

// Delivered, or refused for what it is.
void Courier::State::BeDone(const Delivery& delivery, std::unique_lock<std::mutex>& lock) {
  const bool delivered = delivery.outcome == Delivery::Outcome::kDelivered;
  lock.unlock();
  if (!delivered) {
    log::Warning("{}: {} refuses a notice ({}), which is dropped", options.title,
                 options.shown_receiver, Printable(delivery.why));
  }
  NoteRemoved(outbox.PopFront());
  lock.lock();
  backoff.Reset();
  delivered ? ++status.delivered : ++refused;
  undelivered = delivered ? 0 : undelivered + 1;
  status.error = delivered ? "" : delivery.why + ", and so refuses what it is told";
  Count();
}

void Courier::State::Settle(const Result<Delivery>& delivery, std::unique_lock<std::mutex>& lock) {
  if (!delivery.ok()) {
    if (delivery.error().code == Code::kCancelled) return;
    TryLater(delivery.error().message, std::nullopt);
  } else if (delivery->outcome == Delivery::Outcome::kTryAgain) {
    TryLater(delivery->why, delivery->retry_after);
  } else {
    BeDone(*delivery, lock);
  }
  TellIfChanged(lock);
}

void Courier::State::TellIfChanged(std::unique_lock<std::mutex>& lock) {
  const bool changes = told ? undelivered == 0 : undelivered >= kBeforeTold;
  if (!changes || !parts.changed) return;
  told = !told;
  const CourierStatus now = status;
  lock.unlock();
  parts.changed(now);
  lock.lock();
}

void Courier::State::Loop() {
  NoteStored(outbox.Open());
  std::unique_lock lock(mutex);
  Count();
  while (true) {
    Store(lock);
    if (stop) break;
    const Instant now = parts.clock.Now();
    if (!outbox.empty() && (!not_before || now >= *not_before)) {
      not_before.reset();
      Send(lock);
      continue;
    }
    if (finishing) break;
    const auto woken = [this] {
      return stop || finishing || !offered.empty() || (!outbox.empty() && !not_before);
    };
    if (outbox.empty()) {
      changed.wait(lock, woken);
    } else {
      changed.wait_for(lock, *not_before - now, woken);
    }
  }
  ended = true;
  changed.notify_all();
}

Courier::Courier(CourierOptions options, Parts parts)
    : state_(std::make_shared<State>(std::move(options), std::move(parts))) {
  state_->thread = std::thread([state = state_] { state->Loop(); });
}

Courier::~Courier() {
  if (!state_->thread.joinable()) return;
  const Instant now = state_->parts.clock.Now();
  (void)Stop(now, now + kPatienceOfTheForgetful);
}

void Courier::Offer(std::string body) {
  const std::lock_guard lock(state_->mutex);
  state_->offered.push_back(std::move(body));
  if (state_->offered.size() > kMostOffered) {
    state_->offered.pop_front();
    ++state_->overrun;
    ++state_->status.dropped;
  }
  state_->changed.notify_all();
}

void Courier::TryNow() {
  const std::lock_guard lock(state_->mutex);
  state_->not_before.reset();
  state_->backoff.Reset();
  state_->hurry = true;
  state_->changed.notify_all();
}

void Courier::Finish() {
  const std::lock_guard lock(state_->mutex);
  state_->finishing = true;
  state_->changed.notify_all();
}

bool Courier::Stop(Instant finish_by, Instant end_by) {
  Finish();
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  const auto ends_by = [&](Instant moment) {
    return state.changed.wait_for(lock, moment - state.parts.clock.Now(),
                                  [&] { return state.ended; });
  };
  if (!ends_by(finish_by)) {
    state.stop = true;
    state.changed.notify_all();
  }
  const bool ended = ends_by(end_by);
  lock.unlock();
  if (!state.thread.joinable()) return ended;
  if (ended) {
    state.thread.join();
  } else {
    state.thread.detach();
  }
  return ended;
}

CourierStatus Courier::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

}  // namespace hypnos
