// One sample at a time: a step that looks, and steps that learn by each rule.
#include <memory>

#include "bench/families.h"
#include "bench/run_workload.h"
#include "bench/workloads.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {

void RegisterBatch1Family(FirstError& error) {
  const auto slot = std::make_shared<WorkloadSlot>();
  for (const WorkloadShape& shape : Batch1Shapes()) {
    for (const WorkloadRule& rule : Batch1Rules()) {
      for (const int threads : {1, 2}) {
        RegisterWorkload(Format("Batch1/{}/{}/threads:{}", shape.name, rule.name, threads), shape,
                         rule, threads, slot, error);
      }
    }
  }
}

}  // namespace hypnos::bench
