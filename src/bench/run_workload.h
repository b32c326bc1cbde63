// Measures the steps of a workload.
#pragma once

#include <string>

#include "bench/families.h"
#include "bench/workloads.h"

namespace hypnos::bench {

// Counters: bytes of weights, matrix operations a second, resident memory. `shape` and `rule` must
// outlive the benchmarks, as `error` must.
void RegisterWorkload(const std::string& name, const WorkloadShape& shape, const WorkloadRule& rule,
                      int threads, FirstError& error);

}  // namespace hypnos::bench
