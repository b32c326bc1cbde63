// Delivers notices to a URL, each at least once and in their order: a POST with a JSON object,
// signed where there is a secret. What cannot be delivered waits (Outbox) and is tried again, after
// 1 to 60 s, or as long as who answers asks for, up to an hour. 2xx is delivered; of the others
// those that say something against this very notice (400, 406, 413, 414, 415, 422, 431) drop it, as
// trying again would hold up all others for nothing; anything else is tried again. Where three in a
// row were not delivered, for either reason, that is told.
//   Content-Type: application/json
//   X-Hypnos-Timestamp: 1769860800
//   X-Hypnos-Signature: sha256=<SignatureOf(secret, timestamp, body)>
// Who offers never waits. A thread of its own writes and sends; where it hangs in a disk or a
// library, Stop leaves it behind with what it needs. Threads: safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/rng.h"
#include "hypnos/sinks/http_post.h"
#include "hypnos/sinks/notice.h"
#include "hypnos/sinks/outbox.h"

namespace hypnos {

struct WebhookOptions {
  std::string name;
  std::string url;
  // Shown instead of the URL, which may hold a secret.
  std::string shown_url = {};
  std::string secret = {};  // empty: not signed
  // As notices have it.
  std::string host = {};
  // It is for notices that are at least so severe, or, where kinds are named, for those alone; and
  // of these sources, of any where none is named.
  NoticeSeverity at_least = NoticeSeverity::kWarning;
  std::vector<std::string> kinds = {};
  std::vector<std::string> sources = {};
  bool picture = false;  // told, where there is one
  std::string folder = {};
  OutboxLimits limits = {};
  Duration first_retry = std::chrono::seconds(1);
};

bool IsFor(const WebhookOptions& options, const Notice& notice);

struct WebhookStatus {
  uint64_t delivered = 0;
  // Tries that failed.
  uint64_t failed = 0;
  // Never to be delivered: they made room, or were refused.
  uint64_t dropped = 0;
  uint64_t waiting = 0;
  // Why the last one was not delivered, in a sentence; empty: it was.
  std::string error;
};

class Webhook {
 public:
  // `changed`: called when three tries in a row did not deliver, and when one does again, on the
  // thread of the webhook; may be empty. `files` and `clock` outlive it and, where Stop says false,
  // everything.
  struct Parts {
    FileSystem& files;
    const Clock& clock;
    std::unique_ptr<HttpPoster> poster;
    Rng rng;
    std::function<void(const WebhookStatus&)> changed;
  };
  Webhook(WebhookOptions options, Parts parts);
  // As Stop, which should have come before.
  ~Webhook();
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;

  // Whatever IsFor says. Of what comes faster than the disk takes it the oldest are dropped.
  void Offer(const Notice& notice);

  // It ends once nothing waits, or what waits was tried in vain.
  void Finish();
  // Waits until `finish_by` for that; then gives up the try under way, puts what was offered into
  // the outbox, and ends. False: by `end_by` it had not, and is left behind.
  bool Stop(Instant finish_by, Instant end_by);

  const std::string& name() const;
  WebhookStatus status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace hypnos
