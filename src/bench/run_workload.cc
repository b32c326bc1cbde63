#include "bench/run_workload.h"

#include <benchmark/benchmark.h>

#include "bench/memory_trend.h"
#include "bench/threads.h"

namespace hypnos::bench {
namespace {

// A velocity of 0.9 remembers 132 steps, and a block of factors is 64.
constexpr size_t kStepsUntilSteady = 200;

void Run(benchmark::State& state, const WorkloadShape& shape, const WorkloadRule& rule, int threads,
         FirstError& error) {
  auto workload = Workload::Create(shape, rule);
  if (!workload.ok()) {
    if (!error) error = workload.error();
    return state.SkipWithError(workload.error().message.c_str());
  }
  WithThreads(threads, [&](Executor& executor) {
    // Whatever is made on first use is made, every page has been touched, and updates that wait are
    // written as fast as new ones come.
    const size_t steps = shape.batch == 1 && rule.learns ? kStepsUntilSteady : Workload::kSteps;
    for (size_t i = 0; i < steps; ++i) workload->Step(executor);
    for ([[maybe_unused]] auto _ : state) workload->Step(executor);
  });
  state.counters["bytes"] = static_cast<double>(workload->column().weight_count() * sizeof(float));
  state.counters["FLOP/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * workload->operations(),
                         benchmark::Counter::kIsRate);
  if (const auto resident = ResidentKib(); resident.ok()) {
    state.counters["resident_MiB"] = *resident / 1024;
  }
}

}  // namespace

void RegisterWorkload(const std::string& name, const WorkloadShape& shape, const WorkloadRule& rule,
                      int threads, FirstError& error) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [&shape, &rule, threads, &error](benchmark::State& state) {
                                 Run(state, shape, rule, threads, error);
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace hypnos::bench
