#include "hypnos/sinks/webhook.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "hypnos/base/backoff.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/sinks/signature.h"

namespace hypnos {
namespace {

// Offered, and not yet in the outbox.
constexpr size_t kMostOffered = 1000;
constexpr Duration kLongestAskedFor = std::chrono::hours(1);
constexpr Duration kPatienceOfTheForgetful = std::chrono::seconds(2);
// One that fails now and then is not worth a word.
constexpr int kBeforeTold = 3;

enum class Outcome { kDelivered, kRefused, kTryAgain };

Outcome OutcomeOf(int status) {
  constexpr std::array kAgainstTheNotice = {400, 406, 413, 414, 415, 422, 431};
  if (status >= 200 && status < 300) return Outcome::kDelivered;
  return std::ranges::find(kAgainstTheNotice, status) != kAgainstTheNotice.end()
             ? Outcome::kRefused
             : Outcome::kTryAgain;
}

std::string SentenceOf(int status) {
  const bool redirects = status >= 300 && status < 400;
  return redirects ? Format(
                         "it answers {}, a redirect, which is not followed: give the URL it "
                         "leads to",
                         status)
                   : Format("it answers {}", status);
}

bool Has(const std::vector<std::string>& any, const std::string& word) {
  return any.empty() || std::ranges::find(any, word) != any.end();
}

}  // namespace

bool IsFor(const WebhookOptions& options, const Notice& notice) {
  const bool wanted =
      options.kinds.empty() ? notice.severity >= options.at_least : Has(options.kinds, notice.kind);
  return wanted && Has(options.sources, notice.source);
}

// All that the thread needs, so that it can be left behind.
struct Webhook::State {
  State(WebhookOptions webhook, Parts with)
      : options(std::move(webhook)),
        parts(std::move(with)),
        outbox(parts.files, options.folder, options.limits),
        backoff(parts.rng, options.first_retry) {}

  void Loop();
  // With `lock` held, which is let go of meanwhile.
  void Store(std::unique_lock<std::mutex>& lock);
  void Send(std::unique_lock<std::mutex>& lock);
  void NoteStored(const Status& stored);
  void NoteRemoved(const Status& removed) const;
  HttpRequest RequestOf(const std::string& body) const;
  void Settle(const Result<HttpResponse>& response, std::unique_lock<std::mutex>& lock);
  void TellIfChanged(std::unique_lock<std::mutex>& lock);
  void TryLater(std::string why, std::optional<Duration> asked);
  void BeDone(int answer, std::unique_lock<std::mutex>& lock);
  void Count();

  const WebhookOptions options;
  Parts parts;
  std::thread thread;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> offered;  // bodies
  WebhookStatus status;
  uint64_t refused = 0;
  uint64_t overrun = 0;
  bool finishing = false;
  bool ended = false;
  std::atomic<bool> stop = false;

