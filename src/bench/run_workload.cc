#include "bench/run_workload.h"

#include <benchmark/benchmark.h>

#include <utility>

#include "bench/memory_trend.h"
#include "bench/threads.h"

namespace hypnos::bench {
namespace {

// A velocity of 0.9 remembers 132 steps, and a block of factors is 64.
constexpr size_t kStepsUntilSteady = 200;

void Run(benchmark::State& state, Workload& workload, int threads) {
  WithThreads(threads, [&](Executor& executor) {
    // Wakes the threads.
    workload.Step(executor);
    for ([[maybe_unused]] auto _ : state) workload.Step(executor);
  });
  state.counters["bytes"] = static_cast<double>(workload.column().weight_count() * sizeof(float));
  state.counters["FLOP/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * workload.operations(), benchmark::Counter::kIsRate);
}

}  // namespace

Result<Workload*> WorkloadSlot::Get(const WorkloadShape& shape, const WorkloadRule& rule) {
  if (workload_ && shape_ == &shape && rule_ == &rule) return &*workload_;
  workload_.reset();
  HYPNOS_ASSIGN_OR_RETURN(const double before, ResidentKib());
  HYPNOS_ASSIGN_OR_RETURN(Workload made, Workload::Create(shape, rule));
  workload_.emplace(std::move(made));
  shape_ = &shape;
  rule_ = &rule;
  // Whatever is made on first use is made, every page has been touched, and updates that wait are
  // written as fast as new ones come.
  const size_t steps = shape.batch == 1 && rule.learns ? kStepsUntilSteady : Workload::kSteps;
  SerialExecutor executor;
  for (size_t i = 0; i < steps; ++i) workload_->Step(executor);
  HYPNOS_ASSIGN_OR_RETURN(const double after, ResidentKib());
  own_kib_ = after - before;
  return &*workload_;
}

void RegisterWorkload(const std::string& name, const WorkloadShape& shape, const WorkloadRule& rule,
                      int threads, const std::shared_ptr<WorkloadSlot>& slot, FirstError& error) {
  const auto run = [&shape, &rule, threads, slot, &error](benchmark::State& state) {
    const auto workload = slot->Get(shape, rule);
    if (!workload.ok()) {
      if (!error) error = workload.error();
      return state.SkipWithError(workload.error().message.c_str());
    }
    Run(state, **workload, threads);
    state.counters["own_MiB"] = slot->own_kib() / 1024;
    if (const auto resident = ResidentKib(); resident.ok()) {
      state.counters["resident_MiB"] = *resident / 1024;
    }
  };
  benchmark::RegisterBenchmark(name.c_str(), run)->UseRealTime()->Unit(benchmark::kMillisecond);
}

}  // namespace hypnos::bench
