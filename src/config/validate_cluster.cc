#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "config/checker.h"
#include "config/validate_parts.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "hypnos/base/subject.h"
#include "hypnos/base/url.h"

namespace hypnos::config {
namespace {

class ClusterCheck final : public Checker {
 public:
  using Checker::Checker;

  void Check(const Config& config) {
    CheckBroker(config);
    CheckSpread(config);
    CheckHosts(config);
    CheckReplicas(config);
  }

 private:
  void CheckBroker(const Config& config) {
    if (!config.has_broker()) return;
    const Broker& broker = config.broker();
    CheckBrokerUrl(broker);
    const auto check_word = [this](const std::string& path, const std::string& word) {
      if (!Known({path}) || IsSubjectWord(word)) return;
      Complain(path, Format("'{}' is no word: up to {} letters, digits, '-' and '_'", Shown(word),
                            kLongestSubjectWord));
    };
    if (!broker.name().empty()) check_word("broker.name", broker.name());
    if (broker.has_home_assistant()) {
      check_word("broker.home_assistant.discovery_prefix",
                 broker.home_assistant().discovery_prefix());
    }
    if (Known({"broker.prefix"}) && !IsSubjectPrefix(broker.prefix())) {
      Complain("broker.prefix", Format("'{}' is not up to {} words of letters, digits, '-' and '_' "
                                       "with dots between them",
                                       Shown(broker.prefix()), kMostSubjectWords));
    }
    if (Known({"broker.certificate_file", "broker.key_file"}) &&
        broker.certificate_file().empty() != broker.key_file().empty()) {
      Complain("broker", "give both certificate_file and key_file, or neither");
    }
    CheckBrokerFolder(config);
  }

  void CheckBrokerUrl(const Broker& broker) {
    if (!Known({"broker.url", "broker.url_file"})) return;
    if (broker.url().empty() == broker.url_file().empty()) {
      Complain("broker", "give either url or url_file");
    } else if (!broker.url().empty() && !HasBrokerScheme(broker.url())) {
      Complain("broker.url", "it begins neither with nats:// nor with tls://");
    }
  }

  void CheckBrokerFolder(const Config& config) {
    const std::string& folder = config.broker().folder();
    if (!Known({"broker.folder"})) return;
    if (folder.empty()) return Complain("broker.folder", "what waits needs a folder");
    const Notify& notify = config.notify();
    if (std::ranges::any_of(notify.webhooks(), [&](const Webhook& webhook) {
          return notify.folder() + "/" + webhook.name() == folder;
        })) {
      Complain("broker.folder",
               "events that wait for a webhook are kept there, too: name another folder");
    }
  }

  void CheckNetworkName(const std::string& path, const std::string& name) {
    if (!Known({path}) || IsSubjectWord(name)) return;
    Complain(path, Format("'{}' is no word: up to {} letters, digits, '-' and '_'", Shown(name),
                          kLongestSubjectWord));
  }

  void CheckSpread(const Config& config) {
    if (!config.has_spread()) return;
    const Spread& spread = config.spread();
    if (!config.has_broker()) {
      Complain("spread", "others are reached through a broker: give one");
    }
    if (config.share() == Config::NOTHING) {
      Complain("spread",
               "each source has a network of its own, as share is nothing, and one network "
               "can be spread: choose share: weights");
    }
    if (spread.mode() == Spread::LOSSLESS && spread.activities() == Spread::BF16) {
      Complain("spread.activities",
               "lossless is the same bits as in one process, and bf16 rounds them: choose float32, "
               "or mode: live");
    }
    CheckNetworkName("spread.network", spread.network());
    std::set<uint32_t> seen;
    for (int i = 0; i < spread.layers_size(); ++i) {
      CheckSpreadLayer(config, spread.layers(i), Join("spread.layers", i), seen);
    }
  }

  void CheckSpreadLayer(const Config& config, uint32_t layer, const std::string& path,
                        std::set<uint32_t>& seen) {
    const auto count = static_cast<uint32_t>(config.network().layers_size());
    if (!Known({path, "network.layers"})) return;
    if (layer < 1 || layer > count) {
      return Complain(path,
                      Format("there is no layer {}: they are counted from 1 to {}", layer, count));
    }
    if (!seen.insert(layer).second)
      return Complain(path, Format("layer {} stands there twice", layer));
    const Negatives& negatives = config.learning().negatives();
    if (negatives.random_label() <= 0 && negatives.predicted_label() <= 0) return;
    const bool reads = config.labels().place() == Labels::INPUT ? layer == 1 : layer == count;
    if (reads) {
      Complain(path, Format("layer {} reads labels (labels.place), and is computed here", layer));
    }
  }

  void CheckHosts(const Config& config) {
    if (config.hosts_size() > 0 && !config.has_broker()) {
      Complain("hosts", "others are reached through a broker: give one");
    }
    std::set<std::pair<std::string, uint32_t>> seen;
    for (int i = 0; i < config.hosts_size(); ++i) {
      const HostedLayers& hosted = config.hosts(i);
      const std::string path = Join("hosts", i);
      CheckNetworkName(Join(path, "network"), hosted.network());
      for (int l = 0; l < hosted.layers_size(); ++l) {
        const std::string here = Join(Join(path, "layers"), l);
        if (!Known({here})) continue;
        if (hosted.layers(l) < 1) Complain(here, "layers are counted from 1");
        if (!seen.emplace(hosted.network(), hosted.layers(l)).second) {
          Complain(here, Format("layer {} of '{}' stands there twice", hosted.layers(l),
                                Shown(hosted.network())));
        }
      }
    }
  }

  void CheckReplicas(const Config& config) {
    if (!config.has_replicas()) return;
    if (Known({"replicas.model"}) && !IsSubjectWord(config.replicas().model())) {
      Complain("replicas.model", Format("'{}' is no word: up to {} letters, digits, '-' and '_'",
                                        Shown(config.replicas().model()), kLongestSubjectWord));
    }
    if (!config.has_broker()) {
      Complain("replicas",
               "it is through a broker that they share what they learn: configure "
               "`broker`, or leave this out");
    }
    if (config.share() == Config::NOTHING && Known({"share"})) {
      Complain("replicas",
               "with `share: nothing` there are several networks, and one is what can "
               "be shared with others: give `share: weights`, or leave this out");
    }
    if (config.learning().rule() == Learning::LOOKING && Known({"learning.rule"})) {
      Complain("replicas", "with the rule `looking` nothing is learned that could be shared");
    }
  }
};

}  // namespace

void ValidateCluster(const Config& config, const Places& places, Report* report) {
  ClusterCheck(places, report).Check(config);
}

}  // namespace hypnos::config
