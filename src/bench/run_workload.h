// Measures the steps of workloads.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bench/families.h"
#include "bench/workloads.h"

namespace hypnos::bench {

// The workload that was measured last. Google Benchmark runs a case several times until it knows
// how often to repeat it, and initial weights take longer to draw than many a case takes.
class WorkloadSlot {
 public:
  // A new one, or the one of before where it is the same; only one is there at a time.
  // Errors: those of Workload::Create.
  Result<Workload*> Get(const WorkloadShape& shape, const WorkloadRule& rule);
  // By how much resident memory grew when the present workload was made and first run.
  double own_kib() const { return own_kib_; }

 private:
  const WorkloadShape* shape_ = nullptr;
  const WorkloadRule* rule_ = nullptr;
  std::optional<Workload> workload_;
  double own_kib_ = 0;
};

// Counters: bytes of weights, matrix operations a second, resident memory of the process and of the
// workload alone. `shape` and `rule` must outlive the benchmarks, as `error` must.
void RegisterWorkload(const std::string& name, const WorkloadShape& shape, const WorkloadRule& rule,
                      int threads, const std::shared_ptr<WorkloadSlot>& slot, FirstError& error);

}  // namespace hypnos::bench
