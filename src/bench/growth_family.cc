// How time and memory grow: with the width of a layer, the number of layers, of streams, of steps.
// Memory that an earlier case gave back may be used again unnoticed: run a case alone to learn its
// own.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/families.h"
#include "bench/run_streams.h"
#include "bench/run_workload.h"
#include "bench/streams.h"
#include "bench/workloads.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {
namespace {

constexpr size_t kWidths[] = {256, 512, 1024, 2048, 4096, 8192};
constexpr int kLayers[] = {2, 4, 8, 16, 32};
constexpr int kStreams[] = {1, 2, 4, 8, 16, 32};
constexpr int64_t kSteps[] = {1'000, 10'000, 100'000, 1'000'000};

constexpr int kPictures = 32;

struct Case {
  std::string name;
  int side = 0;  // of the picture
  int patch = 0;
  size_t units = 0;
  int layers = 2;
  int streams = 1;
  int threads = 1;
  int64_t frames = 0;
  // Asleep, a step is another one: it waits for the dream.
  bool sleeps = false;
};

PipelineOptions Options(const Case& c) {
  PipelineOptions options;
  options.network.patches = {.size = c.patch, .stride = c.patch};
  options.network.layers.resize(static_cast<size_t>(c.layers));
  for (NetworkLayerOptions& layer : options.network.layers) layer.layer.units = c.units;
  if (!c.sleeps) options.schedule.sleep_steps = 0;
  options.threads = c.threads;
  return options;
}

Result<StreamsReport> RunCase(const Case& c) {
  HYPNOS_ASSIGN_OR_RETURN(const Pictures pictures, Pictures::Create(c.side, c.side, kPictures));
  return RunStreams({.streams = c.streams, .frames = c.frames, .pipeline = Options(c)},
                    [&] { return pictures.Open(); });
}

void Register(const Case& c, FirstError& error) {
  benchmark::RegisterBenchmark(c.name.c_str(),
                               [c, &error](benchmark::State& state) {
                                 RunStreamsCase(
                                     state, [&] { return RunCase(c); }, error);
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kSecond);
}

// One sample at a time through one layer that reads an input of its own width and itself.
void RegisterWidths(FirstError& error) {
  const auto slot = std::make_shared<WorkloadSlot>();
  static const WorkloadRule look{
      .name = "look", .learns = false, .learning = {.rule = LearningRule::kLooking}};
  static const WorkloadRule learn{.name = "learn",
                                  .learning = {.rule = LearningRule::kInterleaved, .velocity = 0}};
  static const std::vector<WorkloadShape> shapes = [] {
    std::vector<WorkloadShape> all;
    for (const size_t width : kWidths) {
      all.push_back(
          {.name = Format("width:{}", width), .inputs = width, .units = {width}, .rate = 1e-5f});
    }
    return all;
  }();
  for (const WorkloadShape& shape : shapes) {
    for (const WorkloadRule* rule : {&look, &learn}) {
      RegisterWorkload(Format("Growth/{}/{}", shape.name, rule->name), shape, *rule, 2, slot,
                       error);
    }
  }
}

}  // namespace

void RegisterGrowthFamily(const FamilyOptions& options, FirstError& error) {
  RegisterWidths(error);
  // One block of rows a layer: what runs at the same time are layers.
  for (const int layers : kLayers) {
    for (const int threads : {1, 2}) {
      Register({.name = Format("Growth/layers:{}/threads:{}", layers, threads),
                .side = 80,
                .patch = 8,
                .units = 256,
                .layers = layers,
                .threads = threads,
                .frames = options.frames},
               error);
    }
  }
  for (const int streams : kStreams) {
    Register({.name = Format("Growth/streams:{}", streams),
              .side = 160,
              .patch = 16,
              .units = 256,
              .streams = streams,
              .threads = 2,
              .frames = options.frames},
             error);
  }
  for (const int64_t steps : kSteps) {
    Register({.name = Format("Growth/steps:{}", steps),
              .side = 16,
              .patch = 8,
              .units = 16,
              .frames = steps,
              .sleeps = true},
             error);
  }
}

}  // namespace hypnos::bench
