// One POST at a time, and what became of it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"

namespace hypnos {

struct HttpRequest {
  std::string url;
  // "Content-Type: application/json"
  std::vector<std::string> headers;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  // As its Retry-After asks, six hours at most; none: it does not.
  std::optional<Duration> retry_after;
};

class HttpPoster {
 public:
  virtual ~HttpPoster() = default;
  // Any answer is one, also "500 Internal Server Error". Errors: kUnavailable, reason NO_ANSWER,
  // where there was none in time, none at all or no trust in who gave it; kCancelled once `stop` is
  // set.
  virtual Result<HttpResponse> Post(const HttpRequest& request, const std::atomic<bool>& stop) = 0;
};

struct HttpOptions {
  // From the name being looked up to the last byte of the answer.
  Duration timeout = std::chrono::seconds(10);
  // PEM; empty: those that the system trusts.
  std::string ca_file;
};

// By libcurl: http and https only; redirects are not followed, as what is sent is meant for nobody
// else; proxies are those of the environment. Of the answer nothing is kept but its status.
// Threads: thread-compatible.
std::unique_ptr<HttpPoster> NewHttpPoster(HttpOptions options);

}  // namespace hypnos
