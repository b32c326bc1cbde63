#include "hypnos/sinks/webhook.h"

#include <algorithm>
#include <array>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/sinks/signature.h"

namespace hypnos {
namespace {

using Outcome = Delivery::Outcome;

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

class WebhookCarrier final : public Carrier {
 public:
  WebhookCarrier(WebhookOptions options, std::unique_ptr<HttpPoster> poster, const Clock& clock)
      : options_(std::move(options)), poster_(std::move(poster)), clock_(clock) {}

  Result<Delivery> Carry(const std::string& body, const std::atomic<bool>& stop) override {
    HYPNOS_ASSIGN_OR_RETURN(const HttpResponse response, poster_->Post(RequestOf(body), stop));
    return Delivery{.outcome = OutcomeOf(response.status),
                    .why = SentenceOf(response.status),
                    .retry_after = response.retry_after};
  }

 private:
  HttpRequest RequestOf(const std::string& body) const {
    HttpRequest request = {.url = options_.url,
                           .headers = {"Content-Type: application/json", "User-Agent: hypnos",
                                       // Sent at once, and not after being asked for.
                                       "Expect:"},
                           .body = body};
    const int64_t timestamp =
        std::chrono::floor<std::chrono::seconds>(clock_.WallNow()).time_since_epoch().count();
    request.headers.push_back(Format("X-Hypnos-Timestamp: {}", timestamp));
    if (!options_.secret.empty()) {
      request.headers.push_back(
          Format("X-Hypnos-Signature: sha256={}", SignatureOf(options_.secret, timestamp, body)));
    }
    return request;
  }

  const WebhookOptions options_;
  const std::unique_ptr<HttpPoster> poster_;
  const Clock& clock_;
};

CourierOptions CourierOptionsOf(const WebhookOptions& options) {
  return {.title = Format("webhook {}", options.name),
          .shown_receiver = options.shown_url,
          .folder = options.folder,
          .limits = options.limits,
          .first_retry = options.first_retry};
}

}  // namespace

bool IsFor(const WebhookOptions& options, const Notice& notice) {
  const bool wanted =
      options.kinds.empty() ? notice.severity >= options.at_least : Has(options.kinds, notice.kind);
  return wanted && Has(options.sources, notice.source);
}

Webhook::Webhook(WebhookOptions options, Parts parts)
    : options_(std::move(options)),
      courier_(CourierOptionsOf(options_), {.files = parts.files,
                                            .clock = parts.clock,
                                            .carrier = std::make_unique<WebhookCarrier>(
                                                options_, std::move(parts.poster), parts.clock),
                                            .rng = parts.rng,
                                            .changed = std::move(parts.changed)}) {}

void Webhook::Offer(const Notice& notice) {
  if (!IsFor(options_, notice)) return;
  Notice told = notice;
  if (!options_.picture) told.picture.clear();
  courier_.Offer(JsonOf(told, options_.host));
}

}  // namespace hypnos
