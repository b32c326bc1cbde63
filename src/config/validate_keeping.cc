#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/checker.h"
#include "config/validate_parts.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "hypnos/base/url.h"
#include "proto/control.pb.h"

namespace hypnos::config {
namespace {

// As they are written here.
std::vector<std::string> EventKinds() {
  std::vector<std::string> kinds = ValuesOf(*hypnos::control::Event::Kind_descriptor());
  // Webhooks are not told of webhooks.
  std::erase_if(kinds, [](const std::string& kind) {
    return kind == "kind_unspecified" || kind.starts_with("webhook_");
  });
  return kinds;
}

class KeepingCheck final : public Checker {
 public:
  using Checker::Checker;

  void Check(const Config& config) {
    CheckRecord(config.record(), config.checkpoint().folder());
    CheckHistory(config);
    CheckWebhooks(config.notify());
    CheckPictures(config);
  }

 private:
  void CheckWebhooks(const Notify& notify) {
    if (notify.webhooks_size() > 0 && notify.folder().empty()) {
      Complain("notify.folder", "what waits needs a folder");
    }
    const std::vector<std::string> kinds = EventKinds();
    for (int i = 0; i < notify.webhooks_size(); ++i) {
      const Webhook& webhook = notify.webhooks(i);
      const std::string here = Join("notify.webhooks", i);
      CheckWebhookName(notify, i);
      CheckWebhookUrl(webhook, here);
      for (int k = 0; k < webhook.kinds_size(); ++k) {
        const std::string path = Join(Join(here, "kinds"), k);
        const std::string& kind = webhook.kinds(k);
        if (std::ranges::find(kinds, kind) != kinds.end()) continue;
        Complain(path, Format("'{}' is no kind of event{}", Shown(kind), Suggestion(kind, kinds)));
      }
    }
  }

  // It becomes the name of a folder.
  void CheckWebhookName(const Notify& notify, int index) {
    constexpr size_t kLongest = 64;
    const std::string& name = notify.webhooks(index).name();
    const std::string here = Join(Join("notify.webhooks", index), "name");
    if (!notify.webhooks(index).has_name() || !Known({here})) return;
    const bool is_plain = std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.';
    });
    if (name.empty() || name.front() == '.' || name.size() > kLongest || !is_plain) {
      Complain(here, Format("'{}' is no name for a folder: up to {} letters, digits, '-', '_' and "
                            "'.', which must not be the first",
                            Shown(name), kLongest));
    }
    for (int i = 0; i < index; ++i) {
      if (notify.webhooks(i).name() != name) continue;
      Complain(here, Format("the name '{}' is already taken", Shown(name)));
      return;
    }
  }

  void CheckWebhookUrl(const Webhook& webhook, const std::string& path) {
    const std::string url = Join(path, "url"), file = Join(path, "url_file");
    if (!Known({url, file})) return;
    if (webhook.url().empty() == webhook.url_file().empty()) {
      Complain(path, "give either url or url_file");
    } else if (!webhook.url().empty() && !HasWebScheme(webhook.url())) {
      Complain(url, "it begins neither with http:// nor with https://");
    }
  }

  // Of what nothing is told there are none.
  void CheckPictures(const Config& config) {
    const Notify& notify = config.notify();
    if (notify.has_events()) CheckEventFolder(config);
    if (config.novelty().enabled() || !Known({"novelty.enabled"})) return;
    const char* const sentence =
        "only what is unusual has a picture, and novelty.enabled is false: switch it on, or leave "
        "this out";
    if (notify.has_events()) Complain("notify.events", sentence);
    if (config.broker().picture() && Known({"broker.picture"})) {
      Complain("broker.picture", sentence);
    }
    for (int i = 0; i < notify.webhooks_size(); ++i) {
      const std::string here = Join(Join("notify.webhooks", i), "picture");
      if (notify.webhooks(i).picture() && Known({here})) Complain(here, sentence);
    }
  }

  void CheckEventFolder(const Config& config) {
    const std::string& folder = config.notify().events().folder();
    const std::string here = "notify.events.folder";
    if (!Known({here})) return;
    if (folder.empty()) {
      Complain(here, "what is kept needs a folder: name one, or leave notify.events out");
      return;
    }
    const auto also = [&](bool there, const char* what) {
      if (!there) return;
      Complain(here, Format("{} are kept there, too: name another folder for one of them", what));
    };
    also(config.checkpoint().folder() == folder, "checkpoints");
    also(config.record().enabled() && config.record().folder() == folder, "sessions");
    also(config.history().enabled() && config.history().folder() == folder, "months of history");
    const Notify& notify = config.notify();
    also(std::ranges::any_of(notify.webhooks(),
                             [&](const Webhook& webhook) {
                               return notify.folder() + "/" + webhook.name() == folder;
                             }),
         "events that wait for a webhook");
  }

  // By value and not by presence, as CheckGate.
  void CheckRecord(const Record& record, const std::string& checkpoint_folder) {
    const std::string folder = "record.folder", budget = "record.budget_megabytes";
    if (!Known({folder, budget, "record.segment_megabytes"})) return;
    if (!record.enabled() && record.folder() != Record::default_instance().folder()) {
      Complain(folder,
               "nothing is recorded there while record.enabled is false: switch it on, or "
               "leave this out");
    }
    if (record.enabled() && !checkpoint_folder.empty() && record.folder() == checkpoint_folder) {
      Complain(folder, "checkpoints are kept there, too: name another folder for one of them");
    }
    if (record.enabled() && record.folder().empty()) {
      Complain(folder, "what is recorded needs a folder: name one");
    }
    const uint64_t least = 2 * record.segment_megabytes();
    if (record.budget_megabytes() == 0 || record.budget_megabytes() >= least) return;
    Complain(budget, Format("{} megabytes are less than two files of record.segment_megabytes, "
                            "which take {}: the one that is written is never removed",
                            record.budget_megabytes(), least));
  }

  // By value and not by presence, as CheckGate.
  void CheckHistory(const Config& config) {
    const History& history = config.history();
    const std::string folder = "history.folder";
    if (!Known({folder, "history.enabled"}) || history.folder().empty()) return;
    if (!history.enabled()) {
      Complain(folder,
               "nothing is remembered there while history.enabled is false: switch it on, or leave "
               "this out");
    }
    const bool recorded = config.record().enabled() && config.record().folder() == history.folder();
    if (recorded || config.checkpoint().folder() == history.folder()) {
      Complain(folder, Format("{} are kept there, too: name another folder for one of them",
                              recorded ? "sessions" : "checkpoints"));
    }
  }
};

}  // namespace

void ValidateKeeping(const Config& config, const Places& places, Report* report) {
  KeepingCheck(places, report).Check(config);
}

}  // namespace hypnos::config
