// Parts of a job on oneTBB's threads.
#pragma once

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "hypnos/tensor/executor.h"

namespace hypnos {

class TbbExecutor final : public Executor {
 public:
  void Run(size_t count, FunctionRef<void(size_t)> part) override {
    if (count == 1) return part(0);
    // Isolated: a thread that waits for the last part must not begin another stage's long work.
    tbb::this_task_arena::isolate([&] {
      tbb::parallel_for(
          tbb::blocked_range<size_t>(0, count, 1),
          [&](const tbb::blocked_range<size_t>& range) {
            for (size_t i = range.begin(); i != range.end(); ++i) part(i);
          },
          tbb::simple_partitioner());
    });
  }
};

}  // namespace hypnos
