// How Home Assistant learns of a daemon and its sources (its "MQTT discovery"): for each figure
// that it is to show one message, which says where the figure is published and how it is read. They
// are published again whenever Home Assistant, or the broker, comes back: what a NATS client
// publishes is not retained for MQTT clients. Pure functions. Threads: safe. Source:
// home-assistant.io/integrations/mqtt, "MQTT Discovery".
#pragma once

#include <string>
#include <vector>

#include "hypnos/cluster/heartbeat.h"
#include "hypnos/cluster/subjects.h"

namespace hypnos {

struct Announcement {
  std::string subject;
  std::string json;  // empty: it is taken back
};

// Where it says "online" when it has started.
std::string HomeAssistantStatus(const std::string& prefix);

// Of the daemon.
std::vector<Announcement> AnnounceDaemon(const Heartbeat& heartbeat, const Subjects& subjects,
                                         const std::string& prefix);
// Of one of its sources; `picture`: pictures of it are published, too.
std::vector<Announcement> AnnounceSource(const Heartbeat& heartbeat, const std::string& source,
                                         bool picture, const Subjects& subjects,
                                         const std::string& prefix);

}  // namespace hypnos
