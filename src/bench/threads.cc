#include "bench/threads.h"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

namespace hypnos::bench {
namespace {

class ArenaExecutor final : public Executor {
 public:
  void Run(size_t count, FunctionRef<void(size_t)> part) override {
    if (count == 1) return part(0);
    // One part a task, as the pipeline does it.
    tbb::parallel_for(
        tbb::blocked_range<size_t>(0, count, 1),
        [&](const tbb::blocked_range<size_t>& range) {
          for (size_t i = range.begin(); i != range.end(); ++i) part(i);
        },
        tbb::simple_partitioner());
  }
};

}  // namespace

void WithThreads(int threads, FunctionRef<void(Executor&)> f) {
  if (threads == 1) {
    SerialExecutor executor;
    return f(executor);
  }
  tbb::task_arena arena(threads);
  arena.execute([&] {
    ArenaExecutor executor;
    f(executor);
  });
}

}  // namespace hypnos::bench
