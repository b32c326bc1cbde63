// How the daemon is doing, as others are told. Pure functions. Threads: safe.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "daemon/measured.h"
#include "daemon/spread.h"
#include "hypnos/cluster/heartbeat.h"

namespace hypnos {

// Of its networks: all but who says so, and when. `unusual`: sources in which something is.
Heartbeat HeartbeatOf(const std::vector<MeasuredNetwork>& networks,
                      const std::set<std::string>& unusual);

// Of the layers that are computed elsewhere, or for others.
void AddSpread(const MeasuredSpread& spread, Heartbeat& heartbeat);

}  // namespace hypnos
