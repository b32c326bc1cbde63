// How status and summary read. Pure functions from snapshots to text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/status.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/sources/frame_queue.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

// One of several sources.
struct SourceLine {
  std::string name;
  telemetry::Source::State state = telemetry::Source::WATCHED;
  int64_t dropped = 0;  // the network was slower
};

// What is watched.
struct RunDescription {
  std::string source;             // "vtest: file '…', 768x576, 10 frames/s"; of several: ""
  std::optional<int64_t> frames;  // in all, where it is known
  std::vector<std::string> classes = {};  // of labels
  std::vector<SourceLine> several = {};   // where there are more than one
};

// The block on a terminal, a line each, cut to `width` columns.
std::vector<std::string> StatusBlock(const RunDescription& run, const StatusSnapshot& status,
                                     const FrameDrops& drops, size_t width);

// One line for a log.
std::string StatusLine(const StatusSnapshot& status, const FrameDrops& drops);

// What was done, after the end. `several`: see RunDescription.
std::string SummaryText(const RunSummary& summary, const StatusSnapshot& status,
                        const FrameDrops& drops, const std::vector<SourceLine>& several = {});

}  // namespace hypnos
