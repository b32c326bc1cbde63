// A hundred samples at a time, as published experiments have it: a positive pass, a negative pass
// and one update.
#include <benchmark/benchmark.h>

#include "bench/families.h"
#include "bench/run_workload.h"
#include "bench/workloads.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {

void RegisterBatch100Family(FirstError& error) {
  const WorkloadShape& shape = Batch100Shape();
  for (const WorkloadRule& rule : Batch100Rules()) {
    for (const int threads : {1, 2}) {
      RegisterWorkload(Format("Batch100/{}/{}/threads:{}", shape.name, rule.name, threads), shape,
                       rule, threads, error);
    }
  }
}

}  // namespace hypnos::bench
