// The whole way of a frame, from the file to the read-out, at the clip's full size.
#include <benchmark/benchmark.h>

#include <map>
#include <string>

#include "bench/families.h"
#include "bench/watch_clip.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {
namespace {

enum class Doing { kWakeAndSleep, kWakeOnly, kInterleaved, kLooking };

struct Case {
  const char* name;
  int stride;
  Doing doing;
  int threads;
};

constexpr Case kCases[] = {
    {"Video/stride:16/wake_and_sleep/threads:2", 16, Doing::kWakeAndSleep, 2},
    {"Video/stride:16/wake_and_sleep/threads:1", 16, Doing::kWakeAndSleep, 1},
    {"Video/stride:16/wake_only/threads:2", 16, Doing::kWakeOnly, 2},
    {"Video/stride:16/wake_only/threads:1", 16, Doing::kWakeOnly, 1},
    {"Video/stride:16/interleaved/threads:2", 16, Doing::kInterleaved, 2},
    {"Video/stride:16/looking/threads:2", 16, Doing::kLooking, 2},
    {"Video/stride:16/looking/threads:1", 16, Doing::kLooking, 1},
    {"Video/stride:8/wake_and_sleep/threads:2", 8, Doing::kWakeAndSleep, 2},
    {"Video/stride:8/looking/threads:2", 8, Doing::kLooking, 2},
};

PipelineOptions Options(const Case& c) {
  PipelineOptions options = StandardPipeline(c.stride, c.threads);
  if (c.doing == Doing::kWakeOnly) options.schedule.sleep_steps = 0;
  if (c.doing == Doing::kInterleaved) options.network.learning.rule = LearningRule::kInterleaved;
  if (c.doing == Doing::kLooking) options.network.learning.rule = LearningRule::kLooking;
  return options;
}

// Sums over all iterations of a case.
class Totals {
 public:
  void Add(const Watched& watched) {
    const StageTimes& stages = watched.summary.stages;
    frames_ += static_cast<double>(watched.summary.frames);
    dream_steps_ += static_cast<double>(watched.summary.dream_steps);
    cpu_ += watched.cpu;
    elapsed_ += watched.summary.elapsed;
    asleep_ += watched.asleep;
    locations_ = watched.locations;
    AddStage("decode", watched.decode);
    AddStage("encode", stages.encode);
    AddStage("imagine", stages.imagine);
    for (size_t l = 0; l < stages.layers.size(); ++l) {
      AddStage(Format("layer_{}", l + 1), stages.layers[l]);
    }
    AddStage("read_out", stages.read_out);
    AddStage("output", stages.output);
  }

  void Report(benchmark::State& state) const {
    using benchmark::Counter;
    state.counters["frames/s"] = Counter(frames_, Counter::kIsRate);
    state.counters["dream_steps/s"] = Counter(dream_steps_, Counter::kIsRate);
    state.counters["cpu_ms/frame"] = 1e3 * Seconds(cpu_) / frames_;
    state.counters["cores_busy"] = Seconds(cpu_) / Seconds(elapsed_);
    state.counters["asleep_%"] = 100 * Seconds(asleep_) / Seconds(elapsed_);
    state.counters["locations"] = static_cast<double>(locations_);
    Duration all{};
    for (const auto& [name, time] : stages_) all += time;
    for (const auto& [name, time] : stages_) {
      state.counters["stage_" + name + "_%"] = 100 * Seconds(time) / Seconds(all);
    }
  }

 private:
  void AddStage(const std::string& name, Duration time) { stages_[name] += time; }

  double frames_ = 0;
  double dream_steps_ = 0;
  Duration cpu_{};
  Duration elapsed_{};
  Duration asleep_{};
  size_t locations_ = 0;
  std::map<std::string, Duration> stages_;
};

void Run(benchmark::State& state, const Case& c, const FamilyOptions& options, FirstError& error) {
  Totals totals;
  for ([[maybe_unused]] auto _ : state) {
    const auto watched = WatchClip(options.clip, options.frames, Options(c));
    if (!watched.ok()) {
      if (!error) error = watched.error();
      return state.SkipWithError(watched.error().message.c_str());
    }
    totals.Add(*watched);
  }
  totals.Report(state);
}

}  // namespace

void RegisterVideoFamily(const FamilyOptions& options, FirstError& error) {
  for (const Case& c : kCases) {
    benchmark::RegisterBenchmark(c.name,
                                 [&](benchmark::State& state) { Run(state, c, options, error); })
        ->UseRealTime()
        ->MeasureProcessCPUTime()
        ->Unit(benchmark::kSecond);
  }
}

}  // namespace hypnos::bench
