// Several pipelines at once in one process, each with a stream of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/imaging/image.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/source.h"

namespace hypnos::bench {

// The source of a stream that has frames enough; called once for each.
using OpenStream = std::function<Result<std::unique_ptr<Source>>()>;

// A made-up video of moving digits, the same pictures again and again, from memory.
struct Pictures {
  // Errors: those of the synthetic source.
  static Result<Pictures> Create(int width, int height, int count);
  // There and back again without an end. The pictures must outlive the source.
  std::unique_ptr<Source> Open() const;

  std::vector<Image> images;
};

struct StreamsOptions {
  int streams = 1;
  int64_t frames = 0;  // of each stream
  PipelineOptions pipeline;
};

// Of the time in which every stream was running: from the frame on at which the last one was
// warm until the first one ended.
struct StreamsReport {
  double seconds = 0;
  int64_t frames = 0;              // of all streams
  double slowest_frames_rate = 0;  // frames a second of the slowest stream
  // Of whole runs: how many layers were at work at a time, on average.
  double layers_at_once = 0;
  double resident_kib = 0;  // of the process, everything being still there
  size_t weights = 0;       // of one stream's network, generator included
};

// Errors: those of the sources and the pipelines, the first of them; kFailedPrecondition where
// there was no time in which every stream was running.
Result<StreamsReport> RunStreams(const StreamsOptions& options, const OpenStream& open);

}  // namespace hypnos::bench
