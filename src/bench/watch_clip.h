// A pipeline that watches a clip as the daemon lets it: decoded in a thread of its own, never
// dropping a frame.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos::bench {

// What is measured unless a case says otherwise: the clip's own size in patches of 16 x 16 with two
// layers of 256, awake and asleep in turns.
PipelineOptions StandardPipeline(int stride, int threads);

struct Watched {
  RunSummary summary;
  Duration decode{};  // in the capture thread, waiting for the pipeline not counted
  Duration asleep{};
  Duration cpu{};  // of the whole process, user and system
  size_t locations = 0;
};

// Ends a run early. Any thread.
using Stop = std::function<void()>;
// Starts what is to go on beside a run, until it is asked to stop or the run has ended.
using Companion = std::function<std::jthread(Stop)>;

// Watches `frames` frames, playing the clip as often as that takes; 0: until stopped.
// Errors: those of the source and of the pipeline.
Result<Watched> WatchClip(const std::string& clip, int64_t frames, const PipelineOptions& options,
                          const Companion& companion = nullptr);

}  // namespace hypnos::bench
