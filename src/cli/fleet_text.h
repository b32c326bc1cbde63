// How daemons beside this one read.
// Threads: safe.
#pragma once

#include <string>

#include "proto/control.pb.h"

namespace hypnos::cli {

// A line for each daemon.
std::string FleetText(const control::ListFleetResponse& fleet);
// Of one that was asked for by name: its sources and layers, too.
std::string MemberText(const control::ListFleetResponse& fleet);

}  // namespace hypnos::cli
