#include "bench/run_streams.h"

#include "bench/memory_trend.h"

namespace hypnos::bench {

void RunStreamsCase(benchmark::State& state, const std::function<Result<StreamsReport>()>& run,
                    FirstError& error) {
  for ([[maybe_unused]] auto _ : state) {
    const Result<double> before = ResidentKib();
    const Result<StreamsReport> report = run();
    if (!report.ok()) {
      if (!error) error = report.error();
      return state.SkipWithError(report.error().message.c_str());
    }
    state.SetIterationTime(report->seconds);
    const double rate = static_cast<double>(report->frames) / report->seconds;
    state.counters["frames/s"] = rate;
    state.counters["slowest_frames/s"] = report->slowest_frames_rate;
    state.counters["us/frame"] = 1e6 / rate;
    state.counters["weights"] = static_cast<double>(report->weights);
    state.counters["layers_at_once"] = report->layers_at_once;
    if (before.ok()) state.counters["own_MiB"] = (report->resident_kib - *before) / 1024;
    state.counters["resident_MiB"] = report->resident_kib / 1024;
  }
}

}  // namespace hypnos::bench
