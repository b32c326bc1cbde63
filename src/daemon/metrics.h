// What Prometheus is told of the daemon. src/telemetry/README.md lists all of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "daemon/herald.h"
#include "daemon/measured.h"
#include "daemon/replica_keeper.h"
#include "daemon/spread.h"
#include "daemon/webhooks.h"
#include "hypnos/sinks/event_recorder.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

struct MeasuredDaemon {
  std::string version;
  size_t clients = 0;
  bool stopping = false;
  std::optional<telemetry::History> history = {};
  std::vector<MeasuredWebhook> webhooks = {};
  std::optional<MeasuredBroker> broker = {};
  std::optional<MeasuredSpread> spread = {};
  std::optional<MeasuredReplicas> replicas = {};
  std::optional<EventRecorderStatus> event_files = {};
  std::vector<MeasuredNetwork> networks;
};

// The page for a scrape. Series are of what `daemon` holds, and of nothing that was there before;
// labels are names of sources, numbers of layers, and words that are fixed in the program.
std::string MetricsText(const MeasuredDaemon& daemon);

}  // namespace hypnos
