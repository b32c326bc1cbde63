// What a configuration takes of memory and disk, before it is run. An estimate: sums of what is
// large. Pure functions. Threads: safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hypnos/pipeline/pipeline.h"
#include "proto/config.pb.h"

namespace hypnos {

struct Footprint {
  uint64_t memory_bytes = 0;
  uint64_t checkpoint_bytes = 0;  // of one, once the memory of sequences is full
  uint64_t good_state_bytes = 0;  // of the guard's copy, where it is on; in both where it is kept
};

// None where the size of a frame is not known before the first one, or options and frame do not
// fit.
std::optional<Footprint> EstimateFootprint(const PipelineOptions& options, size_t sources);

// A line or two for people.
std::string FootprintText(const config::Config& config);

}  // namespace hypnos
