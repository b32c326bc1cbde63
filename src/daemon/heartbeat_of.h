// How the daemon is doing, as others are told. Pure functions. Threads: safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/measured.h"
#include "hypnos/cluster/fleet.h"
#include "hypnos/cluster/heartbeat.h"
#include "proto/control.pb.h"

namespace hypnos {

// Of its networks: all but who says so, and when. `unusual`: sources in which something is.
Heartbeat HeartbeatOf(const std::vector<MeasuredNetwork>& networks,
                      const std::set<std::string>& unusual);

control::FleetMember FleetMemberOf(const Member& member);

}  // namespace hypnos
