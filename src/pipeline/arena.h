// The workers, as oneTBB has them.
#pragma once

#include <oneapi/tbb/task_arena.h>

#include "hypnos/pipeline/workers.h"

namespace hypnos {

struct Workers::Arena {
  // Whoever submits work does none of it, so the workers must be `threads`.
  explicit Arena(int threads) : tbb(threads, /*reserved_for_masters=*/0) {}

  tbb::task_arena tbb;
};

}  // namespace hypnos
