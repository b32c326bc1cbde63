// A hundred samples at a time, as published experiments have it: a positive pass, a negative pass
// and one update.
#include <memory>

#include "bench/families.h"
#include "bench/run_workload.h"
#include "bench/workloads.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {

void RegisterBatch100Family(FirstError& error) {
  const auto slot = std::make_shared<WorkloadSlot>();
  const WorkloadShape& shape = Batch100Shape();
  for (const WorkloadRule& rule : Batch100Rules()) {
    for (const int threads : {1, 2}) {
      RegisterWorkload(Format("Batch100/{}/{}/threads:{}", shape.name, rule.name, threads), shape,
                       rule, threads, slot, error);
    }
  }
}

}  // namespace hypnos::bench