  // The thread's own.
  Outbox outbox;
  Backoff backoff;
  std::optional<Instant> not_before;
  bool disk_works = true;
  int undelivered = 0;  // tries in a row
  bool told = false;    // of that
};

void Webhook::State::NoteStored(const Status& stored) {
  const bool worked = std::exchange(disk_works, stored.ok());
  if (stored.ok() || !worked) return;
  log::Warning("webhook {}: {}; what waits is in memory only until that works again", options.name,
               Printable(stored.error().message));
}

void Webhook::State::NoteRemoved(const Status& removed) const {
  if (removed.ok()) return;
  log::Warning("webhook {}: {}; what was delivered may be delivered once more", options.name,
               Printable(removed.error().message));
}

// What outbox and counts say.
void Webhook::State::Count() {
  status.waiting = outbox.waiting();
  status.dropped = outbox.dropped() + refused + overrun;
}

HttpRequest Webhook::State::RequestOf(const std::string& body) const {
  HttpRequest request = {.url = options.url,
                         .headers = {"Content-Type: application/json", "User-Agent: hypnos",
                                     // Sent at once, and not after being asked for.
                                     "Expect:"},
                         .body = body};
  const int64_t timestamp =
      std::chrono::floor<std::chrono::seconds>(parts.clock.WallNow()).time_since_epoch().count();
  request.headers.push_back(Format("X-Hypnos-Timestamp: {}", timestamp));
  if (!options.secret.empty()) {
    request.headers.push_back(
        Format("X-Hypnos-Signature: sha256={}", SignatureOf(options.secret, timestamp, body)));
  }
  return request;
}

void Webhook::State::Store(std::unique_lock<std::mutex>& lock) {
  while (!offered.empty()) {
    std::string body = std::move(offered.front());
    offered.pop_front();
    lock.unlock();
    NoteStored(outbox.Put(std::move(body)));
    lock.lock();
    Count();
  }
}

void Webhook::State::Send(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const auto response = parts.poster->Post(RequestOf(outbox.front()), stop);
  lock.lock();
  Settle(response, lock);
}

void Webhook::State::TryLater(std::string why, std::optional<Duration> asked) {
  ++status.failed;
  ++undelivered;
  status.error = std::move(why);
  const Duration wait = backoff.Next();
  not_before = parts.clock.Now() + std::max(wait, std::min(asked.value_or(wait), kLongestAskedFor));
}

// Delivered, or refused for what it is.
void Webhook::State::BeDone(int answer, std::unique_lock<std::mutex>& lock) {
  const bool delivered = OutcomeOf(answer) == Outcome::kDelivered;
  lock.unlock();
  if (!delivered) {
    log::Warning("webhook {}: {} refuses a notice ({}), which is dropped", options.name,
                 options.shown_url, answer);
  }
  NoteRemoved(outbox.PopFront());
  lock.lock();
  backoff.Reset();
  delivered ? ++status.delivered : ++refused;
  undelivered = delivered ? 0 : undelivered + 1;
  status.error = delivered ? "" : SentenceOf(answer) + ", and so refuses what it is told";
  Count();
}

void Webhook::State::Settle(const Result<HttpResponse>& response,
                            std::unique_lock<std::mutex>& lock) {
  if (!response.ok()) {
    if (response.error().code == Code::kCancelled) return;
    TryLater(response.error().message, std::nullopt);
  } else if (OutcomeOf(response->status) == Outcome::kTryAgain) {
    TryLater(SentenceOf(response->status), response->retry_after);
  } else {
    BeDone(response->status, lock);
  }
  TellIfChanged(lock);
}

void Webhook::State::TellIfChanged(std::unique_lock<std::mutex>& lock) {
  const bool changes = told ? undelivered == 0 : undelivered >= kBeforeTold;
  if (!changes || !parts.changed) return;
  told = !told;
  const WebhookStatus now = status;
  lock.unlock();
  parts.changed(now);
  lock.lock();
}

void Webhook::State::Loop() {
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
    const auto woken = [this] { return stop || finishing || !offered.empty(); };
    if (outbox.empty()) {
      changed.wait(lock, woken);
    } else {
      changed.wait_for(lock, *not_before - now, woken);
    }
  }
  ended = true;
  changed.notify_all();
}

Webhook::Webhook(WebhookOptions options, Parts parts)
    : state_(std::make_shared<State>(std::move(options), std::move(parts))) {
  state_->thread = std::thread([state = state_] { state->Loop(); });
}

Webhook::~Webhook() {
  if (!state_->thread.joinable()) return;
  const Instant now = state_->parts.clock.Now();
  (void)Stop(now, now + kPatienceOfTheForgetful);
}

void Webhook::Offer(const Notice& notice) {
  if (!IsFor(state_->options, notice)) return;
  Notice told = notice;
  if (!state_->options.picture) told.picture.clear();
  std::string body = JsonOf(told, state_->options.host);
  const std::lock_guard lock(state_->mutex);
  state_->offered.push_back(std::move(body));
  if (state_->offered.size() > kMostOffered) {
    state_->offered.pop_front();
    ++state_->overrun;
    ++state_->status.dropped;
  }
  state_->changed.notify_all();
}

void Webhook::Finish() {
  const std::lock_guard lock(state_->mutex);
  state_->finishing = true;
  state_->changed.notify_all();
}

bool Webhook::Stop(Instant finish_by, Instant end_by) {
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

const std::string& Webhook::name() const { return state_->options.name; }

WebhookStatus Webhook::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

}  // namespace hypnos
