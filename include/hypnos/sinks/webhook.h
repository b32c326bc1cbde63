// Delivers notices to a URL, as a courier does: a POST with a JSON object, signed where there is a
// secret. 2xx is delivered; of the other answers those that say something against this very notice
// (400, 406, 413, 414, 415, 422, 431) refuse it; anything else is tried again.
//   Content-Type: application/json
//   X-Hypnos-Timestamp: 1769860800
//   X-Hypnos-Signature: sha256=<SignatureOf(secret, timestamp, body)>
// Threads: safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/rng.h"
#include "hypnos/sinks/courier.h"
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

using WebhookStatus = CourierStatus;

class Webhook {
 public:
  // As those of a courier.
  struct Parts {
    FileSystem& files;
    const Clock& clock;
    std::unique_ptr<HttpPoster> poster;
    Rng rng;
    std::function<void(const WebhookStatus&)> changed;
  };
  Webhook(WebhookOptions options, Parts parts);

  // Whatever IsFor says. Of what comes faster than the disk takes it the oldest are dropped.
  void Offer(const Notice& notice);

  // See Courier.
  void Finish() { courier_.Finish(); }
  bool Stop(Instant finish_by, Instant end_by) { return courier_.Stop(finish_by, end_by); }
  WebhookStatus status() const { return courier_.status(); }

  const std::string& name() const { return options_.name; }

 private:
  const WebhookOptions options_;
  Courier courier_;
};

}  // namespace hypnos
