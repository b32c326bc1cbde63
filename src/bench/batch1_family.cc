// One sample at a time: a step that looks, and steps that learn by each rule.
#include <benchmark/benchmark.h>

#include "bench/families.h"
#include "bench/run_workload.h"
#include "bench/workloads.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {

void RegisterBatch1Family(FirstError& error) {
  for (const WorkloadShape& shape : Batch1Shapes()) {
    for (const WorkloadRule& rule : Batch1Rules()) {
      for (const int threads : {1, 2}) {
        RegisterWorkload(Format("Batch1/{}/{}/threads:{}", shape.name, rule.name, threads), shape,
                         rule, threads, error);
      }
    }
  }
}

}  // namespace hypnos::bench
