// What Prometheus is told of the daemon. src/telemetry/README.md lists all of it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/learners.h"
#include "daemon/status.h"
#include "proto/control.pb.h"

namespace hypnos {

// One network, as of one moment.
struct MeasuredNetwork {
  // Of its only source, where each has a network of its own; empty: it is the only one.
  std::string source;
  control::StatusResponse status;
  StatusSnapshot snapshot;
};

struct MeasuredDaemon {
  std::string version;
  size_t clients = 0;
  bool stopping = false;
  std::vector<MeasuredNetwork> networks;
};

// Of every network that there is at the moment. `separate`: each source has its own.
std::vector<MeasuredNetwork> Measure(const Learners& learners, bool separate);

// The page for a scrape. Series are of what `daemon` holds, and of nothing that was there before;
// labels are names of sources, numbers of layers, and words that are fixed in the program.
std::string MetricsText(const MeasuredDaemon& daemon);

}  // namespace hypnos
