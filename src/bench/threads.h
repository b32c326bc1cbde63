// The executor that the pipeline computes with, for benchmarks of what lies below the pipeline.
#pragma once

#include "hypnos/tensor/executor.h"

namespace hypnos::bench {

// Calls f on the calling thread with an executor of so many oneTBB threads, itself among them.
void WithThreads(int threads, FunctionRef<void(Executor&)> f);

}  // namespace hypnos::bench
