#include "daemon/webhooks.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "daemon/named_file.h"
#include "daemon/notice_of.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/base/url.h"

namespace hypnos {
namespace {

namespace pb = config;

// For what waits to be delivered, and then for who does not answer to be left alone.
constexpr Duration kToFinish = std::chrono::seconds(2);
constexpr Duration kToEnd = std::chrono::seconds(4);

// Of a URL that is a secret. Where an '@' leaves open what is host and what is not: nothing.
std::string WithoutPath(const std::string& url) {
  const size_t host = url.find("://") + 3;
  const std::string scheme = url.substr(0, host);
  if (url.find('@') != std::string::npos) return scheme + "***";
  const size_t end = std::min(url.find_first_of("/?#", host), url.size());
  return Format("{}{}/***", scheme, url.substr(host, end - host));
}

std::string UpperOf(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

Result<WebhookOptions> OptionsOf(const pb::Webhook& webhook, const std::string& folder,
                                 FileSystem& files) {
  const std::string key = Format("notify.webhooks: '{}'", webhook.name());
  WebhookOptions options = {.name = webhook.name(),
                            .url = webhook.url(),
                            .shown_url = Printable(MaskedUrl(webhook.url())),
                            .host = HostName(),
                            .at_least = static_cast<NoticeSeverity>(webhook.severity()),
                            .sources = {webhook.sources().begin(), webhook.sources().end()},
                            .picture = webhook.picture(),
                            .folder = Format("{}/{}", folder, webhook.name())};
  static_assert(static_cast<int>(NoticeSeverity::kWarning) == pb::Webhook::WARNING);
  static_assert(static_cast<int>(NoticeSeverity::kAlarm) == pb::Webhook::ALARM);
  for (const std::string& kind : webhook.kinds()) options.kinds.push_back(UpperOf(kind));
  if (!webhook.url_file().empty()) {
    HYPNOS_ASSIGN_OR_RETURN(options.url, OnlyLineOf(files, webhook.url_file(), key + ", url_file"));
    if (!HasWebScheme(options.url)) {
      return Error{Code::kInvalidArgument, "CONFIG_INVALID",
                   Format("{}, url_file: what '{}' holds begins neither with http:// nor with "
                          "https://",
                          key, webhook.url_file())};
    }
    options.shown_url = Printable(WithoutPath(options.url));
  }
  if (!webhook.secret_file().empty()) {
    HYPNOS_ASSIGN_OR_RETURN(options.secret,
                            OnlyLineOf(files, webhook.secret_file(), key + ", secret_file"));
  }
  // Tried now: who mistypes a path should not learn of it when something has happened.
  HYPNOS_RETURN_IF_ERROR(CheckReadable(files, webhook.ca_file(), key + ", ca_file"));
  return options;
}

bool IsOfWebhooks(control::Event::Kind kind) {
  return kind == control::Event::WEBHOOK_FAILED || kind == control::Event::WEBHOOK_WORKS;
}

std::vector<std::string> FoldersOf(const pb::Notify& notify) {
  std::vector<std::string> folders;
  for (const pb::Webhook& webhook : notify.webhooks()) {
    folders.push_back(Format("{}/{}", notify.folder(), webhook.name()));
  }
  return folders;
}

void TellState(const SharedEvents& events, const WebhookOptions& options,
               const WebhookStatus& status) {
  const std::string who = Format("webhook {} ({})", options.name, options.shown_url);
  if (status.error.empty()) {
    return Tell(events, control::Event::WEBHOOK_WORKS, "", who + " can be delivered to again");
  }
  Tell(events, control::Event::WEBHOOK_FAILED, "",
       Format("{} cannot be delivered to: {}; it is tried again, and what it is to be told waits",
              who, Printable(status.error)));
}

}  // namespace

Result<std::unique_ptr<Webhooks>> Webhooks::Start(const config::Config& config, FileSystem& files,
                                                  const Clock& clock, const SharedEvents& events) {
  std::unique_ptr<Webhooks> webhooks(new Webhooks(clock, events));
  std::vector<WebhookOptions> all;
  for (const std::string& folder : FoldersOf(config.notify())) {
    auto lock = FolderLock::Take(folder, "notify.folder");
    if (lock.ok()) {
      webhooks->locks_.push_back(*std::move(lock));
    } else if (lock.error().reason == "FOLDER_IN_USE") {
      return lock.error();
    }
  }
  for (const pb::Webhook& webhook : config.notify().webhooks()) {
    HYPNOS_ASSIGN_OR_RETURN(WebhookOptions options,
                            OptionsOf(webhook, config.notify().folder(), files));
    all.push_back(std::move(options));
  }
  for (size_t i = 0; i < all.size(); ++i) {
    const pb::Webhook& webhook = config.notify().webhooks(static_cast<int>(i));
    HttpOptions http = {.timeout = FromSeconds(webhook.timeout_seconds()),
                        .ca_file = webhook.ca_file()};
    // Shares nothing with what is learned: when to try again may hang on the clock.
    const Rng rng(static_cast<uint64_t>(clock.WallNow().time_since_epoch().count()));
    webhooks->webhooks_.push_back(std::make_unique<Webhook>(
        all[i], Webhook::Parts{.files = files,
                               .clock = clock,
                               .poster = NewHttpPoster(std::move(http)),
                               .rng = rng.Fork(all[i].name),
                               .changed = [events, options = all[i]](const WebhookStatus& status) {
                                 TellState(events, options, status);
                               }}));
    log::Info("webhook {}: {}{}", all[i].name, all[i].shown_url,
              all[i].secret.empty() ? ", unsigned" : "");
  }
  if (!all.empty()) {
    webhooks->following_ = events->Follow(
        [of = webhooks.get()](const control::Event& event, const std::string& picture) {
          of->Tell(event, picture);
        });
  }
  return webhooks;
}

Webhooks::~Webhooks() { events_->Unfollow(following_); }

void Webhooks::Tell(const control::Event& event, const std::string& picture) {
  // Or one that fails every other time would be told so for ever.
  if (IsOfWebhooks(event.kind())) return;
  Notice notice = NoticeOf(event);
  notice.picture = picture;
  for (const auto& webhook : webhooks_) webhook->Offer(notice);
}

bool Webhooks::Stop() {
  const Instant now = clock_.Now();
  for (const auto& webhook : webhooks_) webhook->Finish();
  bool all = true;
  for (const auto& webhook : webhooks_) {
    if (webhook->Stop(now + kToFinish, now + kToEnd)) continue;
    all = false;
    log::Warning("webhook {} hangs and is left behind", webhook->name());
  }
  return all;
}

std::vector<MeasuredWebhook> Webhooks::Measure() const {
  std::vector<MeasuredWebhook> measured;
  for (const auto& webhook : webhooks_) {
    measured.push_back({.name = webhook->name(), .status = webhook->status()});
  }
  return measured;
}

}  // namespace hypnos
