// Measures several pipelines at once.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>

#include "bench/families.h"
#include "bench/streams.h"

namespace hypnos::bench {

// For a case with UseManualTime: its time is that in which all streams were running.
// Counters: frames/s of all streams and of the slowest one, time a frame, layers at work at a time,
// resident memory of the process and what it grew by.
void RunStreamsCase(benchmark::State& state, const std::function<Result<StreamsReport>()>& run,
                    FirstError& error);

}  // namespace hypnos::bench
