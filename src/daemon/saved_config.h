// The configuration as a checkpoint keeps it, and what it says of another one.
// Threads: safe.
#pragma once

#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "proto/config.pb.h"

namespace hypnos {

// JSON, every default written out, secrets masked.
std::string SavedConfig(const config::Config& config);
// kDataLoss, reason CHECKPOINT_DAMAGED. Keys that this version does not know are left out.
Result<config::Config> ParseSavedConfig(const std::string& json);

// In which keys that have made the network, and all that is remembered, the two differ, each with
// what it was and what it is. What only steers (rates, lengths of phases, where to listen) may
// change between two runs, and so may sources.
std::vector<std::string> DifferencesThatMatter(const config::Config& saved,
                                               const config::Config& now);

// Whether both have a source of this name that gives the same frames.
bool HasSameSource(const config::Config& saved, const config::Config& now, const std::string& name);

}  // namespace hypnos
