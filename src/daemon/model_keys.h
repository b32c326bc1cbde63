// What of a configuration weights are of: they add up only where all of it is the same.
// Pure. Threads: safe.
#pragma once

#include <map>
#include <string>

#include "proto/config.pb.h"

namespace hypnos {

// By key, "learning.rate" -> "0.002", each with what it is where nothing is given. Of frames: how
// they are cut and read, not how large they are.
std::map<std::string, std::string> ModelKeys(const config::Config& config);

}  // namespace hypnos
