// What is told of the fleet. Pure functions. Threads: safe.
#pragma once

#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/cluster/fleet.h"
#include "proto/control.pb.h"

namespace hypnos {

// `members`: by name. `self`: what this daemon is called. Without what the broker has to say.
// Errors: kNotFound, reason DAEMON_NOT_FOUND.
Result<control::ListFleetResponse> FleetOf(const std::vector<Member>& members,
                                           const std::string& self,
                                           const control::ListFleetRequest& request);

}  // namespace hypnos
