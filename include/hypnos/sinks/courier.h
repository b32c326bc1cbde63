// Delivers texts by a carrier, each at least once and in their order. What cannot be delivered
// waits (Outbox) and is tried again, after 1 to 60 s, or as long as who answers asks for, up to an
// hour. What is refused for what it is is dropped, as trying again would hold up all others for
// nothing. Where three in a row were not delivered, for either reason, that is told. Who offers
// never waits. A thread of its own writes and sends; where it hangs in a disk or a library, Stop
// leaves it behind with what it needs. Threads: safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "hypnos/base/rng.h"
#include "hypnos/sinks/outbox.h"

namespace hypnos {

// What became of one try.
struct Delivery {
  enum class Outcome { kDelivered, kRefused, kTryAgain };
  Outcome outcome = Outcome::kDelivered;
  // Where it was not delivered: "it answers 503".
  std::string why = {};
  // kTryAgain: not before that.
  std::optional<Duration> retry_after = std::nullopt;
};

class Carrier {
 public:
  virtual ~Carrier() = default;
  // May take long, but gives up soon once `stop` is set. An error is tried again, but for
  // kCancelled, which says that it was stopped.
  virtual Result<Delivery> Carry(const std::string& body, const std::atomic<bool>& stop) = 0;
};

struct CourierOptions {
  // "webhook phone", as the log has it.
  std::string title;
  // To whom: "https://host/***".
  std::string shown_receiver = {};
  std::string folder = {};
  OutboxLimits limits = {};
  Duration first_retry = std::chrono::seconds(1);
};

struct CourierStatus {
  uint64_t delivered = 0;
  // Tries that failed.
  uint64_t failed = 0;
  // Never to be delivered: they made room, or were refused.
  uint64_t dropped = 0;
  uint64_t waiting = 0;
  // Why the last one was not delivered, in a sentence; empty: it was.
  std::string error;
};

class Courier {
 public:
  // `changed`: called when three tries in a row did not deliver, and when one does again, on the
  // thread of the courier; may be empty. `files` and `clock` outlive it and, where Stop says false,
  // everything.
  struct Parts {
    FileSystem& files;
    const Clock& clock;
    std::unique_ptr<Carrier> carrier;
    Rng rng;
    std::function<void(const CourierStatus&)> changed;
  };
  Courier(CourierOptions options, Parts parts);
  // As Stop, which should have come before.
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // An object of JSON. Of what comes faster than the disk takes it the oldest are dropped.
  void Offer(std::string body);
  // What waits is tried at once: there is reason to hope.
  void TryNow();

  // It ends once nothing waits, or what waits was tried in vain.
  void Finish();
  // Waits until `finish_by` for that; then gives up the try under way, puts what was offered into
  // the outbox, and ends. False: by `end_by` it had not, and is left behind.
  bool Stop(Instant finish_by, Instant end_by);

  CourierStatus status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace hypnos
