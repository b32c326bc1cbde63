// What reaches the pipeline, as it stands in a session log, and back.
// Threads: safe.
#pragma once

#include <cstdint>
#include <optional>

#include "hypnos/base/result.h"
#include "hypnos/pipeline/input.h"
#include "proto/config.pb.h"
#include "proto/session.pb.h"

namespace hypnos {

session::Event EventOf(uint64_t moment, const PipelineInput& input);

// Of a sound message: see SegmentReader.
Frame FrameOf(const session::Frame& frame);

// What frames and labels must be for the network of a configuration.
struct InputRules {
  // Of texts; 0: pictures or series are watched.
  size_t symbols = 0;
  size_t readers = 0;
  bool series = false;
  size_t classes = 0;
};
InputRules RulesOf(const config::Config& config);

// kDataLoss, reason RECORDING_DOES_NOT_FIT, for a frame of another kind, a symbol or a label that
// there is not.
Status CheckFrame(const Frame& frame, const InputRules& rules);
// Precondition: the event is one that came from outside, and says so of nothing that is missing.
// Errors: as CheckFrame.
Result<TimedInput> InputOf(const session::Event& event, const InputRules& rules);

}  // namespace hypnos
